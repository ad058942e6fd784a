//! A sealed room, seen from the server: whatever it makes of a card or a body, nothing but the untouched one opens.

use confab::call::base64url;
use confab::call::derivation::Random;
use confab::call::seal::{Place, RoomSeal};
use confab::protocol::{Generation, HostSecret, LinkKey, RoomLink};

const TEXT: &str = r#"{"type":"candidates","candidates":[],"end":true}"#;

pub fn sealed(bytes: &[u8]) {
    let link = RoomLink::create(LinkKey::from_bytes([1; 16]), HostSecret::from_bytes([2; 16]));
    let key = link.secret.expect("a sealed room").key;
    let mut random = Random::new([3; 32]);
    let (ada, bo) = (RoomSeal::new(&key, &link.room, &mut random), RoomSeal::new(&key, &link.room, &mut random));
    let card = ada.card("Ada", &mut random);
    let (_, theirs) = bo.open_card(&card).expect("a card");
    let (_, ours) = ada.open_card(&bo.card("Bo", &mut random)).expect("a card");
    let place = Place { generation: Generation(1), seq: 1 };
    let body = ada.pair(&ours).expect("keys").seal(place, TEXT, &mut random);
    let keys = bo.pair(&theirs).expect("keys");

    let text = String::from_utf8_lossy(bytes);
    assert!(bo.open_card(&text).is_err() && keys.open(place, &text).is_err(), "nobody guesses a key");
    let (other_card, other_body) = (changed(&card, bytes), changed(&body, bytes));
    assert_eq!(bo.open_card(&other_card).is_ok(), other_card == card);
    assert_eq!(keys.open(place, &other_body).is_ok(), other_body == body);
    let elsewhere = Place { seq: 1 + u32::from(bytes.first().copied().unwrap_or(0)), ..place };
    assert_eq!(keys.open(elsewhere, &body).is_ok(), elsewhere.seq == place.seq);
}

/// The text with these bits turned over.
fn changed(text: &str, bits: &[u8]) -> String {
    let mut bytes = base64url::decode(text).expect("base64");
    std::iter::zip(&mut bytes, bits).for_each(|(byte, bits)| *byte ^= bits);
    base64url::encode(&bytes)
}
