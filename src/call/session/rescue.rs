//! When a connection that new paths do not save is given up for a new one.
//!
//! ICE restarts save most. What they do not save (a DTLS association or data channels that died, a browser that refuses
//! a description) is made anew, alone, with the next generation. Each attempt is given longer than the one before.

use std::time::Duration;

/// New paths are given this long.
const PATIENCE: Duration = Duration::from_secs(8);
/// What no path will save is given up after this time.
const HOPELESS: Duration = Duration::from_secs(1);
/// The other side waits longer by this: one new connection is enough.
const YIELDING: Duration = Duration::from_secs(4);
/// Waits double so often.
const MAX_DOUBLINGS: u32 = 3;
/// A connection that was well for so long was a success.
const HELD: Duration = Duration::from_secs(30);

/// How it is with one connection.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Rescue {
    due: Option<Duration>,
    /// Connections made anew since the last one that held.
    rebuilt: u32,
    well_since: Option<Duration>,
}

impl Rescue {
    /// When to give up.
    pub(super) fn due(&self) -> Option<Duration> {
        self.due
    }

    /// New paths are being looked for.
    pub(super) fn trouble(&mut self, now: Duration, first: bool) {
        self.give(now, PATIENCE, first);
    }

    /// New paths would be of no use.
    pub(super) fn hopeless(&mut self, now: Duration, first: bool) {
        self.due = None;
        self.give(now, HOPELESS, first);
    }

    /// Packets come.
    pub(super) fn well(&mut self, now: Duration) {
        self.due = None;
        self.well_since.get_or_insert(now);
    }

    /// The connection is made anew.
    pub(super) fn rebuild(&mut self) {
        self.due = None;
        self.rebuilt += 1;
    }

    /// Nothing can be agreed just now: later.
    pub(super) fn postpone(&mut self, now: Duration) {
        self.due = Some(now + PATIENCE);
    }

    fn give(&mut self, now: Duration, patience: Duration, first: bool) {
        if self.well_since.take().is_some_and(|since| since + HELD <= now) {
            self.rebuilt = 0;
        }
        let patience = patience + if first { Duration::ZERO } else { YIELDING };
        self.due.get_or_insert(now + patience * (1 << self.rebuilt.min(MAX_DOUBLINGS)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_connection_that_does_not_come_back_is_given_up_and_the_next_one_is_given_longer() {
        let mut rescue = Rescue::default();
        let mut waits = Vec::new();
        for _ in 0..5 {
            rescue.trouble(s(100), true);
            rescue.trouble(s(103), true);
            waits.extend(rescue.due().map(|due| due.as_secs() - 100));
            rescue.rebuild();
        }
        assert_eq!(waits, [8, 16, 32, 64, 64]);
    }

    #[test]
    fn of_two_sides_one_is_first() {
        let (mut one, mut other) = (Rescue::default(), Rescue::default());
        one.trouble(s(0), true);
        other.trouble(s(0), false);
        assert_eq!((one.due(), other.due()), (Some(s(8)), Some(s(12))));
        one.hopeless(s(0), true);
        other.hopeless(s(0), false);
        assert_eq!((one.due(), other.due()), (Some(s(1)), Some(s(5))));
    }

    #[test]
    fn one_that_was_well_for_long_begins_anew_and_a_short_recovery_does_not_count() {
        let mut rescue = Rescue::default();
        let wait_after = |rescue: &mut Rescue, well: u64| {
            rescue.rebuild();
            rescue.well(s(0));
            rescue.well(s(well / 2));
            assert_eq!(rescue.due(), None);
            rescue.trouble(s(well), true);
            rescue.due().map(|due| due.as_secs() - well)
        };
        assert_eq!(wait_after(&mut rescue, 29), Some(16));
        assert_eq!(wait_after(&mut rescue, 30), Some(8));
    }
}
