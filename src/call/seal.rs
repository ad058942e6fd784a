//! Sealing: in a sealed room the server carries what people say of themselves and to each other, and can neither read it
//! nor change, repeat or redirect it unnoticed.
//!
//! ```text
//! card key   = HKDF(link key, "card key 1" || room)
//! card       = base64url(n || XChaCha20-Poly1305(card key, n, text))             n: 24 random bytes
//! text       = {"v":1,"name":"Ada","keys":base64url(nonce || public key)}, blanks to a multiple of 128
//! pair keys  = HKDF(X25519(own secret, their public key) || link key,
//!                   "pair keys 1" || low key || low nonce || high key || high nonce || room),  64 bytes
//! body       = base64url(n || XChaCha20-Poly1305(pair key of this direction, n, text, generation || seq))
//! ```
//!
//! HKDF is HKDF-SHA256 with salt "confab". Of the two cards the one with the smaller public key is the low one; the first
//! 32 bytes are the key of what its owner says, the other 32 of what is said to them. Generation and seq are those of the
//! envelope, 8 and 4 bytes, most significant first. `room` is the room as it is written on the wire (`m/...`).
//!
//! Design decisions
//! - Whoever has the link opens every card. Bodies are for two: the X25519 keys live as long as a page, so a link that
//!   leaks later opens no recorded body.
//! - Nothing rests on what comes from the server. Peer ids and epochs are not in it; a generation is only what both ends
//!   put beside the body, and each end sees that it never goes back under the same keys.
//! - Nonces are long enough to be drawn at random, so none repeats, however the counters stand.
//!
//! Sources: RFC 7748 (X25519), RFC 5869 (HKDF), RFC 8439 (ChaCha20-Poly1305), draft-irtf-cfrg-xchacha-03 (the long nonce).

use chacha20poly1305::{AeadInOut, KeyInit, Tag, XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use x25519_dalek::{X25519_BASEPOINT_BYTES, x25519};

use super::base64url;
use super::derivation::{Random, derive};
use crate::protocol::{Generation, LinkKey, RoomId};

/// Before what is sealed: the nonce.
const NONCE_BYTES: usize = 24;
/// Behind it: the tag.
const TAG_BYTES: usize = 16;
/// A card's text is filled up to a multiple of this: names are of many lengths, and the server sees the length.
const CARD_STEP_BYTES: usize = 128;

type Key = [u8; 32];

/// Why something sealed is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Not sealed at all, or cut short.
    #[error("not sealed")]
    NotSealed,
    /// Sealed by someone without the key, altered, or meant for another place.
    #[error("the seal is broken")]
    Broken,
    /// A card without what a card needs.
    #[error("not a card")]
    BadCard,
    /// A card that is our own.
    #[error("our own card")]
    OwnCard,
    /// A public key of small order: the shared secret is all zero (RFC 7748, section 6.1).
    #[error("a public key that shares no secret")]
    WeakKey,
}

/// What people say of themselves, in every kind of room.
#[derive(Debug, Serialize, Deserialize)]
pub struct CardText {
    v: u8,
    /// What they are called, as they typed it.
    pub name: String,
    /// In sealed rooms: the nonce and the public key, base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    keys: Option<String>,
}

impl CardText {
    /// The card of a named room.
    pub fn plain(name: &str) -> String {
        Self::text(name, None)
    }

    /// Reads the card of a named room.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    fn text(name: &str, keys: Option<String>) -> String {
        // Strings and numbers always serialize.
        serde_json::to_string(&Self { v: 1, name: name.to_owned(), keys }).unwrap_or_default()
    }
}

/// What a card gives to the agreement on keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CardKeys {
    /// The X25519 public key.
    pub public: [u8; 32],
    /// As fresh as the key.
    nonce: [u8; 16],
}

/// One page's end of the sealing in one room.
pub struct RoomSeal {
    link_key: [u8; 16],
    room: String,
    card_key: Key,
    secret: Key,
    own: CardKeys,
}

impl RoomSeal {
    /// For whoever holds the key of this room's link.
    pub fn new(key: &LinkKey, room: &RoomId, random: &mut Random) -> Self {
        let (link_key, room) = (*key.as_bytes(), room.to_string());
        let mut card_key = [0; 32];
        derive(&link_key, &[b"card key 1", room.as_bytes()], &mut card_key);
        let (secret, own) = fresh_keys(random.draw(), &random.draw());
        Self { link_key, room, card_key, secret, own }
    }

    /// Another card from now on; what was agreed under the last one is void.
    pub fn renew(&mut self, random: &mut Random) {
        (self.secret, self.own) = fresh_keys(random.draw(), &random.draw());
    }

    /// The own card. It fits [`crate::protocol::MAX_CARD_BYTES`] whatever the name is.
    pub fn card(&self, name: &str, random: &mut Random) -> String {
        let keys = base64url::encode(&[&self.own.nonce[..], &self.own.public].concat());
        let mut text = CardText::text(name, Some(keys));
        while !text.len().is_multiple_of(CARD_STEP_BYTES) {
            text.push(' ');
        }
        lock(&self.card_key, &random.draw(), &[], &text)
    }

