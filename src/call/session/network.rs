//! What happens around the page: another network, a machine that slept, a page that is looked at again.

use std::time::Duration;

use super::Session;

/// The wall clock may be set right by this much without anyone having slept.
const DRIFT: Duration = Duration::from_secs(3);
/// In a call something happens more often than this: the server ticks, the connections are measured.
const PAUSE: Duration = Duration::from_secs(20);

/// Knows a machine that slept by its clocks: the page's own stands still meanwhile (or goes on without anything
/// happening), the one on the wall does not.
#[derive(Debug)]
pub(super) struct Sleep {
    awake_at: Duration,
    /// The wall clock at zero of the page's own.
    wall_zero_ms: u64,
}

impl Sleep {
    pub(super) fn new(wall_zero_ms: u64) -> Self {
        Self { awake_at: Duration::ZERO, wall_zero_ms }
    }

    /// Something happened.
    pub(super) fn awake(&mut self, now: Duration) {
        self.awake_at = now;
    }

    /// Takes the wall clock; says whether this machine has slept since it was last awake.
    pub(super) fn is_over(&mut self, now: Duration, wall_ms: u64) -> bool {
        let zero_ms = wall_ms.saturating_sub(now.as_millis() as u64);
        let drift_ms = zero_ms.saturating_sub(self.wall_zero_ms);
        self.wall_zero_ms = zero_ms;
        Duration::from_millis(drift_ms) >= DRIFT || now.saturating_sub(self.awake_at) >= PAUSE
    }
}

impl Session {
    /// What stood on the old network stands no longer: the socket is replaced, and every connection looks for a new path.
    pub(super) fn network_changed(&mut self) {
        self.socket.renounce(self.now);
        self.those_who(|pair| !pair.is_broken()).into_iter().for_each(|peer| self.restart(peer));
    }

    /// A socket that is being waited for is tried at once; one that is open has to show soon that it lives.
    pub(super) fn stirred(&mut self) {
        self.socket.doubt(self.now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_wall_clock_that_has_run_ahead_tells_of_sleep_once() {
        let mut sleep = Sleep::new(1_000_000);
        assert!(!sleep.is_over(s(1), 1_001_000));
        sleep.awake(s(1));
        assert!(sleep.is_over(s(2), 1_062_000));
        sleep.awake(s(2));
        assert!(!sleep.is_over(s(3), 1_063_000));
    }

    #[test]
    fn so_does_a_page_in_which_nothing_has_happened_for_long() {
        let mut sleep = Sleep::new(0);
        sleep.awake(s(10));
        assert!(!sleep.is_over(s(29), 29_000));
        assert!(sleep.is_over(s(30), 30_000));
    }

    #[test]
    fn a_wall_clock_that_is_set_right_or_back_does_not() {
        let mut sleep = Sleep::new(1_000_000);
        assert!(!sleep.is_over(s(1), 1_003_000));
        assert!(!sleep.is_over(s(2), 902_000));
    }
}
