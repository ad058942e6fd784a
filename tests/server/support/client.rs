//! A client that keeps to the protocol.

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
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{PATIENCE, TestServer, card};

pub struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
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
}

impl Client {
    pub async fn connect(server: &TestServer) -> Self {
        let origin = format!("http://{}", server.address);
        Self::connect_from(server, Some(&origin)).await.expect("a socket")
    }

    pub async fn connect_from(server: &TestServer, origin: Option<&str>) -> Result<Self, Error> {
        let mut request = format!("ws://{}/ws", server.address).into_client_request().expect("a request");
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().expect("a header"));
        }
        let (socket, _) = timeout(PATIENCE, connect_async(request)).await.expect("an answer")?;
        Ok(Self { socket })
    }

    /// Connected and greeted in front of this room.
    pub async fn greeted(server: &TestServer, room: &RoomId) -> Self {
        let mut client = Self::connect(server).await;
        client.hello(room, None, None).await;
        match client.hear().await {
            ServerMessage::Greeted { .. } => client,
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
        static PAGES: AtomicU64 = AtomicU64::new(1);
        self.join_again(name, PAGES.fetch_add(1, Ordering::Relaxed)).await
    }

    /// Joins as a page that has tried before.
    pub async fn join_again(&mut self, name: &str, attempt: u64) -> Result<Welcome, (ErrorCode, Option<u16>)> {
        self.say(&ClientMessage::Join { card: card(name), attempt }).await;
        self.admission().await
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
                Some(Message::Close(frame)) => {
                    let frame = frame.expect("a code");
                    return Closed { code: frame.code.into(), reason: CloseReason::parse(&frame.reason) };
                }
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
