//! What a host says to the server, besides what everybody says: JSON objects with a `type`, as in [`super::message`].

use serde::{Deserialize, Serialize};

use super::PeerId;

/// A host's command. Of anybody else it is dropped: what counts is the socket that it comes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum HostCommand {
    /// Newcomers have to knock from now on; or come in freely again, with all who wait.
    Lock {
        /// Which.
        locked: bool,
    },
    /// Let in who knocked.
    Admit {
        /// Who.
        peer_id: PeerId,
    },
    /// Send away who knocked.
    Refuse {
        /// Who.
        peer_id: PeerId,
    },
    /// Put out a member, whose token leads back no more, and lock the room.
    Remove {
        /// Who.
        peer_id: PeerId,
    },
    /// Ask a member to be silent.
    Mute {
        /// Who.
        peer_id: PeerId,
    },
    /// Put everybody out and lock the room.
    End {},
}
