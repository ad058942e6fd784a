//! A relay on a table: a moving clock, ports that open when asked, clients that know how to ask.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use crate::protocol::PeerId;
use crate::room::Timestamp;
use crate::server::credentials::{Credential, Credentials, Holder};
use crate::server::relay::bucket::Rate;
use crate::server::relay::core::{Client, Input, Link, Output, PortId, Relay, RelayAddress, RelayConfig, RelayLimits};
use crate::server::relay::packet::Packet;
use crate::server::relay::peers::PeerRules;
use crate::server::relay::stun::attribute::{
    CHANNEL_NUMBER, DATA, ERROR_CODE, NONCE, REALM, REQUESTED_TRANSPORT, USERNAME, XOR_PEER_ADDRESS,
    XOR_RELAYED_ADDRESS,
};
use crate::server::relay::stun::{Class, Key, Message, Method, Writer};

pub const REALM_NAME: &str = "confab";
pub const RELAY_IP: &str = "192.0.2.1";
pub const MINUTE_MS: u64 = 60_000;

pub struct Bench {
    pub relay: Relay,
    pub now: Timestamp,
    pub packet: Packet,
    /// What is open, and where.
    pub ports: BTreeMap<PortId, SocketAddr>,
    /// Ports that other programs have.
    pub taken: Vec<u16>,
    pub credentials: Credentials,
    transactions: u8,
}

/// Someone who asks, and with what.
#[derive(Clone)]
pub struct Person {
    pub client: Client,
    pub credential: Credential,
    pub nonce: Vec<u8>,
}

/// An answer, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Success(Vec<u8>),
    Error(u16),
}

impl Bench {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut RelayConfig)) -> Self {
        let credentials = Credentials::new(b"secret");
        let ip: IpAddr = RELAY_IP.parse().unwrap();
        let ipv6: IpAddr = "2001:db8::1".parse().unwrap();
        let own = |ip| RelayAddress { local: ip, external: ip };
        let mut config = RelayConfig {
            realm: REALM_NAME.into(),
            credentials: credentials.clone(),
            addresses: vec![own(ip), own(ipv6)],
            ports: 50_000..=50_999,
            peers: PeerRules::new(vec![ip, ipv6], vec![], vec![]),
            limits: RelayLimits {
                allocations: 200,
                allocations_each: 96,
                permissions: 16,
                bytes_each: Rate { per_second: 1_000_000, burst: 1_000_000 },
                challenges: Rate { per_second: 200, burst: 1_000 },
            },
        };
        change(&mut config);
        Self {
            relay: Relay::new(config, [5; 32]),
            now: Timestamp(1_800_000_000_000),
            packet: Packet::default(),
            ports: BTreeMap::new(),
            taken: Vec::new(),
            credentials,
            transactions: 0,
        }
    }

    /// Somebody at this address with a credential for ten minutes.
    pub fn person(&mut self, number: u8, remote: &str) -> Person {
        self.holder(Holder::Peer(PeerId::from_bytes([number; 16])), remote)
    }

    pub fn holder(&mut self, holder: Holder, remote: &str) -> Person {
        let client = Client { link: Link::Datagram(0), remote: remote.parse().unwrap() };
        let credential = self.credentials.mint(holder, self.now.after_ms(10 * MINUTE_MS));
        let mut person = Person { client, credential, nonce: Vec::new() };
        person.nonce = self.nonce_for(client);
        person
    }

    pub fn nonce_for(&mut self, client: Client) -> Vec<u8> {
        let outputs = self.say(
            client,
            &Writer::new(Method::Allocate, Class::Request, [0; 12])
                .attribute(REQUESTED_TRANSPORT, &[17, 0, 0, 0])
                .finish(),
        );
        let bytes = sent(&outputs).expect("a challenge").to_vec();
        Message::parse(&bytes).unwrap().attribute(NONCE).expect("a nonce").to_vec()
    }

    /// A client's datagram goes in; ports that are asked for open.
    pub fn say(&mut self, client: Client, bytes: &[u8]) -> Vec<Output> {
        self.packet.fill(bytes);
        let local = RELAY_IP.parse().unwrap();
        let outputs = self.relay.handle(self.now, Input::FromClient { client, local, packet: &mut self.packet });
        self.carry_out(outputs)
    }

    pub fn hear(&mut self, port: PortId, peer: &str, bytes: &[u8]) -> Vec<Output> {
        self.packet.fill(bytes);
        let peer = peer.parse().unwrap();
        self.relay.handle(self.now, Input::FromPeer { port, peer, packet: &mut self.packet })
    }

    pub fn happen(&mut self, input: Input<'static>) -> Vec<Output> {
        let outputs = self.relay.handle(self.now, input);
        self.carry_out(outputs)
    }

    pub fn pass(&mut self, ms: u64) {
        self.now = self.now.after_ms(ms);
        if self.relay.poll_timeout().is_some_and(|at| at <= self.now) {
            self.happen(Input::Timeout);
        }
    }

    fn carry_out(&mut self, outputs: Vec<Output>) -> Vec<Output> {
        let mut rest = Vec::new();
        for output in outputs {
            match output {
                Output::OpenPort(id, address) => {
                    let free =
                        !self.taken.contains(&address.port()) && !self.ports.values().any(|open| *open == address);
                    if free {
                        self.ports.insert(id, address);
                    }
                    let more = self.relay.handle(self.now, Input::PortOpened(id, free));
                    rest.extend(self.carry_out(more));
                }
                Output::ClosePort(id) => {
                    assert!(self.ports.remove(&id).is_some(), "only open ports are closed");
                    rest.push(Output::ClosePort(id));
                }
                other => rest.push(other),
            }
        }
        rest
    }

    pub fn request(&mut self, method: Method) -> Writer {
        self.transactions = self.transactions.wrapping_add(1);
        Writer::new(method, Class::Request, [self.transactions; 12])
    }

    /// Signs and sends a request; takes the answer apart.
    pub fn ask(&mut self, person: &Person, request: Writer) -> Answer {
        let bytes = person.sign(request);
        let outputs = self.say(person.client, &bytes);
        answer(&outputs)
    }

    pub fn allocate(&mut self, person: &Person) -> Answer {
        let request = self.request(Method::Allocate).attribute(REQUESTED_TRANSPORT, &[17, 0, 0, 0]);
        self.ask(person, request)
    }

    /// The relayed address and its port.
    pub fn allocated(&mut self, person: &Person) -> (SocketAddr, PortId) {
        let relayed = self.allocate(person).address(XOR_RELAYED_ADDRESS);
        let port = self.ports.iter().find(|(_, address)| address.port() == relayed.port()).map(|(id, _)| *id);
        (relayed, port.expect("an open port"))
    }

    pub fn permit(&mut self, person: &Person, peer: &str) -> Answer {
        let request = self.request(Method::CreatePermission).address(XOR_PEER_ADDRESS, peer.parse().unwrap());
        self.ask(person, request)
    }

    pub fn bind(&mut self, person: &Person, number: u16, peer: &str) -> Answer {
        let request = self
            .request(Method::ChannelBind)
            .number(CHANNEL_NUMBER, u32::from(number) << 16)
            .address(XOR_PEER_ADDRESS, peer.parse().unwrap());
        self.ask(person, request)
    }

    pub fn send(&mut self, person: &Person, peer: &str, data: &[u8]) -> Vec<Output> {
        let indication = Writer::new(Method::Send, Class::Indication, [9; 12])
            .address(XOR_PEER_ADDRESS, peer.parse().unwrap())
            .attribute(DATA, data)
            .finish();
        self.say(person.client, &indication)
    }
}

