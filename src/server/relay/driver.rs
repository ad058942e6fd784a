//! Moves the relay's packets: owns its sockets and carries out what [`Relay`] says, on a thread of its own.
//!
//! One thread and one owner, so a datagram takes no lock and wakes nobody else. What the rest of the server has to say comes through
//! [`RelayLink`], and what clients send over TCP and TLS from a second thread, both into the [`Mailbox`] of the first. A packet
//! that cannot be sent is a packet lost, as on any network; an error towards one peer is no reason to end an allocation.

mod datagram;
mod engine;
mod mailbox;
mod stream;

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener, UdpSocket};
use std::rc::Rc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{mpsc, watch};
use tokio::task::LocalSet;

use super::core::{Relay, RelayConfig};
use crate::protocol::PeerId;
use crate::room::Timestamp;
use crate::server::clock::Clock;
use crate::server::places::Places;
use engine::{Engine, Said};
use mailbox::{Letter, Mailbox};
use stream::{Packing, Streams};

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
    link: RelayLink,
    drained: watch::Receiver<bool>,
    threads: Vec<JoinHandle<()>>,
}

/// The way to a running relay.
#[derive(Debug, Clone)]
pub struct RelayLink {
    mailbox: Mailbox,
    /// `None` tells the streams' thread to stop.
    connections: mpsc::UnboundedSender<Option<Connection>>,
}

/// A connection that somebody else has accepted.
struct Connection {
    stream: Box<dyn Stream>,
    remote: SocketAddr,
    local: IpAddr,
}

impl RelayHandle {
    /// Starts the threads.
    pub fn start(listeners: Listeners, config: RelayConfig, limits: StreamLimits, clock: Clock) -> io::Result<Self> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|error| io::Error::other(error.to_string()))?;
        for listener in &listeners.stream {
            listener.set_nonblocking(true)?;
        }
        let mailbox = Mailbox::new()?;
        let (deadline, deadlines) = watch::channel(None);
        let (drained, is_drained) = watch::channel(false);
        let said = Said { deadline, drained };
        let relay = Relay::new(config, seed);
        let engine = Engine::new(relay, clock.clone(), listeners.datagram, mailbox.clone(), said)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (connections, accepted) = mpsc::unbounded_channel();
        let link = RelayLink { mailbox: mailbox.clone(), connections };
        let mut handle = Self { link, drained: is_drained, threads: Vec::new() };
        handle.spawn("relay", move || {
            if let Err(error) = engine.run() {
                tracing::error!(%error, "the relay ended");
            }
        })?;
        let streams = listeners.stream;
        handle.spawn("relay-streams", move || {
            let ringing = ring_at(clock, deadlines, mailbox.clone());
            LocalSet::new().block_on(&runtime, async {
                tokio::task::spawn_local(ringing);
                serve(streams, Rc::new(Streams::new(mailbox, limits)), accepted).await;
            });
        })?;
        Ok(handle)
    }

    /// The way to it.
    pub fn link(&self) -> RelayLink {
        self.link.clone()
    }

    /// Makes no new allocations from now on; waits until none is left.
    pub async fn drain(&self) {
        self.link.mailbox.put(Letter::Drain);
        // It fails only when the thread has ended, and what it relayed with it.
        let _ = self.drained.clone().wait_for(|drained| *drained).await;
    }

    fn spawn(&mut self, name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
        self.threads.push(std::thread::Builder::new().name(name.into()).spawn(work)?);
        Ok(())
    }
}

impl Drop for RelayHandle {
    fn drop(&mut self) {
        self.link.mailbox.put(Letter::Stop);
        // It fails only when the thread has ended already.
        let _ = self.link.connections.send(None);
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("the relay ended badly");
            }
        }
    }
}

impl RelayLink {
    /// A member of a room has left for good.
    pub fn peer_left(&self, peer: PeerId) {
        self.mailbox.put(Letter::PeerLeft(peer));
    }

    /// A member of a room is given new credentials.
    pub fn peer_returned(&self, peer: PeerId) {
        self.mailbox.put(Letter::PeerReturned(peer));
    }

    /// A connection that turned out to carry TURN, encrypted.
    pub fn serve(&self, stream: Box<dyn Stream>, remote: SocketAddr, local: IpAddr) {
        // Nobody listens when the server is stopping.
        let _ = self.connections.send(Some(Connection { stream, remote, local }));
    }
}

/// Serves connections until it is told to stop.
async fn serve(
    listeners: Vec<TcpListener>,
    streams: Rc<Streams>,
    mut accepted: mpsc::UnboundedReceiver<Option<Connection>>,
) {
    for listener in listeners {
        tokio::task::spawn_local(stream::accept(streams.clone(), listener));
    }
    while let Some(Some(Connection { stream, remote, local })) = accepted.recv().await {
        stream::serve_in_place(&streams, stream, Packing::Apart, remote, local);
    }
}

/// Tells the relay when its time has come: it waits for datagrams alone.
async fn ring_at(clock: Clock, mut deadlines: watch::Receiver<Option<Timestamp>>, mailbox: Mailbox) {
    loop {
        let next = *deadlines.borrow_and_update();
        let sleep = async {
            match next {
                Some(at) => clock.sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        let changed = tokio::select! {
            () = sleep => {
                mailbox.put(Letter::Timeout);
                deadlines.changed().await
            }
            changed = deadlines.changed() => changed,
        };
        if changed.is_err() {
            return;
        }
    }
}
