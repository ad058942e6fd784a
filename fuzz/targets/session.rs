//! A relay, some clients with good credentials and bad intentions, and a clock that jumps.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use confab::protocol::PeerId;
use confab::room::Timestamp;
use confab::server::credentials::{Credential, Credentials, Holder};
use confab::server::relay::bucket::Rate;
use confab::server::relay::core::{Client, Input, Link, Output, PortId, Relay, RelayAddress, RelayConfig, RelayLimits};
use confab::server::relay::packet::Packet;
use confab::server::relay::peers::{PeerRules, Standing};
use confab::server::relay::stun::attribute::{
    CHANNEL_NUMBER, DATA, EVEN_PORT, LIFETIME, NONCE, REALM, REQUESTED_ADDRESS_FAMILY, REQUESTED_TRANSPORT,
    RESERVATION_TOKEN, USERNAME, XOR_PEER_ADDRESS,
};
use confab::server::relay::stun::{Class, Key, Message, Method, Writer};

use super::message;
use super::script::Script;

const REALM_NAME: &str = "confab";
const OURS: [&str; 2] = ["192.0.2.1", "2001:db8::1"];
const PEERS: [&str; 6] = ["198.41.0.4:9", "198.41.0.4:0", "10.0.0.1:9", "[2a00::1]:9", "192.0.2.1:50000", "[::1]:1"];
const LIMITS: RelayLimits = RelayLimits {
    allocations: 6,
    allocations_each: 3,
    permissions: 3,
    bytes_each: Rate { per_second: 2_000, burst: 4_000 },
    challenges: Rate { per_second: 50, burst: 100 },
};
const CLIENTS: u8 = 12;
const HOLDERS: u8 = 3;
/// Longer than anything lives.
const FOREVER_MS: u64 = 7_200_000;

struct Session {
    relay: Relay,
    rules: PeerRules,
    credentials: Credentials,
    now: Timestamp,
    packet: Packet,
    open: BTreeMap<PortId, SocketAddr>,
    nonces: [Vec<u8>; CLIENTS as usize],
    token: [u8; 8],
    asked: u32,
    /// Every how manieth port is another program's.
    taken: u8,
}

/// Plays the script, and looks after each step whether the relay is still in order.
pub fn session(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    let mut session = Session::new(script.byte().unwrap_or(0));
    while let Some(what) = script.byte() {
        session.step(what, &mut script);
        session.check();
    }
    session.now = session.now.after_ms(FOREVER_MS);
    session.happen(Input::Timeout);
    session.check();
    assert_eq!((session.relay.allocations(), session.open.len()), (0, 0), "nothing outlives its time");
    assert_eq!(session.relay.poll_timeout(), None);
}

impl Session {
    fn new(taken: u8) -> Self {
        let ours = OURS.map(|ip| ip.parse::<IpAddr>().expect("an address"));
        let rules = PeerRules::new(ours.to_vec(), vec![], vec![]);
        let credentials = Credentials::new(b"secret");
        let config = RelayConfig {
            realm: REALM_NAME.into(),
            credentials: credentials.clone(),
            addresses: ours.map(|ip| RelayAddress { local: ip, external: ip }).to_vec(),
            ports: 50_000..=50_011,
            peers: rules.clone(),
            limits: LIMITS,
        };
        Self {
            relay: Relay::new(config, [5; 32]),
            rules,
            credentials,
            now: Timestamp(1_800_000_000_000),
            packet: Packet::default(),
            open: BTreeMap::new(),
            nonces: Default::default(),
            token: [0; 8],
            asked: 0,
            taken,
        }
    }

    fn step(&mut self, what: u8, script: &mut Script<'_>) {
        let number = script.byte().unwrap_or(0);
        let who = number % CLIENTS;
        match what % 10 {
            0 => self.say(who, script.bytes()),
            1..=4 => self.ask(who, script),
            5 => {
                let data = message(Method::Send, Class::Indication, self.asked);
                let data = data.address(XOR_PEER_ADDRESS, self.peer(number)).attribute(DATA, script.bytes());
                self.say(who, &data.finish());
            }
            6 => {
                let data = script.bytes();
                let mut frame = vec![0x40, number % 4, 0, data.len() as u8];
                frame.extend(data);
                self.say(who, &frame);
            }
            7 => self.hear(number, script),
            8 => {
                self.now = self.now.after_ms(u64::from(number) * u64::from(number) * 100);
                self.happen(Input::Timeout);
                assert!(self.relay.poll_timeout().is_none_or(|at| at > self.now));
            }
            _ => match number % 4 {
                0 => self.happen(Input::ClientGone(client(who))),
                1 => {
                    self.happen(Input::PeerLeft(holder(who)));
                    let theirs = (0..CLIENTS).filter(|other| holder(*other) == holder(who));
                    assert!(theirs.map(client).all(|client| !self.relay.has_allocation(&client)));
                }
                2 => self.happen(Input::PeerReturned(holder(who))),
                _ => self.taken = number,
            },
        }
    }

