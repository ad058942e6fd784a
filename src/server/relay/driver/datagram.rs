//! UDP: the listeners that clients come to, and the relayed ports that peers come to.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;

use rustix::net::{SendFlags, sendto, sockopt};
use tokio::net::UdpSocket;

use super::engine::Engine;
use crate::server::relay::core::{Link, PortId};

/// So many datagrams are taken from one socket before others have their turn.
const BATCH: usize = 32;
/// What may wait for the thread while it is at another socket.
const BUFFER_BYTES: usize = 4 * 1024 * 1024;

/// Makes a bound socket one that the relay can use.
pub fn prepare(socket: &std::net::UdpSocket) -> io::Result<()> {
    socket.set_nonblocking(true)?;
    // The system gives less where its limit is lower.
    sockopt::set_socket_recv_buffer_size(socket, BUFFER_BYTES)?;
    sockopt::set_socket_send_buffer_size(socket, BUFFER_BYTES)?;
    Ok(())
}

/// A relayed port.
pub fn open(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = std::net::UdpSocket::bind(address)?;
    socket.set_nonblocking(true)?;
    UdpSocket::from_std(socket)
}

/// Reads what clients send. Never ends.
pub async fn listen(engine: Rc<Engine>, socket: Rc<UdpSocket>, link: Link, local: IpAddr) {
    loop {
        wait(&socket).await;
        drain(|| engine.receive_from_client(&socket, link, local));
    }
}

/// Reads what peers send. Ends when the port is closed.
pub async fn listen_at_port(engine: Rc<Engine>, socket: Rc<UdpSocket>, port: PortId) {
    loop {
        wait(&socket).await;
        drain(|| engine.receive_from_peer(&socket, port));
    }
}

/// Sends, or does not: not through tokio, which would first want to hear that a new socket can be written to.
pub fn send(socket: &UdpSocket, bytes: &[u8], to: SocketAddr) {
    if let Err(error) = sendto(socket, bytes, SendFlags::empty(), &to) {
        tracing::trace!(%error, "a datagram was not sent");
    }
}

async fn wait(socket: &UdpSocket) {
    if let Err(error) = socket.readable().await {
        tracing::debug!(%error, "cannot wait for datagrams");
        tokio::task::yield_now().await;
    }
}

fn drain(mut receive: impl FnMut() -> io::Result<()>) {
    for _ in 0..BATCH {
        match receive() {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
            // What an earlier datagram met on its way (ICMP). The next one has nothing to do with it.
            Err(error) => tracing::trace!(%error, "a datagram did not arrive"),
        }
    }
}
