//! The same browser, the same room, two tabs: one of them is in the call, or the two would howl into each other.
//!
//! Tabs of one browser hear each other over a BroadcastChannel. A tab in front of a room asks; the one that is in the
//! call says so, and the person decides. Whichever comes in last has the call, the other one leaves. Each says so once when it
//! comes in, and nobody comes back without the person's word: so there is no fight.

use crate::protocol::{PeerId, RoomId};

/// What a tab says to the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Is anybody of you in this room?
    Who,
    /// I am in it.
    Here,
    /// I have come in, as this person: leave it to me.
    Mine(PeerId),
    /// I have left.
    Gone,
}

impl Word {
    /// As it travels.
    pub fn to_text(self, room: &RoomId) -> String {
        let (word, peer) = match self {
            Self::Who => ("who", String::new()),
            Self::Here => ("here", String::new()),
            Self::Mine(peer) => ("mine", peer.to_string()),
            Self::Gone => ("gone", String::new()),
        };
        [word, &room.to_string(), &peer].join(" ")
    }

    /// What was said, if it is about this room.
    pub fn parse(text: &str, room: &RoomId) -> Option<Self> {
        let mut parts = text.split(' ');
        let (word, about, peer) = (parts.next()?, parts.next()?, parts.next()?);
        if about != room.to_string() {
            return None;
        }
        match word {
            "who" => Some(Self::Who),
            "here" => Some(Self::Here),
            "mine" => peer.parse().ok().map(Self::Mine),
            "gone" => Some(Self::Gone),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_understood_in_their_own_room_only() {
        let [here, there] = ["r/here", "r/there"].map(|room| RoomId::parse(room).unwrap());
        for word in [Word::Who, Word::Here, Word::Mine(PeerId::from_bytes([7; 16])), Word::Gone] {
            assert_eq!(Word::parse(&word.to_text(&here), &here), Some(word));
            assert_eq!(Word::parse(&word.to_text(&here), &there), None);
        }
        for text in ["", "who", "who r/here", "what r/here ", "mine r/here ", "mine r/here x"] {
            assert_eq!(Word::parse(text, &here), None, "{text}");
        }
    }
}
