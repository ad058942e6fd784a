//! A member: who, with which rights, reached how.

use super::{SocketId, Timestamp};
use crate::protocol::{Card, Epoch, PeerId, Role, RosterEntry};

#[derive(Debug)]
pub(super) struct Member {
    pub(super) epoch: Epoch,
    pub(super) role: Role,
    pub(super) card: Card,
    /// Of the page that joined; a resumed one has been welcomed and does not ask again.
    pub(super) attempt: Option<u64>,
    pub(super) presence: Presence,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Presence {
    Live(SocketId),
    AwaitedUntil(Timestamp),
}

impl Member {
    pub(super) fn live_socket(&self) -> Option<SocketId> {
        match self.presence {
            Presence::Live(socket) => Some(socket),
            Presence::AwaitedUntil(_) => None,
        }
    }

    pub(super) fn awaited_until(&self) -> Option<Timestamp> {
        match self.presence {
            Presence::Live(_) => None,
            Presence::AwaitedUntil(until) => Some(until),
        }
    }

    pub(super) fn roster_entry(&self, peer_id: PeerId) -> RosterEntry {
        let connected = self.live_socket().is_some();
        RosterEntry { peer_id, epoch: self.epoch, card: self.card.clone(), connected }
    }
}
