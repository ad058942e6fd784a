//! Session tokens: what lets a page back into its call after a lost socket, a reload, or a restart of the server.
//!
//! `base64url(peer id 16 || epoch 8 || expiry 8 || role 1 || HMAC-SHA256 32)`, numbers big-endian. The MAC also covers
//! a label and the room's address, so that a token opens no other room. Nothing is stored: the key is all.

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::Timestamp;
use crate::protocol::{Epoch, PeerId, Role, RoomId};

const CLAIMS_BYTES: usize = 33;
const TOKEN_BYTES: usize = CLAIMS_BYTES + 32;

/// What a token says about its holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claims {
    /// Who.
    pub peer_id: PeerId,
    /// Which page of theirs.
    pub epoch: Epoch,
    /// With what rights.
    pub role: Role,
    /// Until when.
    pub expires: Timestamp,
}

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not a token.
    #[error("malformed")]
    Malformed,
    /// Not ours, or not for this room.
    #[error("forged")]
    Forged,
    /// Too old.
    #[error("expired")]
    Expired,
}

/// Signs and verifies tokens.
pub struct TokenKey(Hmac<Sha256>);

impl TokenKey {
    /// A key from the server's secret.
    pub fn new(secret: &[u8; 32]) -> Self {
        // A key shorter than SHA-256's block of 64 bytes is padded with zeros (RFC 2104).
        let mut block = [0; 64];
        block[..32].copy_from_slice(secret);
        Self(Hmac::new(&block.into()))
    }

    /// A token that says this for this room.
    pub fn mint(&self, room: &RoomId, claims: &Claims) -> String {
        let mut bytes = encode(claims).to_vec();
        bytes.extend_from_slice(&self.mac(room, &bytes).finalize().into_bytes());
        Base64UrlUnpadded::encode_string(&bytes)
    }

    /// What a token says, if it is ours, for this room, and not expired. Compares in constant time.
    pub fn verify(&self, room: &RoomId, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
        let bytes = Base64UrlUnpadded::decode_vec(token).map_err(|_| TokenError::Malformed)?;
        if bytes.len() != TOKEN_BYTES {
            return Err(TokenError::Malformed);
        }
        let (claims, tag) = bytes.split_at(CLAIMS_BYTES);
        self.mac(room, claims).verify_slice(tag).map_err(|_| TokenError::Forged)?;
        let claims = decode(claims).ok_or(TokenError::Malformed)?;
        if claims.expires <= now { Err(TokenError::Expired) } else { Ok(claims) }
    }

    fn mac(&self, room: &RoomId, claims: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(b"confab session 1\0");
        mac.update(claims);
        mac.update(room.to_string().as_bytes());
        mac
    }
}

impl std::fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenKey(..)")
    }
}

fn encode(claims: &Claims) -> [u8; CLAIMS_BYTES] {
    let mut bytes = [0; CLAIMS_BYTES];
    bytes[..16].copy_from_slice(claims.peer_id.as_bytes());
    bytes[16..24].copy_from_slice(&claims.epoch.0.to_be_bytes());
    bytes[24..32].copy_from_slice(&claims.expires.0.to_be_bytes());
    bytes[32] = match claims.role {
        Role::Guest => 0,
        Role::Host => 1,
    };
    bytes
}

fn decode(bytes: &[u8]) -> Option<Claims> {
    let number = |at: usize| bytes.get(at..at + 8)?.try_into().ok().map(u64::from_be_bytes);
    let role = match bytes.get(32)? {
        0 => Role::Guest,
        1 => Role::Host,
        _ => return None,
    };
    let peer_id = PeerId::from_bytes(bytes.get(..16)?.try_into().ok()?);
    Some(Claims { peer_id, epoch: Epoch(number(16)?), role, expires: Timestamp(number(24)?) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn room(name: &str) -> RoomId {
        RoomId::parse(&format!("r/{name}")).unwrap()
    }

    fn claims() -> Claims {
        let peer_id = PeerId::from_bytes([7; 16]);
        Claims { peer_id, epoch: Epoch(42), role: Role::Host, expires: NOW.after_ms(1) }
    }

    #[test]
    fn a_token_says_what_was_minted() {
        let key = TokenKey::new(&[1; 32]);
        let token = key.mint(&room("a"), &claims());
        assert_eq!(key.verify(&room("a"), &token, NOW), Ok(claims()));
    }

    #[test]
    fn a_token_is_good_for_one_room_one_key_and_a_while() {
        let key = TokenKey::new(&[1; 32]);
        let token = key.mint(&room("a"), &claims());
        assert_eq!(key.verify(&room("b"), &token, NOW), Err(TokenError::Forged));
        assert_eq!(TokenKey::new(&[2; 32]).verify(&room("a"), &token, NOW), Err(TokenError::Forged));
        assert_eq!(key.verify(&room("a"), &token, NOW.after_ms(1)), Err(TokenError::Expired));
    }

    #[test]
    fn every_changed_or_cut_token_is_refused() {
        let key = TokenKey::new(&[1; 32]);
        let token = key.mint(&room("a"), &claims());
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(key.verify(&room("a"), &changed, NOW).is_err(), "changed at {at}");
            assert_eq!(key.verify(&room("a"), &token[..at], NOW), Err(TokenError::Malformed), "cut at {at}");
        }
    }
}
