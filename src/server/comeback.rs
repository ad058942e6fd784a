//! When those who are turned away are to come back: not all in the same instant, and those in a call before it is given up.

use crate::protocol::{CloseReason, ErrorCode};

/// So much time for each, when all come back: five hundred resumed sessions a second leave room for everything else.
const EACH_MS: u64 = 2;
/// A few come back over this time.
const SHORTEST_SPREAD_MS: u64 = 2_000;
/// Nobody comes back sooner: the next server may still be starting.
const SOONEST_MS: u64 = 500;
/// Those who are turned away because there is no room come back within this time, and not sooner than a third of it.
const BUSY_MS: u64 = 15_000;

/// Over how much time so many clients come back to a restarted server. A client adds up to a quarter of its wait, may have to
/// try twice, and is waited for only as long as the resume window: so the last one is told half of that at most.
pub fn spread_ms(sockets: usize, resume_window_ms: u64) -> u64 {
    let wanted = u64::try_from(sockets).unwrap_or(u64::MAX).saturating_mul(EACH_MS).max(SHORTEST_SPREAD_MS);
    wanted.min(resume_window_ms / 2)
}

/// Why a socket is closed when the server stops, and when to come back. `chance` is a random number.
pub fn after_restart(spread_ms: u64, chance: u64) -> CloseReason {
    let soonest_ms = SOONEST_MS.min(spread_ms / 4);
    later(ErrorCode::Restarting, soonest_ms, spread_ms, chance)
}

/// Why somebody is turned away for now. `chance` is a random number.
pub fn when_there_is_room(code: ErrorCode, chance: u64) -> CloseReason {
    later(code, BUSY_MS / 3, BUSY_MS, chance)
}

/// A random number; without any, one that differs from socket to socket all the same.
pub fn chance(socket: u64) -> u64 {
    getrandom::u64().unwrap_or_else(|_| socket.wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

fn later(code: ErrorCode, soonest_ms: u64, latest_ms: u64, chance: u64) -> CloseReason {
    let after_ms = soonest_ms + chance % (latest_ms.saturating_sub(soonest_ms) + 1);
    CloseReason { code, retry_after_ms: Some(u32::try_from(after_ms).unwrap_or(u32::MAX)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The resume window of the default configuration.
    const WINDOW_MS: u64 = 60_000;

    #[test]
    fn a_thousand_come_back_over_the_whole_of_two_seconds() {
        let spread = spread_ms(1_000, WINDOW_MS);
        let times: Vec<u64> = (0..1_000)
            .map(|socket| {
                let reason = after_restart(spread, chance(socket));
                assert_eq!(reason.code, ErrorCode::Restarting);
                u64::from(reason.retry_after_ms.unwrap())
            })
            .collect();
        assert!(times.iter().all(|ms| (500..=2_000).contains(ms)));
        for tenth in (500..2_000).step_by(150) {
            let count = times.iter().filter(|ms| (tenth..tenth + 150).contains(*ms)).count();
            assert!((40..=180).contains(&count), "{count} of 1,000 from {tenth} ms on");
        }
    }

    #[test]
    fn many_take_longer_and_nobody_longer_than_they_are_waited_for() {
        assert_eq!(spread_ms(0, WINDOW_MS), 2_000);
        assert_eq!(spread_ms(10_000, WINDOW_MS), 20_000);
        assert_eq!(spread_ms(usize::MAX, WINDOW_MS), 30_000);
        for window_ms in [0, 1, 3, 50, 1_000, WINDOW_MS] {
            for chance in [0, 1, u64::MAX / 2, u64::MAX] {
                let reason = after_restart(spread_ms(100_000, window_ms), chance);
                let wait_ms = u64::from(reason.retry_after_ms.unwrap());
                assert!(wait_ms + wait_ms / 4 <= window_ms, "{wait_ms} of {window_ms}");
            }
        }
    }

    #[test]
    fn who_finds_no_room_tries_again_after_some_seconds() {
        for chance in [0, 7, u64::MAX] {
            let reason = when_there_is_room(ErrorCode::ServerFull, chance);
            assert_eq!(reason.code, ErrorCode::ServerFull);
            assert!((5_000..=15_000).contains(&reason.retry_after_ms.unwrap()));
        }
    }
}
