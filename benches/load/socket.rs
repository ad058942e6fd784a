//! Plain clients: connections from any loopback address, WebSockets, and what is said on them first.

use std::net::{Ipv4Addr, SocketAddr};

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::Outcome;

pub type Socket = WebSocketStream<TcpStream>;

/// So many addresses to come from: a closed connection's port is taken for a minute.
const ADDRESSES: u64 = 50;

/// A connection of the `n`th client.
pub async fn connect(server: SocketAddr, n: u64) -> Outcome<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((Ipv4Addr::new(127, 0, 1, (n % ADDRESSES) as u8 + 1), 0).into())?;
    let stream = socket.connect(server).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// A WebSocket that has said nothing yet.
pub async fn open(server: SocketAddr, n: u64) -> Outcome<Socket> {
    upgrade(connect(server, n).await?, server).await
}

pub async fn upgrade(stream: TcpStream, server: SocketAddr) -> Outcome<Socket> {
    let mut request = format!("ws://{server}/ws").into_client_request()?;
    request.headers_mut().insert("origin", format!("http://{server}").parse()?);
    let config = WebSocketConfig::default().read_buffer_size(4096).write_buffer_size(0);
    let (socket, _) = client_async_with_config(request, stream, Some(config)).await?;
    Ok(socket)
}

/// In front of this room.
pub async fn greeted(server: SocketAddr, n: u64, room: &str) -> Outcome<Socket> {
    let mut socket = open(server, n).await?;
    say(&mut socket, &format!(r#"{{"type":"hello","version":1,"room":"r/{room}"}}"#)).await?;
    next_of_type(&mut socket, "greeted").await?;
    Ok(socket)
}

/// In this room, with the `welcome`.
pub async fn joined(server: SocketAddr, n: u64, room: &str) -> Outcome<(Socket, Value)> {
    let mut socket = greeted(server, n, room).await?;
    say(&mut socket, &format!(r#"{{"type":"join","card":"load","attempt":{n}}}"#)).await?;
    let welcome = next_of_type(&mut socket, "welcome").await?;
    Ok((socket, welcome))
}

pub async fn say(socket: &mut Socket, text: &str) -> Outcome<()> {
    Ok(socket.send(Message::text(text)).await?)
}

/// The next message of this type. A refusal is an error, and so is the end.
pub async fn next_of_type(socket: &mut Socket, kind: &str) -> Outcome<Value> {
    while let Some(frame) = socket.next().await {
        if let Message::Text(text) = frame? {
            let message: Value = serde_json::from_str(&text)?;
            if message["type"] == kind {
                return Ok(message);
            }
            if message["type"] == "error" {
                return Err(format!("{text} instead of {kind}").into());
            }
        }
    }
    Err(format!("closed before {kind}").into())
}

/// Leaves, and reads to the end.
pub async fn leave(mut socket: Socket) -> Outcome<()> {
    say(&mut socket, r#"{"type":"leave"}"#).await?;
    read_to_end(socket).await;
    Ok(())
}

pub async fn read_to_end(mut socket: Socket) {
    while let Some(Ok(_)) = socket.next().await {}
}
