//! Who is speaking: peer ids, and the numbers that order a peer's pages and connections.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One person in one room, from joining to leaving: 128 random bits given out by the server, the same on every
/// node and after a restart. On the wire: 32 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct PeerId([u8; 16]);

impl PeerId {
    /// A peer id from 16 random bytes (the caller's: this module has no random source).
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base16ct::lower::encode_string(&self.0))
    }
}

impl fmt::Debug for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PeerId({self})")
    }
}

/// Not 32 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a peer id")]
pub struct BadPeerId;

impl FromStr for PeerId {
    type Err = BadPeerId;

    fn from_str(text: &str) -> Result<Self, BadPeerId> {
        let mut bytes = [0; 16];
        let length = base16ct::lower::decode(text, &mut bytes).map_err(|_| BadPeerId)?.len();
        if length == 16 { Ok(Self(bytes)) } else { Err(BadPeerId) }
    }
}

impl From<PeerId> for String {
    fn from(id: PeerId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for PeerId {
    type Error = BadPeerId;

    fn try_from(text: String) -> Result<Self, BadPeerId> {
        text.parse()
    }
}

/// Orders admissions to a room. A person who reloads the page keeps the [`PeerId`] and gets a larger epoch, so the
/// connections of the old page cannot be mistaken for those of the new one. Of two people the one with the larger
/// epoch is the newcomer: polite, and the one who offers. Milliseconds since 1970, made unique within the room.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Epoch(pub u64);

/// Numbers the RTCPeerConnections of one pair. The first is the larger of the two epochs; a connection that has to
/// be rebuilt takes the next number. An ICE restart keeps it. Sequence numbers start again with each generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Generation(pub u64);

impl Generation {
    /// The generation that two pages start with.
    pub fn first(a: Epoch, b: Epoch) -> Self {
        Self(a.0.max(b.0))
    }

    /// The generation of the connection that replaces this one. When both sides replace it at the same moment their
    /// numbers differ, and the larger one, which the other side then adopts, is not the newcomer's.
    pub fn rebuilt(self, by_newcomer: bool) -> Self {
        Self(self.0 + if by_newcomer { 1 } else { 2 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_id_survives_its_text() {
        let id = PeerId::from_bytes([0xab; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn other_texts_are_no_peer_ids() {
        for text in ["", "ab", "ABABABABABABABABABABABABABABABAB", "zz", "abababababababababababababababababab"] {
            assert_eq!(text.parse::<PeerId>(), Err(BadPeerId), "{text}");
        }
    }
}
