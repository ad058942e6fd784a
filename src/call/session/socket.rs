//! The socket's life as the client sees it: when to open the next one.

use std::time::Duration;

use super::paths::LATE;
use crate::call::view::ServerLink;
use crate::protocol::{TICK_INTERVAL_MS, TICK_TIMEOUT_MS};

/// Waits before the second, third... attempt after a loss; the first is made at once, the last wait repeats.
const RETRY_DELAYS_MS: [u64; 6] = [0, 300, 1_200, 2_700, 4_800, 7_000];
/// Up to this share of a wait is added by chance, so that those who were cut together do not return together.
const JITTER: f64 = 0.25;
/// A socket that is lost sooner after the server's greeting counts as a failed attempt: otherwise a server that greets and
/// breaks off would be asked again and again without a pause. But it does greet: the pause does not grow for long.
const SETTLED: Duration = Duration::from_secs(1);
const MAX_UNSETTLED: usize = 2;
/// Who has reason to doubt a socket waits this much longer than a tick takes.
const DOUBT_MS: u64 = TICK_INTERVAL_MS + 1_000;

/// Where the socket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Off,
    Opening,
    Open,
    RetryAt(Duration),
}

/// When a socket is open, silent, or due again.
#[derive(Debug)]
pub(super) struct Socket {
    state: State,
    number: u32,
    attempts: usize,
    /// Whether any socket has been good so far.
    was_greeted: bool,
    /// When the server answered this one.
    greeted_at: Option<Duration>,
    heard_at: Duration,
    /// Something has to be heard by then.
    doubted_until: Option<Duration>,
    /// This page was late to find it silent, and gives it until then.
    excused_until: Option<Duration>,
    random: u64,
}

