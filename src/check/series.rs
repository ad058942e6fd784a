//! A second of data through a relay: how much arrived, and after how long.

use super::{Finding, Outcome, Problem};

/// With less than this a call would hardly be understood.
const ENOUGH_PERCENT: usize = 70;

/// What was sent and what arrived. Both ends are in one place, so one way through the relay is one round trip to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Series {
    /// Messages sent.
    pub sent: usize,
    /// How long each that arrived was under way, in microseconds.
    pub arrived_us: Vec<u32>,
}

impl Series {
    /// So many messages of so many bytes, one every so many milliseconds: half a megabit for a second, a modest picture.
    pub const MESSAGES: usize = 50;
    /// See [`Series::MESSAGES`].
    pub const MESSAGE_BYTES: usize = 1_000;
    /// See [`Series::MESSAGES`].
    pub const PAUSE_MS: u32 = 20;

    /// The median, in microseconds.
    pub fn round_trip_us(&self) -> Option<u32> {
        let mut sorted = self.arrived_us.clone();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied()
    }

    /// Of what was sent.
    pub fn arrived_percent(&self) -> u8 {
        let percent = (self.arrived_us.len() * 100).checked_div(self.sent).unwrap_or(0);
        u8::try_from(percent.min(100)).unwrap_or(100)
    }

    /// What it says of the relay.
    pub fn outcome(&self) -> Outcome {
        let arrived_percent = self.arrived_percent();
        match self.round_trip_us() {
            None => Outcome::Failed(Problem::NoAnswer),
            Some(_) if usize::from(arrived_percent) < ENOUGH_PERCENT => {
                Outcome::Failed(Problem::Lossy { arrived_percent })
            }
            Some(us) => Outcome::Ok(Finding::Relayed { round_trip_ms: us.div_ceil(1_000), arrived_percent }),
        }
    }
}
