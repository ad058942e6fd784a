//! A client that keeps to the protocol.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use confab::protocol::{
    Card, ClientMessage, CloseReason, Envelope, ErrorCode, PeerId, Proof, RETURNING, Resume, RoomId, ServerMessage,
    VERSION, Welcome,
};
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::{HERE, PATIENCE, TestServer, card, connect_from};

pub struct Client {
    socket: WebSocketStream<TcpStream>,
}

/// How a socket was closed.
#[derive(Debug, PartialEq, Eq)]
pub struct Closed {
    pub code: u16,
    pub reason: Option<CloseReason>,
}

impl Closed {
    pub fn because(code: ErrorCode) -> Self {
        Self { code: code.close_code(), reason: Some(code.into()) }
    }

    fn by(frame: &CloseFrame) -> Self {
        Self { code: frame.code.into(), reason: CloseReason::parse(&frame.reason) }
    }

    /// Turned away for now: why, when they are told in how many seconds to come back.
    pub fn for_now(self) -> Option<ErrorCode> {
        let reason = self.reason.filter(|reason| reason.code.close_code() == self.code)?;
        let told = reason.retry_after_ms.is_some_and(|ms| (5_000..=15_000).contains(&ms));
        told.then_some(reason.code)
    }
}

impl Client {
    pub async fn connect(server: &TestServer) -> Self {
        Self::connect_to(server.address).await
    }

    pub async fn connect_to(server: SocketAddr) -> Self {
        Self::connect_as(server, HERE, &[]).await
    }

