use super::*;
use crate::call::signal::{Description, MAX_SDP_BYTES, MAX_SDP_LINES, MediaLine, MediaSource, SdpKind, SignalBody};
use crate::protocol::{
    ClientMessage, Envelope, HostSecret, MAX_CARD_BYTES, MAX_MESSAGE_BYTES, PeerId, RoomLink, RoomName,
};

const PLACE: Place = Place { generation: Generation(1_800_000_000_000), seq: 1 };

fn room(key: u8) -> (LinkKey, RoomId) {
    let link = RoomLink::create(LinkKey::from_bytes([key; 16]), HostSecret::from_bytes([2; 16]));
    (link.secret.unwrap().key, link.room)
}

/// A page in the room of this key.
fn page(key: u8, seed: u8) -> (RoomSeal, Random) {
    let (key, room) = room(key);
    let mut random = Random::new([seed; 32]);
    (RoomSeal::new(&key, &room, &mut random), random)
}

fn keys_between(one: &RoomSeal, other: &RoomSeal) -> PairKeys {
    one.pair(&other.own).unwrap()
}

/// A page of the document's vectors.
fn page_of_vectors(secret: u8, nonce: u8) -> RoomSeal {
    let (mut seal, _) = page(1, 1);
    (seal.secret, seal.own) = fresh_keys([secret; 32], &[nonce; 32]);
    seal
}

/// For whoever writes another implementation.
#[test]
fn the_vectors_of_the_document() {
    let hex = |bytes: &[u8]| base16ct::lower::encode_string(bytes);
    let (ada, bo) = (page_of_vectors(3, 4), page_of_vectors(5, 6));
    assert_eq!(ada.room, "m/35sk-flj2-3deb-pjxg-3vfg-47gu-twpi-cmqk");
    assert_eq!(hex(&ada.card_key), "3f69f61cc009e88ffcd6d73ae1898f2da1e5ffc8ae9ef656a1629ccb2a852131");
    assert_eq!(hex(&ada.own.public), "5dfedd3b6bd47f6fa28ee15d969d5bb0ea53774d488bdaf9df1c6e0124b3ef22");
    assert_eq!(hex(&bo.own.public), "50a61409b1ddd0325e9b16b700e719e9772c07000b1bd7786e907c653d20495d");
    assert_eq!(
        hex(&x25519(ada.secret, bo.own.public)),
        "8a7eddf1d2e69d6c895a5e969092dd6be0caa725d435c0244fe33fc2259aa847"
    );
    let text = CardText::text("Ada", Some(base64url::encode(&[&[4; 16][..], &ada.own.public].concat())));
    let text = format!("{text:128}");
    let card = lock(&ada.card_key, &[7; 32], &[], &text);
    assert_eq!(
        card,
        "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHSTd_OFDAkWJ5TwZC68ih19NITMrWWpbZacSF8WKyAUOp32sLEmmT3ye3TButA_R-x7ynvkFQky5Z3M6AMDVlYnpPeYFipaI9kdt6CwvZ_1WmUDR1yyTzVqR3GjPpk-MrHWi1Naz43jGerxpzVsOtrVclFEUcWq-vo9LjtPnGpCgLtepjSD_jBhfYa8VIW78Y"
    );
    assert_eq!(bo.open_card(&card), Ok(("Ada".to_owned(), ada.own)));
    let (from_ada, from_bo) = (keys_between(&ada, &bo), keys_between(&bo, &ada));
    assert_eq!(hex(&from_ada.ours), "9c46e1582fa63eae38482772b8688cba9dc704b2d0fa0b843526208eb2ae94bf");
    assert_eq!(hex(&from_bo.ours), "824a2ed6643e39b85822a68a99dcd95fa59caa3d738d1e0f5d46f6e2ad7a4adb");
    let text = r#"{"type":"candidates","candidates":[],"end":true}"#;
    let body = lock(&from_ada.ours, &[8; 32], &PLACE.bytes(), text);
    assert_eq!(
        body,
        "CAgICAgICAgICAgICAgICAgICAgICAgI5HLm9MTVlRXPtoSgtw3w1JQfVyUvUw9G4N2D05fH6LXPAHkyvNkqWJY6DG6ouZbvnV6JfTr5BzmDG6mQTFTBjg"
    );
    assert_eq!(from_bo.open(PLACE, &body), Ok(text.to_owned()));
    let document = include_str!("../../../docs/protocol.md");
    let public =
        [&ada.card_key, &ada.own.public, &bo.own.public, &from_ada.ours, &from_bo.ours].map(|bytes| hex(bytes));
    for vector in public.iter().chain([&card, &body]) {
        assert!(document.contains(vector), "{vector} is in docs/protocol.md");
    }
}

