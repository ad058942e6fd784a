//! The short code of two people: if both see the same, there is nobody between their browsers.
//!
//! Each side hashes the two DTLS fingerprints that *it* knows: its own certificate's, and the one that DTLS has verified at
//! the other end. Somebody in between has a certificate of their own towards each side, so the two sides hash different
//! things. That the short results cannot be made alike by trying is what the exchange is for: the side with the larger
//! fingerprint commits to a nonce, the other tells its own, the first reveals. Nobody knows both nonces while they can
//! still choose one.
//!
//! ```text
//! c: whose fingerprint is larger, r: the other; fingerprints as in a=fingerprint, upper case
//! c -> r  commit = SHA-256("confab code commit 1" || nonce c || fingerprint c || fingerprint r)
//! r -> c  nonce r
//! c -> r  nonce c
//! code   = HKDF-SHA256(nonce c || nonce r, salt "confab", info "short code 1" || fingerprint c || fingerprint r),
//!          8 bytes, most significant first, modulo 10^10: ten decimal digits (33 bits)
//! ```
//!
//! An exchange belongs to one page on either side and is made once. Over a connection that was made anew all is said
//! again, in the same words: other words, or another fingerprint, are somebody's interference.
//!
//! Source: the commitment as in ZRTP (RFC 6189, section 4.4.1.1). Each try succeeds by a chance of one in 10^10.

use sha2::{Digest, Sha256};

use super::derivation::derive;

/// Ten decimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code(u64);

impl Code {
    /// Two groups of five digits.
    pub fn to_text(self) -> String {
        let digit = |place: u32| char::from(b'0' + (self.0 / 10_u64.pow(place) % 10) as u8);
        let group = |from: u32| (from..from + 5).rev().map(digit).collect::<String>();
        [group(5), group(0)].join(" ")
    }
}

/// One word of the exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The first side binds itself.
    Commit([u8; 32]),
    /// The second side tells its nonce.
    Nonce([u8; 32]),
    /// The first side tells its nonce.
    Reveal([u8; 32]),
}

/// The other side said what an honest one never says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("somebody interferes")]
pub struct Interference;

/// What two pages have exchanged so far.
#[derive(Debug)]
pub struct Exchange {
    nonce: [u8; 32],
    ours: Option<String>,
    theirs: Option<String>,
    committed: Option<[u8; 32]>,
    their_nonce: Option<[u8; 32]>,
    code: Option<Code>,
    compared: bool,
}

impl Exchange {
    /// With a nonce that nobody has seen: 32 random bytes.
    pub fn new(nonce: [u8; 32]) -> Self {
        Self { nonce, ours: None, theirs: None, committed: None, their_nonce: None, code: None, compared: false }
    }

    /// Takes the own description. A page has one certificate.
    pub fn describe_us(&mut self, sdp: &str) -> Result<(), Interference> {
        let Some(fingerprint) = fingerprint_of(sdp) else { return Ok(()) };
        same(&mut self.ours, fingerprint)
    }

    /// Takes a description of theirs: all of a page name one certificate, and it is not ours.
    pub fn describe_them(&mut self, sdp: &str) -> Result<(), Interference> {
        let Some(fingerprint) = fingerprint_of(sdp) else { return Ok(()) };
        if self.ours.as_ref() == Some(&fingerprint) {
            return Err(Interference);
        }
        same(&mut self.theirs, fingerprint)
    }

    /// What to say when a connection is up; nothing if it is theirs to begin.
    pub fn begin(&self) -> Option<Step> {
        let (ours, theirs) = (self.ours.as_ref()?, self.theirs.as_ref()?);
        (ours > theirs).then(|| Step::Commit(commitment(&self.nonce, ours, theirs)))
    }

    /// Takes what they said over a connection that is up; says the answer.
    pub fn take(&mut self, step: Step) -> Result<Option<Step>, Interference> {
        let (ours, theirs) = self.ours.as_ref().zip(self.theirs.as_ref()).ok_or(Interference)?;
        match (step, ours > theirs) {
            (Step::Commit(commit), false) => {
                same(&mut self.committed, commit)?;
                Ok(Some(Step::Nonce(self.nonce)))
            }
            (Step::Nonce(nonce), true) => {
                let code = code(&self.nonce, &nonce, ours, theirs);
                same(&mut self.their_nonce, nonce)?;
                self.code = Some(code);
                Ok(Some(Step::Reveal(self.nonce)))
            }
            (Step::Reveal(nonce), false) => {
                if self.committed != Some(commitment(&nonce, theirs, ours)) {
                    return Err(Interference);
                }
                self.code = Some(code(&nonce, &self.nonce, theirs, ours));
                Ok(None)
            }
            _ => Err(Interference),
        }
    }

    /// The code, once both nonces are known.
    pub fn code(&self) -> Option<Code> {
        self.code
    }

    /// Whether the person has found it to be the same.
    pub fn is_compared(&self) -> bool {
        self.compared
    }

    /// The person says whether it is the same.
    pub fn mark_compared(&mut self, compared: bool) {
        self.compared = compared && self.code.is_some();
    }
}

/// The first value stays; another one is somebody else's.
fn same<T: PartialEq>(known: &mut Option<T>, value: T) -> Result<(), Interference> {
    match known {
        Some(known) if *known != value => Err(Interference),
        Some(_) => Ok(()),
        None => {
            *known = Some(value);
            Ok(())
        }
    }
}

/// Upper case, so that equal ones are equal. All of a description are the same (`call/signal.rs`).
fn fingerprint_of(sdp: &str) -> Option<String> {
    let value = sdp.lines().find_map(|line| line.strip_prefix("a=fingerprint:"))?;
    Some(value.split_once(' ')?.1.trim_end().to_ascii_uppercase())
}

fn commitment(nonce: &[u8; 32], first: &str, second: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [&b"confab code commit 1"[..], nonce, first.as_bytes(), second.as_bytes()] {
        hash.update(part);
    }
    hash.finalize().into()
}

fn code(nonce: &[u8; 32], answer: &[u8; 32], first: &str, second: &str) -> Code {
    let mut bytes = [0; 8];
    derive(&[&nonce[..], answer].concat(), &[b"short code 1", first.as_bytes(), second.as_bytes()], &mut bytes);
    Code(u64::from_be_bytes(bytes) % 10_u64.pow(10))
}

#[cfg(test)]
mod tests;
