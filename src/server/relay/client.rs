//! The other side of the relay: asks as a browser would. For `confab check-relay` and for tests.
//!
//! One request at a time; data that arrives meanwhile is kept. Over UDP a request is sent again until it is answered (RFC 8489,
//! section 6.2.1).

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UdpSocket;
use tokio::time::timeout;

use super::driver::Stream;
use super::framing::{CHANNEL_HEADER_BYTES, Frame, channel_header, first_frame};
use super::stun::attribute::{
    CHANNEL_NUMBER, DATA, LIFETIME, NONCE, REALM, REQUESTED_TRANSPORT, USERNAME, XOR_MAPPED_ADDRESS, XOR_PEER_ADDRESS,
    XOR_RELAYED_ADDRESS,
};
use super::stun::{Class, Key, Message, Method, Writer, padded};
use crate::server::credentials::Credential;

/// How long a request waits before it is sent again, each time.
const RETRY: [Duration; 3] = [Duration::from_millis(500), Duration::from_millis(1_000), Duration::from_millis(2_000)];
const UDP: [u8; 4] = [17, 0, 0, 0];

/// Why something did not work.
#[derive(Debug, thiserror::Error)]
pub enum TurnError {
    /// Nothing came back.
    #[error("no answer")]
    NoAnswer,
    /// The server refused.
    #[error("refused with {0}")]
    Refused(u16),
    /// The answer made no sense.
    #[error("an answer that makes no sense")]
    Nonsense,
    /// The connection broke.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// What came from a peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// In a channel.
    Channel(u16, Vec<u8>),
    /// In a Data indication.
    Indication(SocketAddr, Vec<u8>),
}

/// A client of one server.
pub struct TurnClient {
    transport: Transport,
    login: Option<Login>,
    asked: u64,
    arrived: VecDeque<Incoming>,
}

enum Transport {
    Datagram(UdpSocket),
    Stream(Box<dyn Stream>, Vec<u8>),
}

struct Login {
    username: String,
    realm: Vec<u8>,
    nonce: Vec<u8>,
    key: Key,
}

impl TurnClient {
    /// Over UDP, from any port.
    pub async fn over_udp(server: SocketAddr) -> io::Result<Self> {
        let any: SocketAddr = if server.is_ipv4() { ([0, 0, 0, 0], 0).into() } else { ([0u16; 8], 0).into() };
        let socket = UdpSocket::bind(any).await?;
        socket.connect(server).await?;
        Ok(Self::new(Transport::Datagram(socket)))
    }

    /// Over an open connection.
    pub fn over_stream(stream: Box<dyn Stream>) -> Self {
        Self::new(Transport::Stream(stream, Vec::new()))
    }

    fn new(transport: Transport) -> Self {
        Self { transport, login: None, asked: 0, arrived: VecDeque::new() }
    }

    /// Which address the server sees.
    pub async fn binding(&mut self) -> Result<SocketAddr, TurnError> {
        let request = self.request(Method::Binding);
        let answer = self.ask(request).await?;
        read(&answer, |message| message.address(XOR_MAPPED_ADDRESS))
    }

    /// A relayed address.
    pub async fn allocate(&mut self, credential: &Credential) -> Result<SocketAddr, TurnError> {
        let request = self.request(Method::Allocate).attribute(REQUESTED_TRANSPORT, &UDP).finish();
        let challenge = self.exchange(&request).await?;
        self.log_in(&challenge, credential)?;
        let request = self.request(Method::Allocate).attribute(REQUESTED_TRANSPORT, &UDP);
        let answer = self.ask(request).await?;
        read(&answer, |message| message.address(XOR_RELAYED_ADDRESS))
    }

    /// Lets a peer through.
    pub async fn permit(&mut self, peer: SocketAddr) -> Result<(), TurnError> {
        let request = self.request(Method::CreatePermission).address(XOR_PEER_ADDRESS, peer);
        self.ask(request).await.map(drop)
    }

    /// Lets a peer through and gives it a number.
    pub async fn bind(&mut self, number: u16, peer: SocketAddr) -> Result<(), TurnError> {
        let request = self.request(Method::ChannelBind).number(CHANNEL_NUMBER, u32::from(number) << 16);
        self.ask(request.address(XOR_PEER_ADDRESS, peer)).await.map(drop)
    }

    /// Gives the relayed address up.
    pub async fn release(&mut self) -> Result<(), TurnError> {
        let request = self.request(Method::Refresh).number(LIFETIME, 0);
        self.ask(request).await.map(drop)
    }

    /// Keeps it.
    pub async fn refresh(&mut self) -> Result<u32, TurnError> {
        let request = self.request(Method::Refresh);
        let answer = self.ask(request).await?;
        read(&answer, |message| message.number(LIFETIME))
    }

    /// Sends to the peer of a channel.
    pub async fn send_in_channel(&mut self, number: u16, data: &[u8]) -> Result<(), TurnError> {
        let length = u16::try_from(data.len()).map_err(|_| TurnError::Nonsense)?;
        let mut bytes = [number.to_be_bytes(), length.to_be_bytes()].concat();
        bytes.extend_from_slice(data);
        if matches!(self.transport, Transport::Stream(..)) {
            bytes.resize(padded(bytes.len()), 0);
        }
        self.transport.send(&bytes).await
    }

