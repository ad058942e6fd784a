//! The messages on the socket: JSON objects with a `type`, one to a text frame.

mod server_text;

use serde::{Deserialize, Serialize};

use super::{Epoch, Generation, MAX_CARD_BYTES, PeerId, Proof, RoomId};
use server_text::ServerText;

/// What a browser says to the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientMessage {
    /// First on every socket, as soon as the page stands in front of a room: which room, and whether this page was
    /// there before. Answered by `greeted`, or by `welcome` when `resume` is good.
    Hello {
        /// [`super::VERSION`] of the client.
        version: u16,
        /// The room of the page's address.
        room: RoomId,
        /// Sealed rooms: the tags that show a whole link.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proof: Option<Proof>,
        /// The way back into a call.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        resume: Option<Resume>,
    },
    /// The person pressed Join. Answered by `welcome`, `waiting` or `error`.
    Join {
        /// How this person introduces themselves to the others.
        card: Card,
        /// A random number below 2^53, the same for all of a page's attempts: a page that lost its socket before the
        /// `welcome` reached it then takes the place of its former self.
        attempt: u64,
        /// What opens a room that nobody is in, where the server asks for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        create_code: Option<String>,
    },
    /// To one other member of the room.
    Signal {
        /// The addressee.
        to: PeerId,
        /// What the addressee gets.
        #[serde(flatten)]
        envelope: Envelope,
    },
    /// The person pressed Leave: no return is expected.
    Leave {},
}

/// What the server says to a browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", try_from = "ServerText")]
pub enum ServerMessage {
    /// The room's address and link are good; nobody has been told of you. Says nothing about who is there.
    Greeted {
        /// Changes when the server was started anew.
        boot_id: String,
    },
    /// A host decides about your admission. Said again when `hosted` changes.
    Waiting {
        /// Whether a host is there to see it.
        #[serde(default, skip_serializing_if = "is_false")]
        hosted: bool,
    },
    /// You are in.
    Welcome(Welcome),
    /// Someone came in, or came back with a fresh page (the same id, a larger epoch).
    PeerJoined {
        /// Who.
        peer: RosterEntry,
    },
    /// A member's socket was lost, or is back. Their media may well go on.
    PeerState {
        /// Who.
        peer_id: PeerId,
        /// Whether signals can reach them now; when it turns true, send again what was not acknowledged.
        connected: bool,
    },
    /// A member is gone for good.
    PeerLeft {
        /// Who.
        peer_id: PeerId,
    },
    /// From one other member of the room.
    Signal {
        /// The sender, as the server knows it.
        from: PeerId,
        /// What the sender wrote.
        #[serde(flatten)]
        envelope: Envelope,
    },
    /// The room was locked (newcomers knock from now on), or is open again.
    Lock {
        /// Which.
        locked: bool,
    },
    /// To hosts: somebody waits to be let in.
    Knock {
        /// Who they will be.
        peer_id: PeerId,
        /// How they introduce themselves.
        card: Card,
    },
    /// To hosts: they wait no longer.
    KnockGone {
        /// Who.
        peer_id: PeerId,
    },
    /// A host asks you to be silent: your page mutes the microphone.
    Mute {
        /// The host.
        from: PeerId,
    },
    /// Fresh credentials, in good time: what an ICE restart from now on is to use.
    IceServers {
        /// For `RTCConfiguration.iceServers`.
        ice_servers: Vec<IceServer>,
    },
    /// Every five seconds: the socket is alive.
    Tick {},
    /// The last request was refused; the socket stays open.
    Error {
        /// Why.
        code: ErrorCode,
        /// With `room_full`: how many people fit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<u16>,
    },
    /// Something that a newer server says. Ignored.
    Unknown,
}

/// The way back into a call: after a lost socket (`reload` false, connections still stand) or on a fresh page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resume {
    /// `session_token` of the last `welcome`.
    pub token: String,
    /// The page is new: earlier connections are gone, the others are to start again.
    pub reload: bool,
    /// The card again: a restarted server has nothing else to rebuild the roster from.
    pub card: Card,
}

/// Admission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// Your id in this room.
    pub peer_id: PeerId,
    /// Your page's place in the order of admissions.
    pub epoch: Epoch,
    /// Opens this session again after a lost socket, a reload or a restart of the server.
    pub session_token: String,
    /// Changes when the server was started anew.
    pub boot_id: String,
    /// What holds in this room.
    pub policy: Policy,
    /// Everybody else.
    pub roster: Vec<RosterEntry>,
    /// For `RTCConfiguration.iceServers`.
    pub ice_servers: Vec<IceServer>,
    /// Whether you are a host: your [`super::HostCommand`]s are obeyed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub host: bool,
}

/// What holds in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// How many people fit.
    pub capacity: u16,
    /// How long a member whose socket is lost is waited for, in milliseconds.
    pub resume_window_ms: u64,
    /// Whether newcomers have to knock.
    #[serde(default, skip_serializing_if = "is_false")]
    pub locked: bool,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// One member as others see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterEntry {
    /// Who.
    pub peer_id: PeerId,
    /// Their page's place in the order of admissions.
    pub epoch: Epoch,
    /// How they introduce themselves.
    pub card: Card,
    /// Whether signals can reach them now.
    pub connected: bool,
}

