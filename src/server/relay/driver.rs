//! Moves the relay's packets: owns its sockets and carries out what [`Relay`] says, on a thread of its own.
//!
//! One thread and one owner, so a packet takes no lock and wakes nobody else. What the rest of the server has to say comes through
//! [`RelayHandle`]. A packet that cannot be sent is a packet lost, as on any network; an error towards one peer is no reason to
//! end an allocation.

mod datagram;
mod engine;
mod stream;

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener, UdpSocket};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio::task::LocalSet;

use super::core::{Relay, RelayConfig};
use crate::protocol::PeerId;
use crate::server::clock::Clock;
use crate::server::places::Places;
use engine::Engine;

/// A connection that carries STUN and TURN messages.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// The sockets that clients come to, already bound.
#[derive(Debug, Default)]
pub struct Listeners {
    /// For datagrams.
    pub datagram: Vec<UdpSocket>,
    /// For TCP connections.
    pub stream: Vec<TcpListener>,
}

/// What limits connections.
#[derive(Debug)]
pub struct StreamLimits {
    /// How many there may be.
    pub places: Places,
    /// How long one may do without an allocation.
    pub patience: Duration,
}

/// A running relay. Dropped, it stops.
#[derive(Debug)]
pub struct RelayHandle {
    commands: mpsc::UnboundedSender<Command>,
    thread: Option<JoinHandle<()>>,
}

/// The way to a running relay.
#[derive(Debug, Clone)]
pub struct RelayLink(mpsc::UnboundedSender<Command>);

/// What the rest of the server says.
enum Command {
    PeerLeft(PeerId),
    PeerReturned(PeerId),
    Serve { stream: Box<dyn Stream>, remote: SocketAddr, local: IpAddr },
    Stop,
}

impl RelayHandle {
    /// Starts the thread.
    pub fn start(listeners: Listeners, config: RelayConfig, limits: StreamLimits, clock: Clock) -> io::Result<Self> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|error| io::Error::other(error.to_string()))?;
        for socket in &listeners.datagram {
            datagram::prepare(socket)?;
        }
        for listener in &listeners.stream {
            listener.set_nonblocking(true)?;
        }
        let (commands, received) = mpsc::unbounded_channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = std::thread::Builder::new().name("relay".into()).spawn(move || {
            let relay = Relay::new(config, seed);
            LocalSet::new().block_on(&runtime, run(listeners, relay, limits, clock, received));
        })?;
        Ok(Self { commands, thread: Some(thread) })
    }

    /// The way to it.
    pub fn link(&self) -> RelayLink {
        RelayLink(self.commands.clone())
    }
}

impl Drop for RelayHandle {
    fn drop(&mut self) {
        // It fails only when the thread has ended already.
        let _ = self.commands.send(Command::Stop);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the relay ended badly");
        }
    }
}

impl RelayLink {
    /// A member of a room has left for good.
    pub fn peer_left(&self, peer: PeerId) {
        self.say(Command::PeerLeft(peer));
    }

    /// A member of a room is given new credentials.
    pub fn peer_returned(&self, peer: PeerId) {
        self.say(Command::PeerReturned(peer));
    }

    /// A connection that turned out to carry TURN.
    pub fn serve(&self, stream: Box<dyn Stream>, remote: SocketAddr, local: IpAddr) {
        self.say(Command::Serve { stream, remote, local });
    }

    fn say(&self, command: Command) {
        // Nobody listens when the server is stopping.
        let _ = self.0.send(command);
    }
}

async fn run(
    listeners: Listeners,
    relay: Relay,
    StreamLimits { places, patience }: StreamLimits,
    clock: Clock,
    mut commands: mpsc::UnboundedReceiver<Command>,
) {
    let engine = match Engine::new(relay, clock, patience, listeners.datagram) {
        Ok(engine) => engine,
        Err(error) => return tracing::error!(%error, "the relay does not start"),
    };
    for listener in listeners.stream {
        tokio::task::spawn_local(stream::accept(engine.clone(), places.clone(), listener));
    }
    tokio::task::spawn_local(engine::run_timer(engine.clone()));
    while let Some(command) = commands.recv().await {
        match command {
            Command::PeerLeft(peer) => engine.peer_left(peer),
            Command::PeerReturned(peer) => engine.peer_returned(peer),
            Command::Serve { stream, remote, local } => {
                stream::serve_in_place(&engine, &places, stream, remote, local);
            }
            Command::Stop => return,
        }
    }
}
