//! The server's word of the hour (RFC 8489, section 9.2): a time and a MAC over it and the client's address. Nothing is kept
//! for it, so asking costs the server nothing but the answer.

use std::net::SocketAddr;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::room::Timestamp;

/// Eight hexadecimal digits of time, sixteen of MAC.
pub const NONCE_BYTES: usize = 24;
const LIFETIME_MS: u64 = 3_600_000;

/// Makes and knows nonces.
pub struct Nonces(Hmac<Sha256>);

impl Nonces {
    /// With this secret.
    pub fn new(secret: &[u8; 32]) -> Self {
        let mut block = [0; 64];
        block[..32].copy_from_slice(secret);
        Self(Hmac::new(&block.into()))
    }

    /// A nonce for this client.
    pub fn mint(&self, now: Timestamp, client: SocketAddr) -> [u8; NONCE_BYTES] {
        self.of(u32::try_from(now.0 / 1_000).unwrap_or(u32::MAX), client)
    }

    /// Whether a nonce is ours, this client's, and not stale.
    pub fn is_fresh(&self, nonce: &[u8], now: Timestamp, client: SocketAddr) -> bool {
        let seconds = nonce.get(..8).and_then(|digits| std::str::from_utf8(digits).ok());
        let Some(seconds) = seconds.and_then(|digits| u32::from_str_radix(digits, 16).ok()) else { return false };
        let age_ms = now.0.checked_sub(u64::from(seconds) * 1_000);
        let ours: bool = self.of(seconds, client).as_slice().ct_eq(nonce).into();
        ours && age_ms.is_some_and(|age| age <= LIFETIME_MS)
    }

    fn of(&self, seconds: u32, client: SocketAddr) -> [u8; NONCE_BYTES] {
        let mut mac = self.0.clone();
        mac.update(&seconds.to_be_bytes());
        mac.update(&client.port().to_be_bytes());
        match client.ip() {
            std::net::IpAddr::V4(ip) => mac.update(&ip.octets()),
            std::net::IpAddr::V6(ip) => mac.update(&ip.octets()),
        }
        let mac: [u8; 32] = mac.finalize().into_bytes().into();
        let mut nonce = [0; NONCE_BYTES];
        let digits = seconds.to_be_bytes().into_iter().chain(mac);
        for (pair, byte) in nonce.chunks_exact_mut(2).zip(digits) {
            pair.copy_from_slice(&[hexadecimal(byte >> 4), hexadecimal(byte & 15)]);
        }
        nonce
    }
}

fn hexadecimal(digit: u8) -> u8 {
    if digit < 10 { b'0' + digit } else { b'a' + digit - 10 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_good_for_its_client_for_an_hour() {
        let nonces = Nonces::new(&[1; 32]);
        let (client, other) = ("192.0.2.1:5".parse().unwrap(), "192.0.2.1:6".parse().unwrap());
        let now = Timestamp(1_800_000_000_000);
        let nonce = nonces.mint(now, client);
        assert!(nonces.is_fresh(&nonce, now, client));
        assert!(nonces.is_fresh(&nonce, now.after_ms(3_600_000), client));
        assert!(!nonces.is_fresh(&nonce, now.after_ms(3_601_000), client));
        assert!(!nonces.is_fresh(&nonce, now, other));
        assert!(!Nonces::new(&[2; 32]).is_fresh(&nonce, now, client));
        for broken in [&nonce[..23], b"", b"zzzzzzzzzzzzzzzzzzzzzzzz", &[nonce.as_slice(), b"0"].concat()] {
            assert!(!nonces.is_fresh(broken, now, client));
        }
    }
}
