//! Relayed ports: which are in use and for what, and which one is next.

use std::net::SocketAddr;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::Client;
use crate::room::Timestamp;
use crate::server::relay::allocation::{Allocation, Grant};
use crate::server::relay::stun::TransactionId;

/// A relayed port.
pub(super) struct Port {
    /// Where it is bound.
    pub(super) local: SocketAddr,
    /// What it is called outside.
    pub(super) external: SocketAddr,
    pub(super) state: PortState,
}

/// What a port is used for.
pub(super) enum PortState {
    /// The system has been asked for it.
    Opening(Box<Opening>),
    /// Kept for whoever has the token.
    Reserved { token: [u8; 8], owner: usize, username: String, expires: Timestamp },
    /// Relays.
    Live(Box<Allocation>),
}

/// An Allocate that waits for its port.
#[derive(Debug, Clone)]
pub(super) struct Opening {
    pub(super) client: Client,
    pub(super) grant: Grant,
    pub(super) lifetime_ms: u64,
    pub(super) parity: Parity,
    pub(super) attempts_left: u8,
    /// The even port, already open, when this is the odd one that goes with it.
    pub(super) even: Option<super::PortId>,
}

/// EVEN-PORT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parity {
    Any,
    Even,
    /// And the next one too.
    Pair,
}

impl Parity {
    /// How many ports are asked for.
    pub(super) fn ports(self) -> usize {
        match self {
            Self::Any | Self::Even => 1,
            Self::Pair => 2,
        }
    }
}

impl Port {
    /// Whose quota it counts towards.
    pub(super) fn owner(&self) -> usize {
        match &self.state {
            PortState::Opening(opening) => opening.grant.owner,
            PortState::Reserved { owner, .. } => *owner,
            PortState::Live(allocation) => allocation.owner,
        }
    }
}

/// Numbers that nobody outside can foresee.
pub(super) struct Dice {
    key: Hmac<Sha256>,
    thrown: u64,
}

impl Dice {
    pub(super) fn new(seed: [u8; 32]) -> Self {
        let mut block = [0; 64];
        block[..32].copy_from_slice(&seed);
        block[63] = 1;
        Self { key: Hmac::new(&block.into()), thrown: 0 }
    }

    pub(super) fn bytes(&mut self) -> [u8; 8] {
        self.thrown += 1;
        let mut mac = self.key.clone();
        mac.update(&self.thrown.to_be_bytes());
        let bytes: [u8; 32] = mac.finalize().into_bytes().into();
        let mut first = [0; 8];
        first.copy_from_slice(&bytes[..8]);
        first
    }

    /// A number below `end`.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        u64::from_be_bytes(self.bytes()) % end.max(1)
    }

    /// For an indication, which nobody answers: it only has to differ.
    pub(super) fn transaction(&mut self) -> TransactionId {
        self.thrown += 1;
        let mut id = [0; 12];
        id[4..].copy_from_slice(&self.thrown.to_be_bytes());
        id
    }
}
