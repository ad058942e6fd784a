//! The socket's life as the client sees it: when to open the next one.

use std::time::Duration;

use crate::call::view::ServerLink;
use crate::protocol::TICK_TIMEOUT_MS;

/// Waits before the second, third... attempt after a loss; the first is made at once, the last wait repeats.
const RETRY_DELAYS_MS: [u64; 6] = [0, 300, 1_200, 2_700, 4_800, 7_000];
/// Up to this share of a wait is added by chance, so that those who were cut together do not return together.
const JITTER: f64 = 0.25;

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
    was_greeted: bool,
    heard_at: Duration,
    random: u64,
}

impl Socket {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            state: State::Off,
            number: 0,
            attempts: 0,
            was_greeted: false,
            heard_at: Duration::ZERO,
            random: seed | 1,
        }
    }

    /// Begins to open a socket; its events carry this number.
    pub(super) fn begin(&mut self, now: Duration) -> u32 {
        self.state = State::Opening;
        self.heard_at = now;
        self.number += 1;
        self.number
    }

    pub(super) fn opened(&mut self, now: Duration) {
        self.state = State::Open;
        self.heard_at = now;
    }

    /// Something came from the server.
    pub(super) fn heard(&mut self, now: Duration) {
        self.heard_at = now;
    }

    /// The server answered the hello: the socket is good, a loss is a new one.
    pub(super) fn greeted(&mut self) {
        self.attempts = 0;
        self.was_greeted = true;
    }

    /// The socket is gone; another is due after a while.
    pub(super) fn lost(&mut self, now: Duration, retry_after_ms: Option<u32>) {
        let step = RETRY_DELAYS_MS[self.attempts.min(RETRY_DELAYS_MS.len() - 1)];
        let delay_ms = retry_after_ms.map_or(step, u64::from);
        let jitter = delay_ms as f64 * JITTER * self.next_random();
        self.attempts += 1;
        self.state = State::RetryAt(now + Duration::from_millis(delay_ms + jitter as u64));
    }

    /// The network is said to be back: do not wait.
    pub(super) fn hurry(&mut self, now: Duration) {
        if matches!(self.state, State::RetryAt(_)) {
            self.state = State::RetryAt(now);
        }
    }

    pub(super) fn stop(&mut self) {
        self.state = State::Off;
        self.attempts = 0;
        self.was_greeted = false;
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

    /// Whether the socket has been silent for so long that it must be dead.
    pub(super) fn is_silent(&self, now: Duration) -> bool {
        matches!(self.state, State::Opening | State::Open) && self.silent_at() <= now
    }

    pub(super) fn poll_timeout(&self) -> Option<Duration> {
        match self.state {
            State::Off => None,
            State::Opening | State::Open => Some(self.silent_at()),
            State::RetryAt(at) => Some(at),
        }
    }

    pub(super) fn link(&self) -> ServerLink {
        match (self.state, self.was_greeted) {
            (State::Open, true) => ServerLink::Connected,
            (State::Opening | State::RetryAt(_), true) => ServerLink::Reconnecting,
            (_, false) | (State::Off, true) => ServerLink::Connecting,
        }
    }

    fn silent_at(&self) -> Duration {
        self.heard_at + Duration::from_millis(TICK_TIMEOUT_MS)
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
        socket.greeted();
        socket.lost(at(0), None);
        assert_eq!(socket.poll_timeout(), Some(at(0)));
    }

    #[test]
    fn the_server_may_ask_for_time_and_the_network_may_end_the_wait() {
        let mut socket = Socket::new(7);
        socket.begin(at(0));
        socket.lost(at(0), Some(10_000));
        assert!(!socket.is_due(at(9_999)));
        socket.hurry(at(20));
        assert!(socket.is_due(at(20)));
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
}