    /// The name on a card, as it was typed, and the keys.
    pub fn open_card(&self, card: &str) -> Result<(String, CardKeys), SealError> {
        let text = unlock(&self.card_key, &[], card)?;
        let card = CardText::parse(&text).ok_or(SealError::BadCard)?;
        let keys = card.keys.and_then(|keys| base64url::decode(&keys)).ok_or(SealError::BadCard)?;
        let (nonce, public) = keys.split_first_chunk().ok_or(SealError::BadCard)?;
        let public = public.try_into().map_err(|_| SealError::BadCard)?;
        Ok((card.name, CardKeys { public, nonce: *nonce }))
    }

    /// Agrees on keys with the bearer of a card.
    pub fn pair(&self, theirs: &CardKeys) -> Result<PairKeys, SealError> {
        if theirs.public == self.own.public {
            return Err(SealError::OwnCard);
        }
        let shared = x25519(self.secret, theirs.public);
        if shared.iter().fold(0, |all, byte| all | byte) == 0 {
            return Err(SealError::WeakKey);
        }
        let we_are_low = self.own.public < theirs.public;
        let (low, high) = if we_are_low { (&self.own, theirs) } else { (theirs, &self.own) };
        let info: [&[u8]; 6] =
            [b"pair keys 1", &low.public, &low.nonce, &high.public, &high.nonce, self.room.as_bytes()];
        let (mut of_low, mut keys) = ([0; 32], [0; 64]);
        derive(&[&shared[..], &self.link_key].concat(), &info, &mut keys);
        let (first, of_high) = keys.split_at(of_low.len());
        of_low.copy_from_slice(first);
        let of_high = of_high.try_into().unwrap_or([0; 32]);
        Ok(if we_are_low {
            PairKeys { ours: of_low, theirs: of_high }
        } else {
            PairKeys { ours: of_high, theirs: of_low }
        })
    }
}

impl std::fmt::Debug for RoomSeal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RoomSeal(..)")
    }
}

impl std::fmt::Debug for PairKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PairKeys(..)")
    }
}

/// The keys of what two people say to each other, a key for each direction.
#[derive(Clone)]
pub struct PairKeys {
    ours: Key,
    theirs: Key,
}

/// Where a body belongs: it opens nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Of the envelope.
    pub generation: Generation,
    /// Of the envelope.
    pub seq: u32,
}

impl Place {
    fn bytes(self) -> [u8; 12] {
        let mut bytes = [0; 12];
        bytes[..8].copy_from_slice(&self.generation.0.to_be_bytes());
        bytes[8..].copy_from_slice(&self.seq.to_be_bytes());
        bytes
    }
}

impl PairKeys {
    /// Seals what we say.
    pub fn seal(&self, place: Place, text: &str, random: &mut Random) -> String {
        lock(&self.ours, &random.draw(), &place.bytes(), text)
    }

    /// Opens what they say.
    pub fn open(&self, place: Place, body: &str) -> Result<String, SealError> {
        unlock(&self.theirs, &place.bytes(), body)
    }
}

fn fresh_keys(secret: Key, nonce: &[u8; 32]) -> (Key, CardKeys) {
    let public = x25519(secret, X25519_BASEPOINT_BYTES);
    let mut own = CardKeys { public, nonce: [0; 16] };
    own.nonce.copy_from_slice(&nonce[..16]);
    (secret, own)
}

fn lock(key: &Key, random: &[u8; 32], bound: &[u8], text: &str) -> String {
    let mut nonce = XNonce::default();
    nonce.copy_from_slice(&random[..NONCE_BYTES]);
    let mut bytes = [&random[..NONCE_BYTES], text.as_bytes()].concat();
    let cipher = XChaCha20Poly1305::new(key.into());
    // Fails only beyond 256 GiB. Nothing is what nobody takes.
    match cipher.encrypt_inout_detached(&nonce, bound, (&mut bytes[NONCE_BYTES..]).into()) {
        Ok(tag) => base64url::encode(&[&bytes[..], &tag].concat()),
        Err(_) => String::new(),
    }
}

fn unlock(key: &Key, bound: &[u8], text: &str) -> Result<String, SealError> {
    let mut bytes = base64url::decode(text).ok_or(SealError::NotSealed)?;
    let end = bytes.len().checked_sub(TAG_BYTES).filter(|end| *end >= NONCE_BYTES).ok_or(SealError::NotSealed)?;
    let (mut nonce, mut tag) = (XNonce::default(), Tag::default());
    nonce.copy_from_slice(&bytes[..NONCE_BYTES]);
    tag.copy_from_slice(&bytes[end..]);
    bytes.truncate(end);
    let cipher = XChaCha20Poly1305::new(key.into());
    let opened = cipher.decrypt_inout_detached(&nonce, bound, (&mut bytes[NONCE_BYTES..]).into(), &tag);
    opened.map_err(|_| SealError::Broken)?;
    String::from_utf8(bytes.split_off(NONCE_BYTES)).map_err(|_| SealError::Broken)
}

#[cfg(test)]
mod tests;
