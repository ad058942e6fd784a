//! How good a connection is, in a word, and whose fault it is when it is not.
//!
//! Invariants: one bad measurement changes nothing that is shown; a value that swings around a limit does not, either.

mod fault;
mod history;

pub use fault::{Fault, Judge, Standing, fault_of};
pub use history::{History, TRACE, Trace};

/// What is measured of the media of a connection. Counts are since the path came into use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flow {
    /// How unevenly the other side's sound arrives, in milliseconds (RFC 3550, section 6.4.1).
    pub jitter_ms: Option<u32>,
    /// Bytes that came.
    pub bytes_in: u64,
    /// Bytes that went.
    pub bytes_out: u64,
    /// Width and height of the largest picture that comes.
    pub size: Option<(u32, u32)>,
    /// How that picture is coded.
    pub codec: Option<Codec>,
    /// Of a thousand packets of ours, how many the other side misses.
    pub lost_there_permille: Option<u32>,
}

/// How a picture is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// RFC 7741.
    Vp8,
    /// RFC 9628.
    Vp9,
    /// AOMedia's AV1.
    Av1,
    /// RFC 6184.
    H264,
    /// RFC 7798.
    H265,
}

impl Codec {
    /// Of a media type, as `video/VP8`.
    pub fn parse(media_type: &str) -> Option<Self> {
        [Self::Vp8, Self::Vp9, Self::Av1, Self::H264, Self::H265]
            .into_iter()
            .find(|codec| media_type.split('/').nth(1).is_some_and(|name| name.eq_ignore_ascii_case(codec.name())))
    }

    /// As people know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vp8 => "VP8",
            Self::Vp9 => "VP9",
            Self::Av1 => "AV1",
            Self::H264 => "H264",
            Self::H265 => "H265",
        }
    }
}

/// How good a connection is; the better the larger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Words get lost.
    Poor,
    /// One notices.
    Fair,
    /// As it should be.
    Good,
}

/// What a connection is graded by. What is not known counts as good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Measures {
    /// Of a thousand packets, how many are lost, in the worse direction.
    pub loss_permille: Option<u32>,
    /// The round trip, in milliseconds.
    pub round_trip_ms: Option<u32>,
    /// The jitter, in milliseconds.
    pub jitter_ms: Option<u32>,
}

/// Loss, round trip and jitter up to which a connection is good. Opus conceals two lost packets in a hundred; people begin to
/// talk into each other's words beyond 150 ms one way (ITU-T G.114).
const GOOD: [u32; 3] = [20, 300, 50];
/// Up to which it is fair.
const FAIR: [u32; 3] = [80, 600, 150];
/// The first grade is shown after so many measurements: a connection begins unevenly.
const SETTLING: u32 = 3;
/// So many worse ones in a row, and a worse grade is shown.
const FALLING: u32 = 3;
/// So many better ones in a row, and a better grade is.
const RISING: u32 = 5;

impl Measures {
    /// The grade of one measurement, against so many quarters of the limits.
    fn grade(self, quarters: u32) -> Grade {
        let values = [self.loss_permille, self.round_trip_ms, self.jitter_ms];
        let within = |limits: [u32; 3]| {
            values.iter().zip(limits).all(|(value, limit)| value.unwrap_or_default() * 4 <= limit * quarters)
        };
        if within(GOOD) {
            Grade::Good
        } else if within(FAIR) {
            Grade::Fair
        } else {
            Grade::Poor
        }
    }
}

/// The grade that is shown for one connection.
#[derive(Debug, Clone, Copy, Default)]
pub struct Grading {
    shown: Option<Grade>,
    /// Measurements in a row that speak for a worse grade, or for a better one, than is shown.
    worse: u32,
    better: u32,
}

impl Grading {
    /// Takes a measurement.
    pub fn take(&mut self, measures: Measures) {
        // To be graded up it takes values well within the limits.
        let (falls_to, rises_to) = (measures.grade(4), measures.grade(3));
        let Some(shown) = self.shown else {
            self.worse += 1;
            if self.worse >= SETTLING {
                *self = Self { shown: Some(falls_to), worse: 0, better: 0 };
            }
            return;
        };
        self.worse = if falls_to < shown { self.worse + 1 } else { 0 };
        self.better = if rises_to > shown { self.better + 1 } else { 0 };
        if self.worse >= FALLING {
            *self = Self { shown: Some(falls_to), worse: 0, better: 0 };
        } else if self.better >= RISING {
            *self = Self { shown: Some(rises_to), worse: 0, better: 0 };
        }
    }

    /// The grade, once enough is known.
    pub fn shown(&self) -> Option<Grade> {
        self.shown
    }
}

#[cfg(test)]
mod tests;
