//! What others say, as text: messages on the socket, signals, chat, names, links, tokens.

use confab::call::dtls::DtlsRole;
use confab::call::hiding::hidden;
use confab::call::peer_message::PeerMessage;
use confab::call::signal::SignalBody;
use confab::protocol::{
    ClientMessage, CloseReason, DisplayName, Epoch, Graphemes, LinkSecret, PeerId, Role, RoomId, RoomLink,
    ServerMessage,
};
use confab::room::Timestamp;
use confab::room::token::{Claims, TokenKey};

/// The signaling socket, both ways: what is understood can be said again and means the same.
pub fn signaling(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(message) = serde_json::from_str::<ClientMessage>(text) {
        let again = serde_json::to_string(&message).expect("what was read can be written");
        assert_eq!(serde_json::from_str::<ClientMessage>(&again).expect("and read"), message);
    }
    if let Ok(message) = serde_json::from_str::<ServerMessage>(text) {
        let again = serde_json::to_string(&message).expect("what was read can be written");
        assert_eq!(serde_json::from_str::<ServerMessage>(&again).expect("and read"), message);
    }
    let _ = CloseReason::parse(text);
    links(text);
}

/// An address leads back to itself, whoever typed it.
fn links(text: &str) {
    if let Ok(room) = RoomId::parse(text) {
        assert_eq!(RoomId::parse(&room.path()), Ok(room));
    }
    if let Ok(link) = RoomLink::parse(text) {
        let again = RoomLink::parse(&link.path()).expect("our own way of writing it");
        assert_eq!((again.room, again.secret), (link.room, link.secret));
    }
    if let Ok(secret) = LinkSecret::parse(text) {
        assert_eq!(LinkSecret::parse(&secret.fragment()), Ok(secret));
    }
}

/// What a peer says: signals, messages on data channels, a name.
pub fn peer(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(body) = SignalBody::parse(text) {
        assert_eq!(SignalBody::parse(&body.to_text()), Ok(body.clone()));
        if let SignalBody::Description(description) = &body
            && let Some(role) = DtlsRole::in_answer(&description.sdp)
        {
            let _ = role.opposite().named_in(&description.sdp);
        }
        if let Some(hidden) = hidden(body) {
            assert!(SignalBody::parse(&hidden.to_text()).is_ok());
        }
    }
    if let Ok(message) = PeerMessage::parse(text) {
        assert!(PeerMessage::parse(&message.to_text()).is_ok());
    }
    if let Ok(name) = DisplayName::parse(text, Graphemes::default()) {
        assert!(!name.as_str().is_empty() && name.as_str().len() <= 512 && !name.as_str().contains(char::is_control));
        assert_eq!(DisplayName::parse(name.as_str(), Graphemes::default()), Ok(name));
    }
}

/// A session token, by itself and as a change of a good one: only the good one is good.
pub fn token(bytes: &[u8]) {
    let key = TokenKey::new(&[7; 32]);
    let room = RoomId::parse("r/fuzz").expect("a room");
    let claims =
        Claims { peer_id: PeerId::from_bytes([1; 16]), epoch: Epoch(2), role: Role::Guest, expires: Timestamp(3) };
    let good = key.mint(&room, &claims);
    let changed: String = std::iter::zip(good.bytes(), bytes.iter().chain(std::iter::repeat(&0)))
        .map(|(letter, change)| char::from((letter ^ change) & 0x7f))
        .collect();
    for text in [std::str::from_utf8(bytes).unwrap_or_default(), &changed] {
        let verdict = key.verify(&room, text, Timestamp(0));
        assert_eq!(verdict.is_ok(), text == good, "{verdict:?}");
    }
}