impl Socket {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            state: State::Off,
            number: 0,
            attempts: 0,
            was_greeted: false,
            greeted_at: None,
            heard_at: Duration::ZERO,
            doubted_until: None,
            excused_until: None,
            random: seed | 1,
        }
    }

    /// Begins to open a socket; its events carry this number.
    pub(super) fn begin(&mut self, now: Duration) -> u32 {
        self.state = State::Opening;
        self.greeted_at = None;
        self.heard(now);
        self.number += 1;
        self.number
    }

    pub(super) fn opened(&mut self, now: Duration) {
        self.state = State::Open;
        self.heard(now);
    }

    /// Something came from the server.
    pub(super) fn heard(&mut self, now: Duration) {
        self.heard_at = now;
        (self.doubted_until, self.excused_until) = (None, None);
    }

    /// The server answered the hello: the socket is good.
    pub(super) fn greeted(&mut self, now: Duration) {
        self.was_greeted = true;
        self.greeted_at.get_or_insert(now);
    }

    /// The socket is gone; another is due after a while.
    pub(super) fn lost(&mut self, now: Duration, retry_after_ms: Option<u32>) {
        if let Some(at) = self.greeted_at.take() {
            let settled = at + SETTLED <= now;
            self.attempts = if settled { 0 } else { self.attempts.min(MAX_UNSETTLED) };
        }
        let step = RETRY_DELAYS_MS[self.attempts.min(RETRY_DELAYS_MS.len() - 1)];
        let delay_ms = retry_after_ms.map_or(step, u64::from);
        let jitter = delay_ms as f64 * JITTER * self.next_random();
        self.attempts += 1;
        self.state = State::RetryAt(now + Duration::from_millis(delay_ms + jitter as u64));
    }

    /// Something may have changed: do not wait, and do not trust an open socket for long.
    pub(super) fn doubt(&mut self, now: Duration) {
        match self.state {
            State::Off => {}
            State::RetryAt(_) => self.state = State::RetryAt(now),
            State::Opening | State::Open => {
                self.doubted_until.get_or_insert(now + Duration::from_millis(DOUBT_MS));
            }
        }
    }

    /// Something has changed for certain: a socket that stood stands no longer.
    pub(super) fn renounce(&mut self, now: Duration) {
        self.attempts = 0;
        match self.state {
            State::Off => {}
            State::RetryAt(_) => self.state = State::RetryAt(now),
            State::Opening | State::Open => (self.doubted_until, self.excused_until) = (Some(now), None),
        }
    }

    pub(super) fn stop(&mut self) {
        self.state = State::Off;
        self.attempts = 0;
        self.was_greeted = false;
        self.greeted_at = None;
    }

    pub(super) fn is_current(&self, number: u32) -> bool {
        self.number == number && matches!(self.state, State::Opening | State::Open)
    }

    pub(super) fn is_open(&self) -> bool {
        self.state == State::Open
    }

    pub(super) fn is_off(&self) -> bool {
        self.state == State::Off
    }

    /// Whether the next socket is due.
    pub(super) fn is_due(&self, now: Duration) -> bool {
        matches!(self.state, State::RetryAt(at) if at <= now)
    }

    /// Whether the socket has been silent for so long that it must be dead. Not at once, if this page was late to ask: it
    /// had too much to do, and what has come meanwhile may wait to be heard.
    pub(super) fn is_silent(&mut self, now: Duration) -> bool {
        if !matches!(self.state, State::Opening | State::Open) || now < self.silent_at() {
            return false;
        }
        let excused = self.excused_until.is_none() && self.silent_at() + LATE < now;
        if excused {
            self.excused_until = Some(now + Duration::from_millis(DOUBT_MS));
        }
        !excused
    }

    pub(super) fn poll_timeout(&self) -> Option<Duration> {
        match self.state {
            State::Off => None,
            State::Opening | State::Open => Some(self.silent_at()),
            State::RetryAt(at) => Some(at),
        }
    }

    pub(super) fn link(&self) -> ServerLink {
        match self.state {
            State::Open if self.greeted_at.is_some() => ServerLink::Connected,
            State::Opening | State::Open | State::RetryAt(_) if self.was_greeted => ServerLink::Reconnecting,
            State::Off | State::Opening | State::Open | State::RetryAt(_) => ServerLink::Connecting,
        }
    }

    fn silent_at(&self) -> Duration {
        let silent_at = self.heard_at + Duration::from_millis(TICK_TIMEOUT_MS);
        self.excused_until.unwrap_or(self.doubted_until.map_or(silent_at, |until| until.min(silent_at)))
    }

    /// The next number of an xorshift generator, 0 to 1: chance enough to spread returns.
    fn next_random(&mut self) -> f64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn waits_grow_with_each_failed_attempt_and_start_again_after_a_greeting() {
        let mut socket = Socket::new(7);
        let mut wait = || {
            socket.begin(at(0));
            socket.lost(at(0), None);
            socket.poll_timeout().unwrap()
        };
        assert_eq!(wait(), at(0));
        for ms in [300, 1_200, 2_700, 4_800, 7_000, 7_000] {
            let waited = wait();
            assert!(at(ms) <= waited && waited <= at(ms + ms / 4), "{ms}: {waited:?}");
        }
        socket.greeted(at(0));
        socket.lost(at(1_000), None);
        assert_eq!(socket.poll_timeout(), Some(at(1_000)));
    }

    #[test]
    fn a_server_that_greets_and_breaks_off_is_not_asked_without_a_pause() {
        let mut socket = Socket::new(7);
        let mut wait = || {
            socket.begin(at(0));
            socket.opened(at(0));
            socket.greeted(at(0));
            socket.lost(at(10), None);
            socket.poll_timeout().unwrap()
        };
        assert_eq!(wait(), at(10));
        assert!(wait() >= at(310));
        for _ in 0..9 {
            assert!((at(1_210)..=at(1_510)).contains(&wait()));
        }
    }

    #[test]
    fn a_socket_counts_as_open_once_the_server_has_answered() {
        let mut socket = Socket::new(7);
        socket.begin(at(0));
        socket.opened(at(0));
        assert_eq!(socket.link(), ServerLink::Connecting);
        socket.greeted(at(0));
        assert_eq!(socket.link(), ServerLink::Connected);
        socket.lost(at(0), None);
        socket.begin(at(0));
        socket.opened(at(0));
        assert_eq!(socket.link(), ServerLink::Reconnecting);
        socket.greeted(at(0));
        assert_eq!(socket.link(), ServerLink::Connected);
    }

    #[test]
    fn the_server_may_ask_for_time_and_the_network_may_end_the_wait() {
        let mut socket = Socket::new(7);
        socket.begin(at(0));
        socket.lost(at(0), Some(10_000));
        assert!(!socket.is_due(at(9_999)));
        socket.doubt(at(20));
        assert!(socket.is_due(at(20)));
        socket.lost(at(30), Some(10_000));
        socket.renounce(at(40));
        assert!(socket.is_due(at(40)));
    }

    #[test]
    fn a_doubted_socket_has_to_be_heard_within_little_more_than_a_tick() {
        let mut socket = Socket::new(7);
        socket.begin(at(0));
        socket.opened(at(0));
        socket.doubt(at(1_000));
        socket.doubt(at(3_000));
        assert!(!socket.is_silent(at(6_999)));
        assert_eq!(socket.poll_timeout(), Some(at(7_000)));
        assert!(socket.is_silent(at(7_000)));
        socket.heard(at(6_000));
        assert!(!socket.is_silent(at(17_999)));
    }

    #[test]
    fn a_renounced_socket_is_dead_at_once_and_the_next_one_due() {
        let mut socket = Socket::new(7);
        socket.begin(at(0));
        socket.renounce(at(100));
        assert!(socket.is_silent(at(100)));
        socket.lost(at(100), None);
        assert!(socket.is_due(at(100)));
    }

    #[test]
    fn a_socket_without_a_word_for_twelve_seconds_is_dead() {
        let mut socket = Socket::new(7);
        socket.begin(at(0));
        socket.opened(at(100));
        socket.heard(at(5_000));
        assert!(!socket.is_silent(at(16_999)));
        assert!(socket.is_silent(at(17_000)));
    }
    #[test]
    fn a_page_that_is_late_to_find_it_silent_first_hears_what_waits() {
        let mut socket = Socket::new(7);
        socket.begin(at(0));
        socket.opened(at(0));
        assert!(!socket.is_silent(at(15_000)), "stood still for seconds");
        assert_eq!(socket.poll_timeout(), Some(at(21_000)));
        socket.heard(at(15_001));
        assert_eq!(socket.poll_timeout(), Some(at(27_001)));
        assert!(!socket.is_silent(at(30_000)), "once for each silence");
        assert!(socket.is_silent(at(40_000)));
    }
}
