//! Token buckets: so much a second, so much at once; and a table of them for strangers, whose size never changes.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;

use crate::room::Timestamp;
use crate::server::places::counted_as;

/// So much a second, so much at once.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    /// Refilled each second.
    pub per_second: u64,
    /// At most.
    pub burst: u64,
}

/// What is left of a rate.
#[derive(Debug, Clone, Copy)]
pub struct Bucket {
    left: u64,
    filled_at: Timestamp,
}

impl Bucket {
    /// A full one.
    pub fn full(rate: Rate, now: Timestamp) -> Self {
        Self { left: rate.burst, filled_at: now }
    }

    /// Takes this much, if it is there.
    pub fn take(&mut self, rate: Rate, now: Timestamp, amount: u64) -> bool {
        let passed_ms = now.0.saturating_sub(self.filled_at.0);
        let fresh = passed_ms.saturating_mul(rate.per_second) / 1_000;
        if fresh > 0 {
            self.left = self.left.saturating_add(fresh).min(rate.burst);
            self.filled_at = now;
        }
        let enough = self.left >= amount;
        if enough {
            self.left -= amount;
        }
        enough
    }
}

/// One bucket for each network, some networks sharing one: nobody can make it grow, or tell who shares with whom.
#[derive(Debug)]
pub struct Strangers {
    rate: Rate,
    buckets: Vec<Bucket>,
    hasher: RandomState,
}

impl Strangers {
    const BUCKETS: u64 = 4_096;

    /// All full.
    pub fn new(rate: Rate) -> Self {
        let full = Bucket::full(rate, Timestamp(0));
        Self { rate, buckets: vec![full; Self::BUCKETS as usize], hasher: RandomState::new() }
    }

    /// Whether this stranger may be answered.
    pub fn admit(&mut self, now: Timestamp, from: IpAddr) -> bool {
        self.admit_for(now, from, 1)
    }

    /// The same for something that takes this much.
    pub fn admit_for(&mut self, now: Timestamp, from: IpAddr, amount: u64) -> bool {
        let hash = self.hasher.hash_one(counted_as(from)) % Self::BUCKETS;
        let bucket = usize::try_from(hash).ok().and_then(|at| self.buckets.get_mut(at));
        bucket.is_some_and(|bucket| bucket.take(self.rate, now, amount))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { per_second: 200, burst: 1_000 };

    #[test]
    fn a_bucket_gives_its_burst_and_then_its_rate() {
        let mut bucket = Bucket::full(RATE, Timestamp(0));
        assert_eq!((0..2_000).filter(|_| bucket.take(RATE, Timestamp(0), 1)).count(), 1_000);
        let second = (1..=1_000).filter(|ms| bucket.take(RATE, Timestamp(*ms), 1)).count();
        assert_eq!(second, 200);
    }

    #[test]
    fn a_network_is_counted_as_one() {
        let mut strangers = Strangers::new(RATE);
        let now = Timestamp(1);
        let hosts = (0..2_000u16).map(|host| IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, host]));
        assert_eq!(hosts.filter(|ip| strangers.admit(now, *ip)).count(), 1_000);
    }
}
