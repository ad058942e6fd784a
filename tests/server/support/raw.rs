//! A client that writes WebSocket frames byte by byte, also wrong ones, and answers nothing by itself.

use std::net::SocketAddr;

use confab::protocol::CloseReason;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use super::PATIENCE;
use super::client::Closed;

pub struct Raw {
    stream: TcpStream,
}

pub const TEXT: u8 = 0x81;
pub const TEXT_UNFINISHED: u8 = 0x01;
pub const CONTINUATION_UNFINISHED: u8 = 0x00;
pub const TEXT_COMPRESSED: u8 = 0xc1;

impl Raw {
    /// A WebSocket whose receive buffer is small.
    pub async fn connect(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4096).expect("a small buffer");
        let mut stream = socket.connect(address).await.expect("a connection");
        let request = format!(
            "GET /ws HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nConnection: Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.expect("written");
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.expect("a head"));
        }
        assert!(head.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&head));
        Self { stream }
    }

    /// Writes one frame, masked with zeros; false when the server has hung up.
    pub async fn frame(&mut self, first_byte: u8, payload: &[u8]) -> bool {
        let mut frame = vec![first_byte];
        match u16::try_from(payload.len()) {
            Ok(length) if length < 126 => frame.push(0x80 | payload.len() as u8),
            Ok(length) => {
                frame.push(0x80 | 126);
                frame.extend(length.to_be_bytes());
            }
            Err(_) => {
                frame.push(0x80 | 127);
                frame.extend((payload.len() as u64).to_be_bytes());
            }
        }
        frame.extend([0; 4]);
        frame.extend(payload);
        timeout(PATIENCE, self.stream.write_all(&frame)).await.expect("the server reads").is_ok()
    }

    /// How the server closes; what it says before that is passed over.
    pub async fn closed(&mut self) -> Closed {
        loop {
            let (opcode, payload) =
                timeout(PATIENCE, self.read_frame()).await.expect("a frame").expect("a close frame");
            if opcode == 8 {
                let code = u16::from_be_bytes([payload[0], payload[1]]);
                let reason = CloseReason::parse(std::str::from_utf8(&payload[2..]).expect("text"));
                return Closed { code, reason };
            }
        }
    }

    /// Waits until the server has hung up; what it says before that is passed over.
    pub async fn gone(&mut self) {
        let mut rest = Vec::new();
        // Whether it ends or is reset with bytes unread does not matter.
        let _ = timeout(PATIENCE, self.stream.read_to_end(&mut rest)).await.expect("the server hangs up");
    }

    async fn read_frame(&mut self) -> std::io::Result<(u8, Vec<u8>)> {
        let opcode = self.stream.read_u8().await? & 0x0f;
        let length = match self.stream.read_u8().await? {
            126 => usize::from(self.stream.read_u16().await?),
            127 => self.stream.read_u64().await? as usize,
            length => usize::from(length),
        };
        let mut payload = vec![0; length];
        self.stream.read_exact(&mut payload).await?;
        Ok((opcode, payload))
    }
}
