//! New ids for people: 128 random bits each.

#[cfg(test)]
use std::sync::Arc;
#[cfg(test)]
use std::sync::atomic::{AtomicU64, Ordering};

use crate::protocol::PeerId;

/// Where ids come from: the system's random numbers. A test that is to be repeated may give a seed.
#[derive(Debug, Clone, Default)]
pub struct Ids {
    #[cfg(test)]
    seeded: Option<Arc<AtomicU64>>,
}

impl Ids {
    /// One that nobody has; `None` if the system has no random numbers to give.
    pub fn next(&self) -> Option<PeerId> {
        #[cfg(test)]
        if let Some(seeded) = &self.seeded {
            // Two rounds of splitmix64: as good as chance to whoever looks at their order.
            let mixed = |n: u64| {
                let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb)
            };
            let n = mixed(seeded.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed));
            return Some(PeerId::from_bytes(((u128::from(n) << 64) | u128::from(mixed(n))).to_be_bytes()));
        }
        let mut random = [0; 16];
        getrandom::fill(&mut random).ok()?;
        Some(PeerId::from_bytes(random))
    }

    /// The same ids for the same seed.
    #[cfg(test)]
    pub(crate) fn seeded(seed: u64) -> Self {
        Self { seeded: Some(Arc::new(AtomicU64::new(seed))) }
    }
}