    /// From this address of this machine, with these headers besides.
    pub async fn connect_as(server: SocketAddr, from: &str, headers: &[(&'static str, &str)]) -> Self {
        let origin = format!("http://{server}");
        let headers = [&[("origin", origin.as_str())], headers].concat();
        Self::try_to_connect(server, from, &headers).await.expect("a socket")
    }

    pub async fn connect_from(server: &TestServer, origin: Option<&str>) -> Result<Self, Error> {
        let headers: Vec<_> = origin.into_iter().map(|origin| ("origin", origin)).collect();
        Self::try_to_connect(server.address, HERE, &headers).await
    }

    async fn try_to_connect(server: SocketAddr, from: &str, headers: &[(&'static str, &str)]) -> Result<Self, Error> {
        let mut request = format!("ws://{server}/ws").into_client_request().expect("a request");
        for (name, value) in headers {
            request.headers_mut().append(*name, value.parse().expect("a header"));
        }
        let stream = connect_from(from, server).await;
        let (socket, _) = timeout(PATIENCE, client_async(request, stream)).await.expect("an answer")?;
        Ok(Self { socket })
    }

    /// Connected and greeted in front of this room.
    pub async fn greeted(server: &TestServer, room: &RoomId) -> Self {
        Self::connect(server).await.in_front_of(room).await
    }

    /// Greeted in front of this room.
    pub async fn in_front_of(mut self, room: &RoomId) -> Self {
        self.hello(room, None, None).await;
        match self.hear().await {
            ServerMessage::Greeted { .. } => self,
            other => panic!("{other:?}"),
        }
    }

    /// A member of this room.
    pub async fn joined(server: &TestServer, room: &RoomId, name: &str) -> (Self, Welcome) {
        let mut client = Self::greeted(server, room).await;
        let welcome = client.join(name).await.expect("admission");
        (client, welcome)
    }

    pub async fn hello(&mut self, room: &RoomId, proof: Option<Proof>, resume: Option<Resume>) {
        self.say(&ClientMessage::Hello { version: VERSION, room: room.clone(), proof, resume }).await;
    }

    pub async fn join(&mut self, name: &str) -> Result<Welcome, (ErrorCode, Option<u16>)> {
        self.join_again(name, next_page()).await
    }

    /// Joins as a page that has tried before.
    pub async fn join_again(&mut self, name: &str, attempt: u64) -> Result<Welcome, (ErrorCode, Option<u16>)> {
        self.say(&ClientMessage::Join { card: card(name), attempt, create_code: None }).await;
        self.admission().await
    }

    /// Presses Join, and leaves it at that.
    pub async fn ask_to_join(&mut self, name: &str) {
        self.say(&ClientMessage::Join { card: card(name), attempt: next_page(), create_code: None }).await;
    }

    /// Says hello with a token.
    pub async fn resume(&mut self, room: &RoomId, token: &str, reload: bool) -> Result<Welcome, ErrorCode> {
        let resume = Resume { token: token.to_owned(), reload, card: Card::parse("again").expect("a card") };
        self.hello(room, None, Some(resume)).await;
        self.admission().await.map_err(|(code, _)| code)
    }

    pub async fn signal(&mut self, to: PeerId, envelope: Envelope) {
        self.say(&ClientMessage::Signal { to, envelope }).await;
    }

    pub async fn say(&mut self, message: &ClientMessage) {
        self.say_text(&serde_json::to_string(message).expect("JSON")).await;
    }

    pub async fn say_text(&mut self, text: &str) {
        self.send(Message::text(text)).await;
    }

    /// A send may fail when the server has closed already; what counts is then in the close frame.
    pub async fn send(&mut self, message: Message) {
        let _ = timeout(PATIENCE, self.socket.send(message)).await.expect("the server reads");
    }

    /// The next message that is not a tick.
    pub async fn hear(&mut self) -> ServerMessage {
        timeout(PATIENCE, self.hear_some_time()).await.expect("something to hear")
    }

    async fn hear_some_time(&mut self) -> ServerMessage {
        loop {
            match self.frame().await {
                Some(Message::Text(text)) => match serde_json::from_str(&text).expect("a message") {
                    ServerMessage::Tick {} => {}
                    message => return message,
                },
                Some(Message::Ping(_) | Message::Pong(_)) => {}
                other => panic!("no message but {other:?}"),
            }
        }
    }

    /// The next message that is not a tick, or how the server closes.
    pub async fn hear_or_closed(&mut self) -> Result<ServerMessage, Closed> {
        loop {
            match self.frame().await.expect("a message or a close frame") {
                Message::Text(text) => match serde_json::from_str(&text).expect("a message") {
                    ServerMessage::Tick {} => {}
                    message => return Ok(message),
                },
                Message::Close(frame) => return Err(Closed::by(&frame.expect("a code"))),
                _ => {}
            }
        }
    }

    /// Whether a tick or a ping comes next.
    pub async fn sign_of_life(&mut self) -> Message {
        self.frame().await.expect("a frame")
    }

    /// How the server closes; what it says before that is passed over.
    pub async fn closed(&mut self) -> Closed {
        timeout(PATIENCE, self.closed_some_time()).await.expect("a close frame")
    }

    async fn closed_some_time(&mut self) -> Closed {
        loop {
            match self.frame().await {
                Some(Message::Close(frame)) => return Closed::by(&frame.expect("a code")),
                Some(_) => {}
                None => panic!("ended without a close frame"),
            }
        }
    }

    /// Closes as a browser does when the page goes away.
    pub async fn close_page(self) {
        self.close_with(CloseCode::Away).await;
    }

    /// Closes as a page does that opens another socket.
    pub async fn close_to_return(self) {
        self.close_with(RETURNING.into()).await;
    }

    async fn close_with(mut self, code: CloseCode) {
        let _ = self.socket.close(Some(CloseFrame { code, reason: "".into() })).await;
        let end = async { while self.frame().await.is_some() {} };
        timeout(PATIENCE, end).await.expect("an end");
    }

    /// Says that the person leaves, and waits until the server has taken note.
    pub async fn leave(mut self) {
        self.say(&ClientMessage::Leave {}).await;
        assert_eq!(self.closed().await, Closed { code: 1000, reason: None });
    }

    async fn admission(&mut self) -> Result<Welcome, (ErrorCode, Option<u16>)> {
        match self.hear().await {
            ServerMessage::Welcome(welcome) => Ok(welcome),
            ServerMessage::Error { code, limit } => Err((code, limit)),
            other => panic!("{other:?}"),
        }
    }

    async fn frame(&mut self) -> Option<Message> {
        timeout(PATIENCE, self.socket.next()).await.expect("something to hear")?.ok()
    }
}

/// A number that no page had before.
fn next_page() -> u64 {
    static PAGES: AtomicU64 = AtomicU64::new(1);
    PAGES.fetch_add(1, Ordering::Relaxed)
}