    /// A request with a good signature and questionable attributes.
    fn ask(&mut self, who: u8, script: &mut Script<'_>) {
        let [what, with] = [script.byte(), script.byte()].map(Option::unwrap_or_default);
        let method = match what % 5 {
            0 | 1 => Method::Allocate,
            2 => Method::Refresh,
            3 => Method::CreatePermission,
            _ => Method::ChannelBind,
        };
        self.asked += u32::from(what < 0xF0);
        let mut request = message(method, Class::Request, self.asked);
        let has = |bit: u8| with & 1 << bit != 0;
        if has(0) || method == Method::Allocate {
            request = request.attribute(REQUESTED_TRANSPORT, &[17, 0, 0, 0]);
        }
        if has(1) {
            request = request.number(LIFETIME, u32::from(what >> 4) * 300);
        }
        if has(2) {
            request = request.attribute(EVEN_PORT, &[what & 0x80]);
        }
        if has(3) {
            request = request.attribute(RESERVATION_TOKEN, &self.token);
        }
        if has(4) {
            request = request.attribute(REQUESTED_ADDRESS_FAMILY, &[1 + (what >> 7), 0, 0, 0]);
        }
        if has(5) {
            request = request.number(CHANNEL_NUMBER, (0x4000 + u32::from(what >> 6)) << 16);
        }
        if has(6) || matches!(method, Method::CreatePermission | Method::ChannelBind) {
            request = request.address(XOR_PEER_ADDRESS, self.peer(what / 5));
        }
        let lifetime_ms = if has(7) { 600_000 } else { 3_600_000 };
        let credential = self.credentials.mint(Holder::Peer(holder(who)), self.now.after_ms(lifetime_ms));
        let request = self.sign(request, who, &credential);
        self.say(who, &request);
    }

    fn sign(&self, request: Writer, who: u8, credential: &Credential) -> Vec<u8> {
        let Some(nonce) = self.nonces.get(usize::from(who)).filter(|nonce| !nonce.is_empty()) else {
            return request.finish();
        };
        let key = Key::long_term(&credential.username, REALM_NAME, &credential.password);
        let request = request.attribute(USERNAME, credential.username.as_bytes());
        request.attribute(REALM, REALM_NAME.as_bytes()).attribute(NONCE, nonce).protect(&key)
    }

    /// Somebody outside, or one of the relayed addresses.
    fn peer(&self, number: u8) -> SocketAddr {
        let relayed = self.open.values().nth(usize::from(number) / PEERS.len());
        let fixed = || PEERS[usize::from(number) % PEERS.len()].parse().expect("an address");
        relayed.copied().filter(|_| number.is_multiple_of(2)).unwrap_or_else(fixed)
    }

    fn say(&mut self, who: u8, bytes: &[u8]) {
        self.packet.fill(bytes);
        let local = OURS[0].parse().expect("an address");
        let input = Input::FromClient { client: client(who), local, packet: &mut self.packet };
        let outputs = self.relay.handle(self.now, input);
        self.carry_out(outputs);
    }

    fn hear(&mut self, number: u8, script: &mut Script<'_>) {
        let port = PortId(usize::from(number % 8));
        let peer = self.peer(number);
        self.packet.fill(script.bytes());
        let outputs = self.relay.handle(self.now, Input::FromPeer { port, peer, packet: &mut self.packet });
        self.carry_out(outputs);
    }

    fn happen(&mut self, input: Input<'static>) {
        let outputs = self.relay.handle(self.now, input);
        self.carry_out(outputs);
    }

    fn carry_out(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::OpenPort(id, address) => {
                    let free = self.taken == 0 || !(address.port() as u8).is_multiple_of(self.taken);
                    let free = free && !self.open.values().any(|other| *other == address);
                    if free {
                        assert_eq!(self.open.insert(id, address), None);
                    }
                    self.happen(Input::PortOpened(id, free));
                }
                Output::ClosePort(id) => assert!(self.open.remove(&id).is_some()),
                Output::ForwardToPeer(id, peer) => {
                    assert!(self.open.contains_key(&id));
                    assert_eq!(self.rules.judge(peer.ip()), Standing::Outside);
                    assert!(peer.port() > 0);
                }
                Output::ForwardToClient(client) => assert!(self.relay.has_allocation(&client)),
                Output::Send(client, bytes) => self.note(client, &bytes),
                Output::Released(client) => assert!(!self.relay.has_allocation(&client)),
            }
        }
    }

    /// Remembers the nonce or token that an answer brings.
    fn note(&mut self, to: Client, bytes: &[u8]) {
        let answer = Message::parse(bytes).expect("our answers are STUN");
        assert!(matches!(answer.class(), Class::Success | Class::Error));
        let who = usize::from(to.remote.port()) % 100;
        if let (Some(nonce), Some(slot)) = (answer.attribute(NONCE), self.nonces.get_mut(who)) {
            *slot = nonce.to_vec();
        }
        if let Some(token) = answer.attribute(RESERVATION_TOKEN).and_then(|token| token.try_into().ok()) {
            self.token = token;
        }
    }

    /// What is always so.
    fn check(&self) {
        assert_eq!(self.relay.ports(), self.open.len(), "every open port is live or reserved");
        assert!(self.relay.allocations() <= self.open.len());
        assert!(self.open.len() <= LIMITS.allocations, "the relay's quota holds");
        for number in 0..HOLDERS {
            let theirs = (0..CLIENTS).filter(|who| holder(*who) == holder(number));
            let live = theirs.filter(|who| self.relay.has_allocation(&client(*who))).count();
            assert!(live <= LIMITS.allocations_each, "a holder's quota holds");
        }
    }
}

/// Every second one comes over a stream.
fn client(who: u8) -> Client {
    let link = if who.is_multiple_of(2) { Link::Datagram(0) } else { Link::Stream(u64::from(who)) };
    Client { link, remote: SocketAddr::new(IpAddr::from([198, 41, 0, 9]), 5_000 + u16::from(who)) }
}

fn holder(who: u8) -> PeerId {
    PeerId::from_bytes([who % HOLDERS; 16])
}
