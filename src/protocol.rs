//! The words that browser and server say to each other, and the checks that both make on them.
//!
//! Pure: no socket, clock or random source. `docs/protocol.md` is the same thing in prose; a golden test for
//! each variant keeps the two together. What peers say to *each other* (descriptions, candidates, chat) is
//! opaque here: see [`crate::call::signal`] and [`crate::call::peer_message`].
//!
//! Invariant: a value of one of these types has passed its limits; nothing downstream checks again.

#![warn(missing_docs)]

mod check;
mod host;
mod link;
mod message;
mod name;
mod peer;

pub use check::CheckInvitation;
pub use host::HostCommand;
pub use link::{
    HostSecret, KeyTag, LinkError, LinkKey, LinkSecret, Proof, Role, RoomId, RoomLink, RoomName, SealedId,
    invited_name, with_invitation_of,
};
pub use message::{
    Card, ClientMessage, CloseReason, Envelope, ErrorCode, IceServer, Policy, Resume, RosterEntry, ServerMessage,
    Welcome,
};
#[cfg(test)]
pub(crate) use name::testing;
pub use name::{DisplayName, EmptyName, Graphemes};
pub use peer::{Epoch, Generation, PeerId};

/// Version of the signaling protocol; the first thing a client says. Raised when an old client would misunderstand.
pub const VERSION: u16 = 1;

/// Largest WebSocket message in either direction, in bytes.
pub const MAX_MESSAGE_BYTES: usize = 64 * 1024;

/// Largest card (a person's opaque self-description), in bytes.
pub const MAX_CARD_BYTES: usize = 2 * 1024;

/// With this code a client closes a socket in whose place it opens another: its page is not gone.
pub const RETURNING: u16 = 4100;

/// The server says `tick` this often.
pub const TICK_INTERVAL_MS: u64 = 5_000;

/// A client that has heard nothing for this long takes its socket for dead and opens another.
pub const TICK_TIMEOUT_MS: u64 = 12_000;
