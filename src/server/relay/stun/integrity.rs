//! MESSAGE-INTEGRITY with long-term credentials (RFC 8489, sections 9.2 and 14.5): MD5 for the key, HMAC-SHA1 over the
//! message. Neither is what one would choose today; they are what every browser does.

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use sha1::Sha1;

use super::{Message, attribute_at, length_up_to};

/// MESSAGE-INTEGRITY is missing, too short, too long, or made with another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not protected by this key")]
pub struct Unprotected;

/// What a long-term credential comes down to.
#[derive(Clone)]
pub struct Key(Hmac<Sha1>);

impl Key {
    /// `MD5(username ":" realm ":" password)`.
    pub fn long_term(username: &str, realm: &str, password: &str) -> Self {
        let mut hash = Md5::new();
        for part in [username, ":", realm, ":", password] {
            hash.update(part.as_bytes());
        }
        Self::from_bytes(&hash.finalize())
    }

    /// A key of at most 64 bytes as it is; short-term credentials use their password so.
    pub fn from_bytes(key: &[u8]) -> Self {
        // Shorter than SHA-1's block of 64 bytes, it is padded with zeros (RFC 2104).
        let mut block = [0; 64];
        block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
        Self(Hmac::new(&block.into()))
    }

    pub(super) fn sign(&self, before: &[u8]) -> [u8; 20] {
        self.mac(before).finalize().into_bytes().into()
    }

    /// The message up to MESSAGE-INTEGRITY, with the length that includes it.
    fn mac(&self, before: &[u8]) -> Hmac<Sha1> {
        let mut mac = self.0.clone();
        mac.update(&before[..2]);
        mac.update(&length_up_to(before.len() + 24));
        mac.update(&before[4..]);
        mac
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

impl Message<'_> {
    /// Whether it has a MESSAGE-INTEGRITY, good or not.
    pub fn has_integrity(&self) -> bool {
        self.integrity.is_some()
    }

    /// Compares MESSAGE-INTEGRITY in constant time.
    pub fn verify(&self, key: &Key) -> Result<(), Unprotected> {
        let at = self.integrity.ok_or(Unprotected)?;
        let (_, value) = attribute_at(self.bytes, at).ok_or(Unprotected)?;
        key.mac(&self.bytes[..at]).verify_slice(value).map_err(|_| Unprotected)
    }
}