#[test]
fn two_people_with_the_link_read_each_other_and_each_direction_has_its_key() {
    let ((ada, mut random), (bo, mut of_bo)) = (page(1, 1), page(1, 2));
    let (name, keys) = bo.open_card(&ada.card("Ada", &mut random)).unwrap();
    assert_eq!(name, "Ada");
    let (here, there) = (keys_between(&ada, &bo), bo.pair(&keys).unwrap());
    let said = here.seal(PLACE, "hello", &mut random);
    assert_eq!(there.open(PLACE, &said), Ok("hello".to_owned()));
    assert_eq!(here.open(PLACE, &there.seal(PLACE, "well", &mut of_bo)), Ok("well".to_owned()));
    assert_eq!(here.open(PLACE, &said), Err(SealError::Broken), "what is sent back to where it came from");
}

#[test]
fn a_body_opens_for_its_receiver_in_its_place_whole_and_nowhere_else() {
    let ((ada, mut random), (bo, _), (eve, _)) = (page(1, 1), page(1, 2), page(1, 3));
    let (here, there) = (keys_between(&ada, &bo), keys_between(&bo, &ada));
    let body = here.seal(PLACE, "hello", &mut random);
    for place in [Place { seq: 2, ..PLACE }, Place { generation: Generation(PLACE.generation.0 + 1), ..PLACE }] {
        assert_eq!(there.open(place, &body), Err(SealError::Broken), "{place:?}");
    }
    assert_eq!(keys_between(&eve, &ada).open(PLACE, &body), Err(SealError::Broken));
    assert_eq!(keys_between(&bo, &eve).open(PLACE, &body), Err(SealError::Broken));
    let bytes = base64url::decode(&body).unwrap();
    for at in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[at] ^= 1;
        assert_eq!(there.open(PLACE, &base64url::encode(&altered)), Err(SealError::Broken), "byte {at}");
        let cut = base64url::encode(&bytes[..at]);
        assert!(there.open(PLACE, &cut).is_err(), "the first {at}");
    }
    for plain in ["", "{}", r#"{"type":"candidates","candidates":[],"end":true}"#, "====", "AAAA"] {
        assert_eq!(there.open(PLACE, plain), Err(SealError::NotSealed), "{plain}");
    }
}

#[test]
fn what_is_sealed_in_one_room_opens_in_no_other() {
    let ((ada, mut random), (bo, _)) = (page(1, 1), page(1, 2));
    // The same keys of the page, and even the same link's key, in another room.
    let other = |key: u8, name: &str| {
        let (key, _) = room(key);
        let mut seal = RoomSeal::new(&key, &RoomId::Named(RoomName::parse(name).unwrap()), &mut Random::new([9; 32]));
        (seal.secret, seal.own) = (bo.secret, bo.own);
        seal
    };
    let (card, body) = (ada.card("Ada", &mut random), keys_between(&ada, &bo).seal(PLACE, "hello", &mut random));
    assert!(bo.open_card(&card).is_ok() && keys_between(&bo, &ada).open(PLACE, &body).is_ok());
    for elsewhere in [other(1, "a"), other(7, "a")] {
        assert_eq!(elsewhere.open_card(&card), Err(SealError::Broken));
        assert_eq!(keys_between(&elsewhere, &ada).open(PLACE, &body), Err(SealError::Broken));
    }
    let with_another_key = RoomSeal { link_key: [7; 16], room: bo.room.clone(), ..other(1, "a") };
    assert_eq!(keys_between(&with_another_key, &ada).open(PLACE, &body), Err(SealError::Broken));
}

