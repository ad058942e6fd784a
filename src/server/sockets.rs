//! Every connection and socket of the server: how many there may be, from where, and that all end when the server stops.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::config::Limits;
use crate::protocol::{CloseReason, ErrorCode};
use crate::room::SocketId;

/// The counter of sockets and the switch that stops them. Clones are the same.
#[derive(Debug, Clone)]
pub struct Sockets(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    max: usize,
    max_per_address: usize,
    counts: Mutex<Counts>,
    last_id: AtomicU64,
    stopping: watch::Sender<bool>,
    alive: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// One socket's place; given back when dropped.
#[derive(Debug)]
pub struct SocketSlot {
    /// The socket's number, never used again.
    pub id: SocketId,
    sockets: Sockets,
    address: IpAddr,
}

/// Keeps the server from ending while it is held.
#[derive(Debug)]
pub struct Alive(Sockets);

impl Sockets {
    /// None yet.
    pub fn new(limits: &Limits) -> Self {
        Self(Arc::new(Inner {
            max: limits.max_sockets,
            max_per_address: limits.max_sockets_per_address,
            counts: Mutex::default(),
            last_id: AtomicU64::new(0),
            stopping: watch::Sender::new(false),
            alive: watch::Sender::new(0),
        }))
    }

    /// A place for a socket from this address, if there is one.
    pub fn open(&self, address: IpAddr) -> Result<SocketSlot, ErrorCode> {
        let address = counted_as(address);
        let mut counts = self.counts();
        if counts.all >= self.0.max {
            return Err(ErrorCode::ServerFull);
        }
        let from_there = counts.by_address.entry(address).or_default();
        if *from_there >= self.0.max_per_address {
            return Err(ErrorCode::RateLimited);
        }
        *from_there += 1;
        counts.all += 1;
        let id = SocketId(self.0.last_id.fetch_add(1, Ordering::Relaxed) + 1);
        Ok(SocketSlot { id, sockets: self.clone(), address })
    }

    /// How many sockets are open.
    pub fn count(&self) -> usize {
        self.counts().all
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

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for SocketSlot {
    fn drop(&mut self) {
        let mut counts = self.sockets.counts();
        counts.all -= 1;
        if let Some(from_there) = counts.by_address.get_mut(&self.address) {
            *from_there -= 1;
            if *from_there == 0 {
                counts.by_address.remove(&self.address);
            }
        }
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.0.alive.send_modify(|alive| *alive -= 1);
    }
}

/// An IPv6 host has a whole /64 to itself, so that is what counts; IPv4 counts by address, however it is written.
fn counted_as(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
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
        assert!(sockets.counts().by_address.is_empty());
    }

    #[test]
    fn an_ipv6_network_is_one_address() {
        let sockets = sockets(9, 1);
        let _held = sockets.open(ip("2001:db8::1")).unwrap();
        assert_eq!(sockets.open(ip("2001:db8::ffff:1")).unwrap_err(), ErrorCode::RateLimited);
        assert!(sockets.open(ip("2001:db8:0:1::1")).is_ok());
    }

    fn sockets(max: usize, max_per_address: usize) -> Sockets {
        let limits = Config::parse_from(["confab"]).limits;
        Sockets::new(&Limits { max_sockets: max, max_sockets_per_address: max_per_address, ..limits })
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }
}
