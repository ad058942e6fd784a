//! The last minute of a connection, as lines to draw.

use std::time::Duration;

/// How far back it goes.
const MINUTE: Duration = Duration::from_secs(60);
/// Width and height of a drawing, in units of its own.
pub const TRACE: (u32, u32) = (240, 40);
/// A line that never leaves this much of the scale is near the bottom: small things are drawn small.
const LEAST_ROUND_TRIP_MS: u32 = 200;
const LEAST_LOSS_PERMILLE: u32 = 50;

/// One measurement.
#[derive(Debug, Clone, Copy)]
struct Moment {
    at: Duration,
    round_trip_ms: Option<u32>,
    loss_permille: Option<u32>,
}

/// The last minute.
#[derive(Debug, Clone, Default)]
pub struct History {
    moments: Vec<Moment>,
}

/// A line to draw: `points` in a box of [`TRACE`], time from left to right, more is higher up (and so a smaller number).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trace {
    /// The largest value of the minute.
    pub most: u32,
    /// From left, from top.
    pub points: Vec<(u32, u32)>,
}

impl History {
    /// Takes a measurement.
    pub fn take(&mut self, at: Duration, round_trip_ms: Option<u32>, loss_permille: Option<u32>) {
        self.moments.retain(|moment| moment.at + MINUTE >= at);
        self.moments.push(Moment { at, round_trip_ms, loss_permille });
    }

    /// The round trips, in milliseconds.
    pub fn round_trips(&self) -> Trace {
        self.trace(LEAST_ROUND_TRIP_MS, |moment| moment.round_trip_ms)
    }

    /// Of a thousand packets, how many were lost.
    pub fn losses(&self) -> Trace {
        self.trace(LEAST_LOSS_PERMILLE, |moment| moment.loss_permille)
    }

    fn trace(&self, least: u32, value: fn(&Moment) -> Option<u32>) -> Trace {
        let Some(end) = self.moments.last().map(|moment| moment.at) else { return Trace::default() };
        let (width, height) = TRACE;
        let most = self.moments.iter().filter_map(value).max().unwrap_or_default();
        let scale = u64::from(most.max(least));
        let point = |moment: &Moment| {
            let value = u64::from(value(moment)?);
            let ago = (end - moment.at).as_millis() as u64 * u64::from(width) / MINUTE.as_millis() as u64;
            Some((width.saturating_sub(ago as u32), height - (value * u64::from(height) / scale) as u32))
        };
        Trace { most, points: self.moments.iter().filter_map(point).collect() }
    }
}
