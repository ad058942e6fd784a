//! Every connection and socket of the server: how many there may be, from where, and that all end when the server stops.
//!
//! It stops in two steps: first sockets are closed and everything else goes on (it drains), then the rest ends too.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::comeback;
use super::config::Limits;
use super::places::{Full, Place, Places};
use crate::protocol::{CloseReason, ErrorCode};
use crate::room::SocketId;

/// So many at once are told in a close frame why they get no socket. Whoever comes on top of that is told by an HTTP status.
const FAREWELLS: usize = 256;

/// The counter of sockets and the switch that stops them. Clones are the same.
#[derive(Debug, Clone)]
pub struct Sockets(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    places: Places,
    last_id: AtomicU64,
    resume_window_ms: u64,
    farewells: Arc<Semaphore>,
    phase: watch::Sender<Phase>,
    open: watch::Sender<usize>,
    alive: watch::Sender<usize>,
}

/// How far the server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Serving,
    /// Sockets are closed and come back over this time.
    Draining {
        spread_ms: u64,
    },
    Stopping,
}

/// One socket's place; given back when dropped.
#[derive(Debug)]
pub struct SocketSlot {
    /// The socket's number, never used again.
    pub id: SocketId,
    _place: Place,
    _open: Alive,
}

/// Keeps the server from ending while it is held.
#[derive(Debug)]
pub struct Alive(watch::Sender<usize>);

impl Sockets {
    /// None yet. Who comes back within the resume window is still waited for.
    pub fn new(limits: &Limits, resume_window: Duration) -> Self {
        Self(Arc::new(Inner {
            places: Places::new(limits.max_sockets, limits.max_sockets_per_address),
            last_id: AtomicU64::new(0),
            resume_window_ms: u64::try_from(resume_window.as_millis()).unwrap_or(u64::MAX),
            farewells: Arc::new(Semaphore::new(FAREWELLS)),
            phase: watch::Sender::new(Phase::Serving),
            open: watch::Sender::new(0),
            alive: watch::Sender::new(0),
        }))
    }

    /// A place for a socket from this address, if there is one.
    pub fn open(&self, address: IpAddr) -> Result<SocketSlot, ErrorCode> {
        let place = self.0.places.take(address).map_err(|full| match full {
            Full::All => ErrorCode::ServerFull,
            Full::Address => ErrorCode::RateLimited,
        })?;
        let id = SocketId(self.0.last_id.fetch_add(1, Ordering::Relaxed) + 1);
        Ok(SocketSlot { id, _place: place, _open: Alive::in_this(&self.0.open) })
    }

    /// How many sockets are open.
    pub fn count(&self) -> usize {
        self.0.places.count()
    }

    /// Leave to tell somebody in a close frame why they get no socket.
    pub fn farewell(&self) -> Option<OwnedSemaphorePermit> {
        self.0.farewells.clone().try_acquire_owned().ok()
    }

    /// Tells sockets to end. New ones end at once.
    pub fn drain(&self) {
        let spread_ms = comeback::spread_ms(self.count(), self.0.resume_window_ms);
        self.0.phase.send_replace(Phase::Draining { spread_ms });
    }

    /// Tells everyone to end.
    pub fn stop(&self) {
        self.0.phase.send_replace(Phase::Stopping);
    }

    /// Whether sockets, or all, were told to end.
    pub fn is_stopping(&self) -> bool {
        *self.0.phase.borrow() != Phase::Serving
    }

    /// Waits until sockets are told to end; says why, and when this one may come back.
    pub async fn draining(&self, socket: SocketId) -> CloseReason {
        let mut phases = self.0.phase.subscribe();
        // It fails only when the sender is gone, and we hold it.
        let phase = phases.wait_for(|phase| *phase != Phase::Serving).await.map_or(Phase::Stopping, |phase| *phase);
        let spread_ms = match phase {
            Phase::Draining { spread_ms } => spread_ms,
            Phase::Serving | Phase::Stopping => comeback::spread_ms(self.count(), self.0.resume_window_ms),
        };
        comeback::after_restart(spread_ms, comeback::chance(socket.0))
    }

    /// Waits until everyone is told to end.
    pub async fn stopping(&self) {
        let _ = self.0.phase.subscribe().wait_for(|phase| *phase == Phase::Stopping).await;
    }

    /// Waits until no socket is open.
    pub async fn closed(&self) {
        let _ = self.0.open.subscribe().wait_for(|open| *open == 0).await;
    }

    /// Counts as alive until the answer is dropped.
    pub fn alive(&self) -> Alive {
        Alive::in_this(&self.0.alive)
    }

    /// Waits until nothing is alive.
    pub async fn ended(&self) {
        let _ = self.0.alive.subscribe().wait_for(|alive| *alive == 0).await;
    }
}

impl Alive {
    fn in_this(count: &watch::Sender<usize>) -> Self {
        count.send_modify(|alive| *alive += 1);
        Self(count.clone())
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.send_modify(|alive| *alive -= 1);
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::server::config::Config;

    #[test]
    fn places_are_counted_by_address_and_given_back() {
        let sockets = sockets(3, 2);
        let a = sockets.open(ip("192.0.2.1")).unwrap();
        let b = sockets.open(ip("::ffff:192.0.2.1")).unwrap();
        assert_ne!(a.id, b.id);
        assert_eq!(sockets.open(ip("192.0.2.1")).unwrap_err(), ErrorCode::RateLimited);
        let c = sockets.open(ip("2001:db8::1")).unwrap();
        assert_eq!(sockets.open(ip("192.0.2.9")).unwrap_err(), ErrorCode::ServerFull);
        drop((a, c));
        assert!(sockets.open(ip("192.0.2.1")).is_ok());
        drop(b);
        assert_eq!(sockets.count(), 0);
    }

    fn sockets(max: usize, max_per_address: usize) -> Sockets {
        let limits = Config::parse_from(["confab"]).limits;
        let limits = Limits { max_sockets: max, max_sockets_per_address: max_per_address, ..limits };
        Sockets::new(&limits, Duration::from_secs(60))
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }
}
