//! How often another person may say something: a burst at once, then so many a second. Who says more floods us.
//!
//! A token bucket, kept as the moment at which it would be full again. Pure: the time is an argument.

use std::time::Duration;

/// The pace of one kind of message from one person.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    interval: Duration,
    burst: Duration,
    full_at: Duration,
}

impl Pace {
    /// A pace that allows `burst` at once and `per_second` for long; both are at least 1.
    pub const fn new(burst: u32, per_second: u32) -> Self {
        let interval = Duration::from_micros(1_000_000 / per_second as u64);
        Self { interval, burst: interval.saturating_mul(burst), full_at: Duration::ZERO }
    }

    /// Counts one that came at `now`; whether it is still within the pace.
    pub fn admits(&mut self, now: Duration) -> bool {
        let full_at = self.full_at.max(now) + self.interval;
        let within = full_at <= now + self.burst;
        if within {
            self.full_at = full_at;
        }
        within
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_within_the_pace_and_what_follows_has_to_keep_it() {
        let mut pace = Pace::new(3, 10);
        let at = |ms: u64| Duration::from_millis(5_000 + ms);
        assert_eq!([0, 0, 0, 0].map(|ms| pace.admits(at(ms))), [true, true, true, false]);
        assert_eq!([99, 100, 100, 200].map(|ms| pace.admits(at(ms))), [false, true, false, true]);
        assert_eq!([9_000; 4].map(|ms| pace.admits(at(ms))), [true, true, true, false]);
    }
}
