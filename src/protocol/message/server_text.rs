//! Reads what the server says. One flat object with the fields of every message: an internally tagged enum would keep
//! each object as a tree first and then read the tree, machinery that the browser would have to download.

use serde::Deserialize;

use super::{Card, Envelope, ErrorCode, IceServer, Policy, RosterEntry, ServerMessage, Welcome};
use crate::protocol::{Epoch, Generation, PeerId};

/// A message of the server before it is known which.
#[derive(Deserialize)]
pub(super) struct ServerText {
    #[serde(rename = "type")]
    kind: String,
    boot_id: Option<String>,
    peer_id: Option<PeerId>,
    epoch: Option<Epoch>,
    session_token: Option<String>,
    policy: Option<Policy>,
    roster: Option<Vec<RosterEntry>>,
    ice_servers: Option<Vec<IceServer>>,
    peer: Option<RosterEntry>,
    connected: Option<bool>,
    from: Option<PeerId>,
    generation: Option<Generation>,
    seq: Option<u32>,
    ack: Option<u32>,
    body: Option<String>,
    code: Option<ErrorCode>,
    limit: Option<u16>,
    card: Option<Card>,
    locked: Option<bool>,
    #[serde(default)]
    hosted: bool,
    #[serde(default)]
    host: bool,
}

/// A field that this message needs is not there.
#[derive(Debug, thiserror::Error)]
#[error("incomplete message")]
pub(super) struct Incomplete;

impl TryFrom<ServerText> for ServerMessage {
    type Error = Incomplete;

    fn try_from(text: ServerText) -> Result<Self, Incomplete> {
        text.message().ok_or(Incomplete)
    }
}

impl ServerText {
    fn message(self) -> Option<ServerMessage> {
        Some(match self.kind.as_str() {
            "greeted" => ServerMessage::Greeted { boot_id: self.boot_id? },
            "waiting" => ServerMessage::Waiting { hosted: self.hosted },
            "welcome" => ServerMessage::Welcome(self.welcome()?),
            "peer_joined" => ServerMessage::PeerJoined { peer: self.peer? },
            "peer_state" => ServerMessage::PeerState { peer_id: self.peer_id?, connected: self.connected? },
            "peer_left" => ServerMessage::PeerLeft { peer_id: self.peer_id? },
            "signal" => ServerMessage::Signal { from: self.from?, envelope: self.envelope()? },
            "lock" => ServerMessage::Lock { locked: self.locked? },
            "knock" => ServerMessage::Knock { peer_id: self.peer_id?, card: self.card? },
            "knock_gone" => ServerMessage::KnockGone { peer_id: self.peer_id? },
            "mute" => ServerMessage::Mute { from: self.from? },
            "ice_servers" => ServerMessage::IceServers { ice_servers: self.ice_servers? },
            "tick" => ServerMessage::Tick {},
            "error" => ServerMessage::Error { code: self.code?, limit: self.limit },
            _ => ServerMessage::Unknown,
        })
    }

    fn welcome(self) -> Option<Welcome> {
        Some(Welcome {
            peer_id: self.peer_id?,
            epoch: self.epoch?,
            session_token: self.session_token?,
            boot_id: self.boot_id?,
            policy: self.policy?,
            roster: self.roster?,
            ice_servers: self.ice_servers?,
            host: self.host,
        })
    }

    fn envelope(self) -> Option<Envelope> {
        Some(Envelope { generation: self.generation?, seq: self.seq?, ack: self.ack?, body: self.body? })
    }
}
