//! Every connection and socket of the server: how many there may be, from where, and that all end when the server stops.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;

use super::config::Limits;
use super::places::{Full, Place, Places};
use crate::protocol::{CloseReason, ErrorCode};
use crate::room::SocketId;

/// The counter of sockets and the switch that stops them. Clones are the same.
#[derive(Debug, Clone)]
pub struct Sockets(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    places: Places,
    last_id: AtomicU64,
    stopping: watch::Sender<bool>,
    alive: watch::Sender<usize>,
}

/// One socket's place; given back when dropped.
#[derive(Debug)]
pub struct SocketSlot {
    /// The socket's number, never used again.
    pub id: SocketId,
    _place: Place,
}

/// Keeps the server from ending while it is held.
#[derive(Debug)]
pub struct Alive(Sockets);

impl Sockets {
    /// None yet.
    pub fn new(limits: &Limits) -> Self {
        Self(Arc::new(Inner {
            places: Places::new(limits.max_sockets, limits.max_sockets_per_address),
            last_id: AtomicU64::new(0),
            stopping: watch::Sender::new(false),
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
        Ok(SocketSlot { id, _place: place })
    }

    /// How many sockets are open.
    pub fn count(&self) -> usize {
        self.0.places.count()
    }

    /// Tells everyone to end.
    pub fn stop(&self) {
        self.0.stopping.send_replace(true);
    }

    /// Whether everyone was told to end.
    pub fn is_stopping(&self) -> bool {
        *self.0.stopping.borrow()
    }

    /// Waits until everyone is told to end.
    pub async fn stopping(&self) {
        // It fails only when the sender is gone, and we hold it.
        let _ = self.0.stopping.subscribe().wait_for(|stopping| *stopping).await;
    }

    /// Counts as alive until the answer is dropped.
    pub fn alive(&self) -> Alive {
        self.0.alive.send_modify(|alive| *alive += 1);
        Alive(self.clone())
    }

    /// Waits until nothing is alive.
    pub async fn ended(&self) {
        let _ = self.0.alive.subscribe().wait_for(|alive| *alive == 0).await;
    }

    /// Why a socket is closed when the server stops: all come back, but not all at once.
    pub fn restart_reason(id: SocketId) -> CloseReason {
        let spread_ms = u32::try_from(id.0.wrapping_mul(7_919) % 2_000).unwrap_or(0);
        CloseReason { code: ErrorCode::Restarting, retry_after_ms: Some(500 + spread_ms) }
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.0.alive.send_modify(|alive| *alive -= 1);
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
        Sockets::new(&Limits { max_sockets: max, max_sockets_per_address: max_per_address, ..limits })
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }
}