/// One entry of `RTCConfiguration.iceServers`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IceServer {
    /// `stun:`, `turn:` and `turns:` addresses.
    pub urls: Vec<String>,
    /// For TURN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// For TURN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

/// One signal between two members. `body` belongs to them: the server reads nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// Which connection of the pair this is about.
    pub generation: Generation,
    /// Place in the order of what this sender sent in this generation, from 1; 0 when there is only an acknowledgement.
    pub seq: u32,
    /// The last `seq` of the other side up to which everything has arrived.
    pub ack: u32,
    /// A description or candidates, for the call core alone; empty when `seq` is 0.
    pub body: String,
}

/// What a person shows of themselves to the others, opaque to the server: at most [`MAX_CARD_BYTES`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Card(String);

/// The card is longer than [`MAX_CARD_BYTES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a card holds at most {MAX_CARD_BYTES} bytes")]
pub struct CardTooLarge;

impl Card {
    /// A card of this text, if it fits.
    pub fn parse(text: impl Into<String>) -> Result<Self, CardTooLarge> {
        let text = text.into();
        if text.len() > MAX_CARD_BYTES { Err(CardTooLarge) } else { Ok(Self(text)) }
    }

    /// The text of the card.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Card> for String {
    fn from(card: Card) -> Self {
        card.0
    }
}

impl TryFrom<String> for Card {
    type Error = CardTooLarge;

    fn try_from(text: String) -> Result<Self, CardTooLarge> {
        Self::parse(text)
    }
}

/// Why the server refused or closed. Stable: programs may depend on the snake_case names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// Not JSON of this protocol, or not now.
    BadMessage,
    /// Over [`super::MAX_MESSAGE_BYTES`].
    TooLarge,
    /// The client speaks another version; a fresh page will help.
    UnsupportedVersion,
    /// A sealed room's link is incomplete or altered.
    BadLink,
    /// The session token is forged, expired, from another room, or overtaken by a newer page.
    BadToken,
    /// As many people as fit are in the room.
    RoomFull,
    /// Another page of the same session has taken over.
    Replaced,
    /// No `hello` came in time.
    HelloTimeout,
    /// The client does not read, or does not answer pings.
    TooSlow,
    /// More connections or requests than one address may have.
    RateLimited,
    /// The server has all the rooms or sockets that it may have.
    ServerFull,
    /// The server is being restarted: come back.
    Restarting,
    /// A host did not let you in.
    Refused,
    /// As many people as may are waiting to be let in.
    Crowded,
    /// Nobody is in the room, and what you showed does not open one.
    CreateCodeNeeded,
    /// Someone with the right to do so removed you.
    Removed,
    /// Someone with the right to do so ended the call for everyone.
    Ended,
    /// A fault of the server.
    Internal,
    /// A code of a newer server.
    #[serde(other)]
    Unknown,
}

impl ErrorCode {
    /// The WebSocket close code that goes with it (RFC 6455, section 7.4; 4000 and up are ours).
    pub fn close_code(self) -> u16 {
        match self {
            Self::TooLarge => 1009,
            Self::Internal | Self::Unknown => 1011,
            Self::Restarting => 1012,
            Self::RateLimited | Self::ServerFull => 1013,
            Self::BadMessage => 4000,
            Self::UnsupportedVersion => 4001,
            Self::BadLink => 4002,
            Self::BadToken => 4003,
            Self::RoomFull => 4004,
            Self::Replaced => 4005,
            Self::HelloTimeout => 4006,
            Self::TooSlow => 4007,
            Self::Removed => 4008,
            Self::Ended => 4009,
            Self::Refused => 4010,
            Self::Crowded => 4011,
            Self::CreateCodeNeeded => 4012,
        }
    }

    /// Whether trying the same again later can help.
    pub fn is_worth_retrying(self) -> bool {
        match self {
            Self::HelloTimeout
            | Self::TooSlow
            | Self::RateLimited
            | Self::ServerFull
            | Self::Restarting
            | Self::Internal
            | Self::TooLarge
            | Self::BadMessage
            | Self::Unknown => true,
            Self::UnsupportedVersion
            | Self::BadLink
            | Self::BadToken
            | Self::RoomFull
            | Self::Replaced
            | Self::Refused
            | Self::Crowded
            | Self::CreateCodeNeeded
            | Self::Removed
            | Self::Ended => false,
        }
    }
}

/// The reason text of a close frame, as JSON (at most 123 bytes there).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloseReason {
    /// Why.
    pub code: ErrorCode,
    /// Come back after this time, in milliseconds, not sooner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u32>,
}

impl From<ErrorCode> for CloseReason {
    fn from(code: ErrorCode) -> Self {
        Self { code, retry_after_ms: None }
    }
}

impl CloseReason {
    /// Reads the reason of a close frame; anything else than ours is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

#[cfg(test)]
mod tests;
