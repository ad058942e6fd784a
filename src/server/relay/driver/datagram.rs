//! UDP: the listeners that clients come to, and the relayed ports that peers come to.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};

use rustix::net::{SendFlags, sendto, sockopt};

/// So many datagrams are taken from one listener before others have their turn.
const BATCH: usize = 32;
/// What may wait for the thread while it is at another socket.
const BUFFER_BYTES: usize = 4 * 1024 * 1024;

/// Where clients come to.
#[derive(Debug)]
pub struct Listener {
    /// The socket.
    pub socket: UdpSocket,
    /// Its address.
    pub local: IpAddr,
    /// The last wait at which a datagram was there.
    last_ready: u64,
}

impl Listener {
    /// Makes a bound socket one that the relay can use.
    pub fn new(socket: UdpSocket) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        // The system gives less where its limit is lower.
        sockopt::set_socket_recv_buffer_size(&socket, BUFFER_BYTES)?;
        sockopt::set_socket_send_buffer_size(&socket, BUFFER_BYTES)?;
        let local = socket.local_addr()?.ip();
        Ok(Self { socket, local, last_ready: 0 })
    }

    /// How many datagrams to take now, when the thread has waited for the so manieth time. Asking in vain costs a good part of
    /// what a datagram costs, so only a listener that is ready at every wait is expected to have more than one.
    pub fn expected(&mut self, wait: u64) -> usize {
        let busy = std::mem::replace(&mut self.last_ready, wait) + 1 == wait;
        if busy { BATCH } else { 1 }
    }
}

/// A relayed port.
pub fn open(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(address)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// Sends, or does not.
pub fn send(socket: &UdpSocket, bytes: &[u8], to: SocketAddr) {
    if let Err(error) = sendto(socket, bytes, SendFlags::empty(), &to) {
        tracing::trace!(%error, "a datagram was not sent");
    }
}