impl Person {
    pub fn sign(&self, request: Writer) -> Vec<u8> {
        self.identify(request).protect(&self.key())
    }

    pub fn identify(&self, request: Writer) -> Writer {
        request
            .attribute(USERNAME, self.credential.username.as_bytes())
            .attribute(REALM, REALM_NAME.as_bytes())
            .attribute(NONCE, &self.nonce)
    }

    pub fn key(&self) -> Key {
        Key::long_term(&self.credential.username, REALM_NAME, &self.credential.password)
    }
}

impl Answer {
    pub const OK: u16 = 0;

    /// The error's number, or [`Self::OK`].
    pub fn code(&self) -> u16 {
        match self {
            Self::Success(_) => Self::OK,
            Self::Error(code) => *code,
        }
    }

    pub fn address(&self, kind: u16) -> SocketAddr {
        self.with(|message| message.address(kind)).expect("an address")
    }

    pub fn number(&self, kind: u16) -> u32 {
        self.with(|message| message.number(kind)).expect("a number")
    }

    pub fn value(&self, kind: u16) -> Vec<u8> {
        self.with(|message| message.attribute(kind).map(<[u8]>::to_vec)).expect("a value")
    }

    fn with<T>(&self, read: impl Fn(&Message<'_>) -> Option<T>) -> Option<T> {
        match self {
            Self::Success(bytes) => read(&Message::parse(bytes).unwrap()),
            Self::Error(code) => panic!("refused with {code}"),
        }
    }
}

/// The one message to a client among these.
pub fn sent(outputs: &[Output]) -> Option<&[u8]> {
    let mut all = outputs.iter().filter_map(|output| match output {
        Output::Send(_, bytes) => Some(bytes.as_slice()),
        _ => None,
    });
    let first = all.next();
    assert!(all.next().is_none(), "one answer to one question");
    first
}

pub fn answer(outputs: &[Output]) -> Answer {
    let bytes = sent(outputs).expect("an answer");
    let message = Message::parse(bytes).unwrap();
    match message.class() {
        Class::Success => Answer::Success(bytes.to_vec()),
        Class::Error => {
            assert!(message.attribute(ERROR_CODE).is_some());
            Answer::Error(message.error_code().unwrap())
        }
        other => panic!("{other:?} is no answer"),
    }
}
