//! What other threads tell the relay's. A bell rings in the epoll that it waits at, once for all that has come since it last looked.

use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use rustix::event::{EventfdFlags, eventfd};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use tokio::sync::OwnedSemaphorePermit;

use super::stream::Outgoing;
use crate::protocol::PeerId;
use crate::server::relay::core::Client;

/// Something told.
#[derive(Debug)]
pub enum Letter {
    /// A member of a room has left for good.
    PeerLeft(PeerId),
    /// A member of a room is given new credentials.
    PeerReturned(PeerId),
    /// A stream that begins, under a number that was never used before.
    StreamOpened(u64, Arc<Outgoing>),
    /// A message that came on a stream, and the place that it takes among those that wait.
    Message { client: Client, local: IpAddr, bytes: Vec<u8>, place: OwnedSemaphorePermit },
    /// A stream that ended.
    StreamClosed(Client),
    /// The time has come that the relay asked to be told.
    Timeout,
    /// The server stops: no new allocations.
    Drain,
    /// The thread shall end.
    Stop,
}

/// The way to the relay's thread. Clones lead to the same one.
#[derive(Debug, Clone)]
pub struct Mailbox(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    letters: Mutex<Vec<Letter>>,
    bell: OwnedFd,
}

impl Mailbox {
    /// An empty one.
    pub fn new() -> io::Result<Self> {
        let bell = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        Ok(Self(Arc::new(Inner { letters: Mutex::default(), bell })))
    }

    /// Tells something.
    pub fn put(&self, letter: Letter) {
        let mut letters = self.0.letters.lock().unwrap_or_else(PoisonError::into_inner);
        let is_first = letters.is_empty();
        letters.push(letter);
        drop(letters);
        // Fails only when it has been rung 2^64 times.
        if is_first && let Err(error) = rustix::io::write(&self.0.bell, &1_u64.to_ne_bytes()) {
            tracing::error!(%error, "the relay does not hear");
        }
    }

    /// All that was told, in order.
    pub fn take(&self) -> Vec<Letter> {
        // The bell first: what comes in between is taken now or rings again.
        let _ = rustix::io::read(&self.0.bell, &mut [0_u8; 8]);
        std::mem::take(&mut *self.0.letters.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What can be read while something waits here.
    pub fn bell(&self) -> BorrowedFd<'_> {
        self.0.bell.as_fd()
    }
}
