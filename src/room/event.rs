//! What a room is told, and what it says to do.

use super::SocketId;
use super::door::RoomPolicy;
use super::token::Claims;
use crate::protocol::{Card, CloseReason, Envelope, HostCommand, IceServer, PeerId, Role, ServerMessage};

/// How a socket ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The person said that they leave.
    Left,
    /// The page closed it: the tab is gone, or is being loaded again.
    PageGone,
    /// It broke, or went silent.
    Lost,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum Input {
    /// A greeted socket asks to come in.
    Join {
        /// Which.
        socket: SocketId,
        /// A new random id for this person.
        peer_id: PeerId,
        /// What the link they showed entitles them to.
        role: Role,
        /// How they introduce themselves.
        card: Card,
        /// The same for all attempts of one page.
        attempt: u64,
        /// Whether they may open a room that nobody is in.
        may_open: bool,
        /// What they may use to get through NATs.
        ice_servers: Vec<IceServer>,
    },
    /// A socket with a good token wants to go on.
    Resume {
        /// Which.
        socket: SocketId,
        /// What the token says, verified for this room.
        claims: Claims,
        /// What the link they showed entitles them to, if that is more.
        role: Role,
        /// Whether the page is new.
        reload: bool,
        /// How they introduce themselves.
        card: Card,
        /// What they may use to get through NATs.
        ice_servers: Vec<IceServer>,
    },
    /// A member's signal to another.
    Signal {
        /// The sender's socket.
        socket: SocketId,
        /// The addressee.
        to: PeerId,
        /// What the addressee gets.
        envelope: Envelope,
    },
    /// Somebody uses a host's right.
    Host {
        /// On which socket.
        socket: SocketId,
        /// What they want.
        command: HostCommand,
    },
    /// What whoever is behind a socket may use from now on to get through NATs.
    Servers {
        /// Which.
        socket: SocketId,
        /// In place of what was given before.
        ice_servers: Vec<IceServer>,
    },
    /// A socket ended.
    SocketClosed {
        /// Which.
        socket: SocketId,
        /// How.
        ending: Ending,
    },
    /// The time of [`Room::poll_timeout`](super::Room::poll_timeout) has come.
    Timeout,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Say this on that socket.
    Send {
        /// Where.
        socket: SocketId,
        /// What.
        message: ServerMessage,
    },
    /// Close that socket.
    Close {
        /// Which.
        socket: SocketId,
        /// With this reason.
        reason: CloseReason,
    },
    /// This person is in: what they may use elsewhere in the server, they may use now.
    Admitted(PeerId),
    /// This person is gone for good, and what they have elsewhere in the server with them.
    Left(PeerId),
    /// This has to hold when the room is made again, by whatever server has these tokens' key.
    Keep(RoomPolicy),
    /// A signal or a command was dropped; count it.
    Dropped(DropReason),
}

/// Why a signal or a command was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DropReason {
    /// The sender's socket is not (or no longer) a member's.
    NotAdmitted,
    /// To oneself.
    ToSelf,
    /// Nobody of that id is in this room.
    NoSuchPeer,
    /// The addressee has no live socket; the sender will send again.
    Unreachable,
    /// The sender of a command is no host.
    NotHost,
}
