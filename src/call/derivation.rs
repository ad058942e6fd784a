//! Keys and random bytes: all of them by HKDF-SHA256 (RFC 5869), each under a label of its own.

use std::fmt;

use hkdf::Hkdf;
use sha2::Sha256;

/// Fills `out` (at most 8,160 bytes) from `secret`; the parts of `info` are put one behind the other, label first.
pub(super) fn derive(secret: &[u8], info: &[&[u8]], out: &mut [u8]) {
    let expanded = Hkdf::<Sha256>::new(Some(b"confab"), secret).expand_multi_info(info, out);
    // Fails only beyond 255 blocks.
    debug_assert!(expanded.is_ok());
}

/// The random bytes of one page, all from one seed. Whoever knows the seed knows them all, so it comes from the browser's
/// generator for keys (`crypto.getRandomValues`); the core itself has no source of chance.
///
/// Invariant: no two draws are equal. That is why it cannot be cloned.
#[derive(Default)]
pub struct Random {
    seed: [u8; 32],
    drawn: u64,
}

impl Random {
    /// From 32 random bytes.
    pub fn new(seed: [u8; 32]) -> Self {
        Self { seed, drawn: 0 }
    }

    /// The next 32 bytes.
    pub fn draw(&mut self) -> [u8; 32] {
        self.drawn += 1;
        let mut bytes = [0; 32];
        derive(&self.seed, &[b"random 1", &self.drawn.to_be_bytes()], &mut bytes);
        bytes
    }
}

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Random(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_draws_are_equal_and_no_two_pages_draw_alike() {
        let mut pages = [1, 2].map(|n| Random::new([n; 32]));
        let drawn: Vec<[u8; 32]> = (0..200).map(|n| pages[n % 2].draw()).collect();
        for (n, bytes) in drawn.iter().enumerate() {
            assert!(!drawn[..n].contains(bytes));
        }
    }

    #[test]
    fn neither_the_seed_nor_what_comes_of_it_is_written_into_a_log() {
        let mut random = Random::new([0xab; 32]);
        random.draw();
        assert_eq!(format!("{random:?}"), "Random(..)");
    }
}
