//! One HTTP request, as plain as can be.

use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{PATIENCE, connect_from};

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let values = self.head.lines().filter_map(|line| line.split_once(": "));
        values.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }
}

pub async fn get(address: SocketAddr, path: &str) -> Answer {
    get_with(address, path, "").await
}

/// `headers` are whole lines, each with its line break.
pub async fn get_with(address: SocketAddr, path: &str, headers: &str) -> Answer {
    let stream = TcpStream::connect(address).await.expect("a connection");
    ask(stream, &address.to_string(), path, headers).await
}

/// An empty POST.
pub async fn post_with(address: SocketAddr, path: &str, headers: &str) -> Answer {
    let stream = TcpStream::connect(address).await.expect("a connection");
    request("POST", stream, &address.to_string(), path, &format!("Content-Length: 0\r\n{headers}")).await
}

/// The same from this address of this machine.
pub async fn get_from(from: &str, address: SocketAddr, path: &str) -> Answer {
    ask(connect_from(from, address).await, &address.to_string(), path, "").await
}

/// The same over any stream, to this host.
pub async fn ask(stream: impl AsyncRead + AsyncWrite + Unpin, host: &str, path: &str, headers: &str) -> Answer {
    request("GET", stream, host, path, headers).await
}

/// As a client that would ask more over the same connection. The server has to hang up.
pub async fn get_and_stay(address: SocketAddr, path: &str) -> Answer {
    let stream = TcpStream::connect(address).await.expect("a connection");
    exchange(stream, &format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n")).await
}

async fn request(
    method: &str,
    stream: impl AsyncRead + AsyncWrite + Unpin,
    host: &str,
    path: &str,
    headers: &str,
) -> Answer {
    let head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n{headers}Connection: close\r\n\r\n");
    exchange(stream, &head).await
}

async fn exchange(mut stream: impl AsyncRead + AsyncWrite + Unpin, request: &str) -> Answer {
    let exchange = async {
        stream.write_all(request.as_bytes()).await?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await?;
        Ok::<_, std::io::Error>(bytes)
    };
    parse(&timeout(PATIENCE, exchange).await.expect("an answer").expect("a connection"))
}

fn parse(bytes: &[u8]) -> Answer {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8(bytes[..end].to_vec()).expect("text");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    let raw = &bytes[end + 4..];
    let chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    Answer { status, head, body: if chunked { unchunk(raw) } else { raw.to_vec() } }
}

fn unchunk(mut raw: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let line = raw.windows(2).position(|window| window == b"\r\n").expect("a chunk");
        let length = usize::from_str_radix(std::str::from_utf8(&raw[..line]).expect("text"), 16).expect("a length");
        if length == 0 {
            return body;
        }
        body.extend_from_slice(&raw[line + 2..line + 2 + length]);
        raw = &raw[line + 2 + length + 2..];
    }
}
