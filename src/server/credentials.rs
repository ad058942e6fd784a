//! TURN REST credentials: `expiry:holder` for a name, an HMAC of it for a password. Nothing is stored, and nothing that is
//! read off a wire is good for more than ten minutes of new allocations.
//!
//! Source: draft-uberti-behave-turn-rest-00, which every browser and TURN server follows.

use base64ct::{Base64, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha1::{Digest, Sha1};

use crate::protocol::PeerId;
use crate::room::Timestamp;

/// For whom a credential is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Holder {
    /// A member of a room.
    Peer(PeerId),
    /// Somebody who tests their connection: relays to this server alone.
    Check(u64),
}

/// What a browser puts into `RTCIceServer`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// `expiry:holder`, the expiry in seconds since 1970.
    pub username: String,
    /// base64 of HMAC-SHA1.
    pub password: String,
}

/// Makes credentials, and knows their passwords again.
#[derive(Clone)]
pub struct Credentials(Hmac<Sha1>);

impl Credentials {
    /// With the secret of `--turn-secret`, or the server's own.
    pub fn new(secret: &[u8]) -> Self {
        // A key of up to SHA-1's block is padded with zeros, a longer one is hashed first (RFC 2104).
        let mut block = [0; 64];
        let hash: [u8; 20] = Sha1::digest(secret).into();
        let key = if secret.len() > block.len() { &hash[..] } else { secret };
        block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
        Self(Hmac::new(&block.into()))
    }

    /// A credential that is good for allocations until `expires`.
    pub fn mint(&self, holder: Holder, expires: Timestamp) -> Credential {
        let seconds = expires.0.div_ceil(1_000);
        let username = match holder {
            Holder::Peer(peer) => format!("{seconds}:{peer}"),
            Holder::Check(number) => format!("{seconds}:check-{number:016x}"),
        };
        let password = self.password(&username);
        Credential { username, password }
    }

    /// The password that goes with a name.
    pub fn password(&self, username: &str) -> String {
        let mut mac = self.0.clone();
        mac.update(username.as_bytes());
        Base64::encode_string(&mac.finalize().into_bytes())
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials")
    }
}

/// What a name says: for whom, and until when. Not whether it is ours: that shows in the password.
pub fn read_username(username: &str) -> Option<(Holder, Timestamp)> {
    let (seconds, holder) = username.split_once(':')?;
    let digits = !seconds.is_empty() && seconds.len() <= 12 && seconds.bytes().all(|byte| byte.is_ascii_digit());
    let seconds: u64 = if digits { seconds.parse().ok()? } else { return None };
    let holder = match holder.strip_prefix("check-") {
        Some(number) if number.len() == 16 => Holder::Check(u64::from_str_radix(number, 16).ok()?),
        Some(_) => return None,
        None => Holder::Peer(holder.parse().ok()?),
    };
    Some((holder, Timestamp(seconds * 1_000)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_for_whom_and_until_when() {
        let credentials = Credentials::new(b"secret");
        for holder in [Holder::Peer(PeerId::from_bytes([7; 16])), Holder::Check(0xABCD)] {
            let credential = credentials.mint(holder, Timestamp(1_800_000_000_001));
            assert_eq!(read_username(&credential.username), Some((holder, Timestamp(1_800_000_001_000))));
            assert_eq!(credentials.password(&credential.username), credential.password);
        }
    }

    #[test]
    fn the_password_is_what_other_servers_make_of_it() {
        // printf 1800000000:check-000000000000abcd | openssl dgst -sha1 -hmac secret -binary | base64
        let credential = Credentials::new(b"secret").mint(Holder::Check(0xABCD), Timestamp(1_800_000_000_000));
        assert_eq!(credential.password, "BJlPMv8D/PzeYYmUt7DK2jtZGbU=");
    }

    #[test]
    fn other_names_are_nobodys() {
        let long = format!("1:{}", "x".repeat(600));
        for name in [
            "",
            ":",
            "1:",
            "1:check-",
            "x:check-0000000000000000",
            "1:check-000000000000000g",
            "%s%n",
            "1:\0",
            "\"1:'",
            &long,
            "99999999999999999999:check-0000000000000000",
            "-1:check-0000000000000000",
        ] {
            assert_eq!(read_username(name), None, "{name:?}");
        }
    }
}
