//! How often a client is heard: a burst at once, then so many a second. Who says more is read later, not cut.

use std::time::Duration;

use tokio::time::Instant;

/// The pace of one socket (a token bucket, kept as the moment at which it would be full again).
#[derive(Debug)]
pub struct Pace {
    interval: Duration,
    burst: Duration,
    full_at: Instant,
}

impl Pace {
    /// A pace that allows `burst` at once and `per_second` for long.
    pub fn new(burst: u32, per_second: u32, now: Instant) -> Self {
        let interval = Duration::from_secs(1) / per_second.max(1);
        Self { interval, burst: interval.saturating_mul(burst), full_at: now }
    }

    /// Counts one; says how long not to listen before the next.
    pub fn count(&mut self, now: Instant) -> Option<Duration> {
        self.full_at = self.full_at.max(now) + self.interval;
        let owed = (self.full_at - now).saturating_sub(self.burst.saturating_sub(self.interval));
        (owed > Duration::ZERO && owed >= self.interval).then_some(owed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_free_and_what_follows_waits_its_turn() {
        let start = Instant::now();
        let mut pace = Pace::new(500, 100, start);
        for n in 1..500 {
            assert_eq!(pace.count(start), None, "{n}");
        }
        assert_eq!(pace.count(start), Some(Duration::from_millis(10)), "the burst is used up");
        let later = start + Duration::from_millis(10);
        assert_eq!(pace.count(later), Some(Duration::from_millis(10)));
        assert_eq!(pace.count(later + Duration::from_secs(5)), None, "rest fills the bucket");
    }
}
