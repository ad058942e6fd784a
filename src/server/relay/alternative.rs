//! A second port that answers STUN Binding and nothing else: whoever asks both ports from one socket learns whether
//! the router in between gives each destination a mapping of its own (RFC 4787, section 4.1).

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::UdpSocket;
use tokio::task::JoinSet;

use super::core::answer_binding;
use super::stun::{Class, Message, Method};

/// Longer datagrams are no Binding requests of a browser; what is over is cut off and so no message.
const LONGEST_BYTES: usize = 1_500;

/// The answering sockets. Dropped, they close.
#[derive(Debug)]
pub struct Alternative {
    /// The same on every address.
    pub port: u16,
    _answering: JoinSet<()>,
}

impl Alternative {
    /// Answers on these sockets, which share a port. Needs a tokio runtime.
    pub fn start(sockets: Vec<std::net::UdpSocket>, port: u16) -> std::io::Result<Self> {
        let mut answering = JoinSet::new();
        for socket in sockets {
            socket.set_nonblocking(true)?;
            answering.spawn(listen(Arc::new(UdpSocket::from_std(socket)?)));
        }
        Ok(Self { port, _answering: answering })
    }
}

async fn listen(socket: Arc<UdpSocket>) {
    let mut bytes = [0; LONGEST_BYTES];
    loop {
        match socket.recv_from(&mut bytes).await {
            Ok((length, from)) => {
                if let Some(answer) = answer(&bytes[..length], from) {
                    // What cannot be sent is lost, as on any network.
                    let _ = socket.try_send_to(&answer, from);
                }
            }
            Err(error) => {
                tracing::trace!(%error, "a datagram did not arrive");
                tokio::task::yield_now().await;
            }
        }
    }
}

/// The address that the request came from, and nothing more: no state, no amplification to speak of.
fn answer(bytes: &[u8], from: SocketAddr) -> Option<Vec<u8>> {
    let message = Message::parse(bytes).ok()?;
    let asks = message.class() == Class::Request && message.method() == Method::Binding && from.port() > 0;
    asks.then(|| answer_binding(from, &message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::relay::stun::Writer;
    use crate::server::relay::stun::attribute::{LIFETIME, XOR_MAPPED_ADDRESS};

    const FROM: &str = "198.41.0.9:1234";

    #[test]
    fn binding_is_answered_and_nothing_else_is() {
        let from: SocketAddr = FROM.parse().unwrap();
        let request = |method| Writer::new(method, Class::Request, [7; 12]).finish();
        let answered = answer(&request(Method::Binding), from).unwrap();
        let answered = Message::parse(&answered).unwrap();
        assert_eq!((answered.class(), answered.transaction()), (Class::Success, [7; 12]));
        assert_eq!(answered.address(XOR_MAPPED_ADDRESS), Some(from));
        for method in [Method::Allocate, Method::Refresh, Method::CreatePermission, Method::Other(9)] {
            assert_eq!(answer(&request(method), from), None, "{method:?}");
        }
        let answer_to_us = Writer::new(Method::Binding, Class::Success, [7; 12]).finish();
        assert_eq!(answer(&answer_to_us, from), None);
        assert_eq!(answer(b"GET / HTTP/1.1", from), None);
        assert_eq!(answer(&request(Method::Binding), "198.41.0.9:0".parse().unwrap()), None);
    }

    #[test]
    fn an_answer_is_hardly_longer_than_the_question() {
        let plain = Writer::new(Method::Binding, Class::Request, [7; 12]).finish();
        let odd = Writer::new(Method::Binding, Class::Request, [7; 12]).number(LIFETIME, 1).finish();
        for (request, from) in [(&plain, FROM), (&odd, FROM), (&plain, "[2001:db8::1]:5")] {
            let answer = answer(request, from.parse().unwrap()).unwrap();
            let times = if from.starts_with('[') { 22 } else { 16 };
            assert!(answer.len() * 10 <= request.len() * times, "{} for {}", answer.len(), request.len());
        }
    }
}
