//! What hosts see and may do, as the interface shows it; and the host secrets that a browser keeps.
//!
//! A secret is kept for the room that it hosts, so that whoever opened a room is its host again when they come back by the
//! guests' link. It leaves the page in a host's link alone; the server is shown a tag of it.

use crate::protocol::{DisplayName, HostSecret, PeerId, RoomId};

/// So many rooms are remembered, the latest first: whoever hosts more has their links.
const MAX_KEPT: usize = 32;

/// Somebody who waits to be let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Knock {
    /// Who they will be.
    pub peer: PeerId,
    /// What they are called.
    pub name: DisplayName,
}

/// What there is to know of the door.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HostView {
    /// Whether this person is a host.
    pub is_host: bool,
    /// Whether this browser has the host's link.
    pub has_link: bool,
    /// Whether newcomers have to knock.
    pub locked: bool,
    /// Who waits to be let in; hosts alone know.
    pub knocks: Vec<Knock>,
    /// Whether somebody was removed who still has the link.
    pub link_spent: bool,
    /// The host who muted this person.
    pub muted_by: Option<DisplayName>,
    /// While waiting: whether a host is there to see it.
    pub hosted: bool,
    /// Whether the server wants its code from whoever opens a room.
    pub asks_code: bool,
}

/// The secret that was kept for this room.
pub fn kept(text: &str, room: &RoomId) -> Option<HostSecret> {
    let room = room.to_string();
    text.lines().find_map(|line| line.strip_prefix(&*room)?.strip_prefix(' ')).and_then(HostSecret::parse)
}

/// What to keep from now on.
pub fn keep(text: &str, room: &RoomId, secret: &HostSecret) -> String {
    let room = room.to_string();
    let others = text.lines().filter(|line| !line.starts_with(&*room)).take(MAX_KEPT - 1);
    let mut kept = [&*room, " ", &*secret.text()].concat();
    for line in others {
        kept.push('\n');
        kept.push_str(line);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{LinkKey, RoomLink};

    #[test]
    fn the_latest_rooms_are_remembered_each_once() {
        let rooms: Vec<(RoomId, HostSecret)> = (0..40).map(room).collect();
        let mut text = "nonsense\n".to_owned();
        for (room, secret) in &rooms {
            text = keep(&text, room, secret);
        }
        text = keep(&text, &rooms[20].0, &rooms[20].1);
        assert_eq!(text.lines().count(), MAX_KEPT);
        for (n, (room, secret)) in rooms.iter().enumerate() {
            let expected = (n >= 8).then(|| secret.clone());
            assert_eq!(kept(&text, room), expected, "{n}");
        }
        assert!(text.starts_with(&rooms[20].0.to_string()));
    }

    fn room(n: u8) -> (RoomId, HostSecret) {
        let secret = HostSecret::from_bytes([n + 100; 16]);
        (RoomLink::create(LinkKey::from_bytes([n; 16]), secret.clone()).room, secret)
    }
}