#[test]
fn a_card_is_from_someone_with_the_link_or_refused() {
    let ((ada, mut random), (bo, _), (stranger, mut theirs)) = (page(1, 1), page(1, 2), page(7, 3));
    assert_eq!(bo.open_card(&stranger.card("Eve", &mut theirs)), Err(SealError::Broken));
    for plain in ["", r#"{"v":1,"name":"Eve"}"#, "AAAA"] {
        assert_eq!(bo.open_card(plain), Err(SealError::NotSealed), "{plain}");
    }
    for text in [r#"{"v":1,"name":"Eve"}"#, r#"{"v":1,"name":"Eve","keys":"AAAA"}"#, "Eve"] {
        assert_eq!(bo.open_card(&lock(&ada.card_key, &random.draw(), &[], text)), Err(SealError::BadCard), "{text}");
    }
    let card = ada.card("Ada", &mut random);
    let mut bytes = base64url::decode(&card).unwrap();
    bytes[40] ^= 1;
    assert_eq!(bo.open_card(&base64url::encode(&bytes)), Err(SealError::Broken));
}

#[test]
fn nobody_agrees_on_keys_with_themselves_or_with_a_point_that_shares_no_secret() {
    let (ada, _) = page(1, 1);
    assert_eq!(ada.pair(&ada.own).err(), Some(SealError::OwnCard));
    let small = [0, 1].map(|first| {
        let mut public = [0; 32];
        public[0] = first;
        public
    });
    for public in small {
        assert_eq!(ada.pair(&CardKeys { public, nonce: [1; 16] }).err(), Some(SealError::WeakKey));
    }
}

#[test]
fn every_page_has_keys_of_its_own_and_so_has_every_pair() {
    let ((mut ada, mut random), (bo, _), (cy, _)) = (page(1, 1), page(1, 2), page(1, 3));
    let before = ada.own;
    let keys = [keys_between(&ada, &bo), keys_between(&ada, &cy), keys_between(&bo, &cy)];
    ada.renew(&mut random);
    assert!(before.public != ada.own.public && before.nonce != ada.own.nonce);
    let mut all: Vec<Key> = keys.iter().chain([&keys_between(&ada, &bo)]).flat_map(|k| [k.ours, k.theirs]).collect();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 8);
    // The nonce alone makes other keys, too.
    let other = keys_between(&ada, &bo).ours;
    ada.own.nonce[0] ^= 1;
    assert!(keys_between(&ada, &bo).ours != other);
}

#[test]
fn the_same_words_never_look_alike_and_names_of_any_length_do() {
    let ((ada, mut random), (bo, _)) = (page(1, 1), page(1, 2));
    let keys = keys_between(&ada, &bo);
    assert!(keys.seal(PLACE, "hello", &mut random) != keys.seal(PLACE, "hello", &mut random));
    let length = |name: &str, random: &mut Random| ada.card(name, random).len();
    assert_eq!(length("A", &mut random), length("Augusta Ada King, Lovelace", &mut random));
}

#[test]
fn the_longest_name_and_the_longest_description_fit_what_the_server_takes() {
    let ((ada, mut random), (bo, _)) = (page(1, 1), page(1, 2));
    // The longest name that there is, of what takes most when it is escaped.
    assert!(ada.card(&"\"".repeat(512), &mut random).len() <= MAX_CARD_BYTES);
    let rest = MAX_SDP_BYTES - 2 * MAX_SDP_LINES;
    let sdp = "\r\n".repeat(MAX_SDP_LINES) + &"x".repeat(rest);
    let line = |n: u8| MediaLine { mid: n.to_string(), source: MediaSource::ScreenAudio };
    let media = (0..16).map(line).collect();
    let body = SignalBody::Description(Description { kind: SdpKind::Answer, sdp, media }).to_text();
    let envelope = Envelope {
        generation: Generation(u64::MAX),
        seq: u32::MAX,
        ack: u32::MAX,
        body: keys_between(&ada, &bo).seal(PLACE, &body, &mut random),
    };
    let message = ClientMessage::Signal { to: PeerId::from_bytes([1; 16]), envelope };
    assert!(serde_json::to_string(&message).unwrap().len() <= MAX_MESSAGE_BYTES);
}