    /// Sends to a peer in an indication.
    pub async fn send(&mut self, peer: SocketAddr, data: &[u8]) -> Result<(), TurnError> {
        let indication = Writer::new(Method::Send, Class::Indication, self.transaction());
        let bytes = indication.address(XOR_PEER_ADDRESS, peer).attribute(DATA, data).finish();
        self.transport.send(&bytes).await
    }

    /// What a peer sends next.
    pub async fn receive(&mut self) -> Result<Incoming, TurnError> {
        loop {
            if let Some(incoming) = self.arrived.pop_front() {
                return Ok(incoming);
            }
            let bytes = self.transport.receive().await?;
            self.arrived.extend(incoming(&bytes));
        }
    }

    fn request(&mut self, method: Method) -> Writer {
        Writer::new(method, Class::Request, self.transaction())
    }

    fn transaction(&mut self) -> [u8; 12] {
        self.asked += 1;
        let mut id = [0x5A; 12];
        id[4..].copy_from_slice(&self.asked.to_be_bytes());
        id
    }

    fn log_in(&mut self, challenge: &[u8], credential: &Credential) -> Result<(), TurnError> {
        let message = Message::parse(challenge).map_err(|_| TurnError::Nonsense)?;
        let (Some(realm), Some(nonce)) = (message.attribute(REALM), message.attribute(NONCE)) else {
            return Err(TurnError::Refused(message.error_code().unwrap_or_default()));
        };
        let realm_name = std::str::from_utf8(realm).map_err(|_| TurnError::Nonsense)?;
        let key = Key::long_term(&credential.username, realm_name, &credential.password);
        let username = credential.username.clone();
        self.login = Some(Login { username, realm: realm.to_vec(), nonce: nonce.to_vec(), key });
        Ok(())
    }

    /// Signs a request, if there is something to sign with; waits for the answer, which has to be a good one.
    async fn ask(&mut self, request: Writer) -> Result<Vec<u8>, TurnError> {
        let bytes = match &self.login {
            None => request.finish(),
            Some(login) => request
                .attribute(USERNAME, login.username.as_bytes())
                .attribute(REALM, &login.realm)
                .attribute(NONCE, &login.nonce)
                .protect(&login.key),
        };
        let answer = self.exchange(&bytes).await?;
        let message = Message::parse(&answer).map_err(|_| TurnError::Nonsense)?;
        match message.error_code() {
            Some(code) => Err(TurnError::Refused(code)),
            None => Ok(answer),
        }
    }

    async fn exchange(&mut self, request: &[u8]) -> Result<Vec<u8>, TurnError> {
        for patience in RETRY {
            self.transport.send(request).await?;
            match timeout(patience, self.answer_to(request)).await {
                Ok(answer) => return answer,
                // Over a connection nothing is lost, so there it waits on without asking again.
                Err(_) if matches!(self.transport, Transport::Stream(..)) => {
                    return timeout(RETRY[2], self.answer_to(request)).await.map_err(|_| TurnError::NoAnswer)?;
                }
                Err(_) => {}
            }
        }
        Err(TurnError::NoAnswer)
    }

    async fn answer_to(&mut self, request: &[u8]) -> Result<Vec<u8>, TurnError> {
        loop {
            let bytes = self.transport.receive().await?;
            // A transaction's id stands at the same place in both.
            if Message::parse(&bytes).is_ok() && bytes.get(8..20) == request.get(8..20) {
                return Ok(bytes);
            }
            self.arrived.extend(incoming(&bytes));
        }
    }
}

impl Transport {
    async fn send(&mut self, bytes: &[u8]) -> Result<(), TurnError> {
        match self {
            Self::Datagram(socket) => drop(socket.send(bytes).await?),
            Self::Stream(stream, _) => {
                stream.write_all(bytes).await?;
                stream.flush().await?;
            }
        }
        Ok(())
    }

    /// A whole message. May be cancelled.
    async fn receive(&mut self) -> Result<Vec<u8>, TurnError> {
        match self {
            Self::Datagram(socket) => {
                let mut bytes = vec![0; 65_536];
                let length = socket.recv(&mut bytes).await?;
                bytes.truncate(length);
                Ok(bytes)
            }
            Self::Stream(stream, received) => loop {
                match first_frame(received, true) {
                    Frame::Whole { bytes, padding } => {
                        let message = received[..bytes].to_vec();
                        received.drain(..bytes + padding);
                        return Ok(message);
                    }
                    Frame::Broken => return Err(TurnError::Nonsense),
                    Frame::Partial if stream.read_buf(received).await? == 0 => {
                        return Err(TurnError::Io(io::ErrorKind::UnexpectedEof.into()));
                    }
                    Frame::Partial => {}
                }
            },
        }
    }
}

fn incoming(bytes: &[u8]) -> Option<Incoming> {
    if bytes.first()? >> 6 == 1 {
        let (number, length) = channel_header(bytes)?;
        let data = bytes.get(CHANNEL_HEADER_BYTES..CHANNEL_HEADER_BYTES + length)?;
        return Some(Incoming::Channel(number, data.to_vec()));
    }
    let message = Message::parse(bytes).ok().filter(|message| message.method() == Method::Data)?;
    Some(Incoming::Indication(message.address(XOR_PEER_ADDRESS)?, message.attribute(DATA)?.to_vec()))
}

fn read<T>(answer: &[u8], take: impl Fn(&Message<'_>) -> Option<T>) -> Result<T, TurnError> {
    Message::parse(answer).ok().and_then(|message| take(&message)).ok_or(TurnError::Nonsense)
}
