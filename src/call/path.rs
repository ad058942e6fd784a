//! How packets travel between two people: what the browser measures once a second, and what follows from it.
//!
//! Numbers and kinds only: no address is kept, and none is shown. See the W3C's Identifiers for WebRTC's Statistics API.
//!
//! Invariant: a path is suspect only if packets had been flowing on it, and every sign of life ends that.

use std::collections::VecDeque;
use std::time::Duration;

use super::quality::Flow;

/// How often each connection is measured: every second, and with many of them every third. The statistics of seven
/// connections are dear, and a machine that carries seven has other things to do.
pub fn interval(connections: usize) -> Duration {
    Duration::from_secs(if connections < 3 {
        1
    } else if connections < 6 {
        2
    } else {
        3
    })
}

/// So long without a sign of life, and a path that had been busy is suspect.
const SILENCE: Duration = Duration::from_secs(3);
/// A browser that still calls a path connected after this time has heard from the other side (RFC 7675, section 5.1):
/// they just send nothing.
const CONSENT: Duration = Duration::from_secs(30);
/// Measurements further apart than this say nothing about the time between them: this machine slept, or was busy.
const GAP: Duration = Duration::from_millis(5_000);
/// Packets a second that count as flowing: a voice is fifty, reports about nothing are one or two.
const FLOWING_PER_SECOND: u64 = 5;
/// How many measurements loss and flow are judged by.
const WINDOW: usize = 6;

/// Where a candidate comes from (RFC 8445, section 5.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CandidateKind {
    /// An interface of the machine.
    Host,
    /// A NAT, as a STUN server sees it.
    Srflx,
    /// A NAT, as the other side sees it.
    Prflx,
    /// A TURN server.
    Relay,
}

impl CandidateKind {
    /// An RTCIceCandidateType.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "host" => Some(Self::Host),
            "srflx" => Some(Self::Srflx),
            "prflx" => Some(Self::Prflx),
            "relay" => Some(Self::Relay),
            _ => None,
        }
    }

    /// Of a `candidate-attribute` (RFC 8839, section 5.1).
    pub fn of_line(candidate: &str) -> Option<Self> {
        let (_, rest) = candidate.split_once(" typ ")?;
        Self::parse(rest.split(' ').next()?)
    }
}

/// How a relay is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// Datagrams.
    Udp,
    /// A stream.
    Tcp,
    /// An encrypted stream.
    Tls,
}

/// One end of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// Where its address comes from.
    pub kind: CandidateKind,
    /// Whether the address can be seen and is one of the internet's.
    pub public: bool,
}

/// The path that is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen {
    /// Our end.
    pub local: End,
    /// Their end.
    pub remote: End,
    /// How our relay is reached, if our end is one.
    pub transport: Option<Transport>,
}

/// How many pairs of candidates there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tried {
    /// In all.
    pub all: u32,
    /// That work.
    pub working: u32,
}

/// One measurement. All counts are since the connection was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PathStats {
    /// The path in use, once there is one.
    pub chosen: Option<Chosen>,
    /// The last round trip, in milliseconds.
    pub round_trip_ms: Option<u32>,
    /// Packets that arrived, of whatever kind.
    pub packets: u64,
    /// What else came on this path: checks that were asked or answered, bytes. Begins anew with every path.
    pub signs: u64,
    /// Packets of sound and picture that arrived.
    pub media_packets: u64,
    /// Packets of sound and picture that did not.
    pub media_lost: u64,
    /// The candidate pairs.
    pub tried: Tried,
    /// What flows.
    pub flow: Flow,
}

/// The way that packets take, in kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// Within one network.
    Local,
    /// From one public address to another.
    Open,
    /// Directly, with a NAT on at least one side.
    Nat,
    /// Over our relay.
    Relayed(Transport),
    /// Over a relay that the other side uses.
    RelayedThere,
}

impl Chosen {
    /// The way in kind.
    pub fn route(&self) -> Route {
        let (local, remote) = (self.local, self.remote);
        match (local.kind, remote.kind) {
            (CandidateKind::Relay, _) => Route::Relayed(self.transport.unwrap_or(Transport::Udp)),
            (_, CandidateKind::Relay) => Route::RelayedThere,
            (CandidateKind::Host, CandidateKind::Host) if local.public && remote.public => Route::Open,
            (CandidateKind::Host, CandidateKind::Host) => Route::Local,
            (CandidateKind::Srflx, _) | (_, CandidateKind::Srflx) => Route::Nat,
            // Browsers hide the addresses of their interfaces: the other side learns them from the checks.
            (CandidateKind::Prflx, _) | (_, CandidateKind::Prflx) if local.public || remote.public => Route::Nat,
            (CandidateKind::Prflx | CandidateKind::Host, _) => Route::Local,
        }
    }
}

/// Whether an address is one of the internet's, and none of a home, a carrier's NAT, this machine, or a hidden one.
pub fn is_public(address: &str) -> bool {
    if address.contains(':') {
        // Global unicast is 2000::/3 (RFC 4291).
        return address.starts_with(['2', '3']) && address.find(':') == Some(4);
    }
    if !address.bytes().all(|byte| byte == b'.' || byte.is_ascii_digit()) {
        return false;
    }
    let number = |text: &str| text.bytes().fold(0, |n: u32, digit| n.wrapping_mul(10) + u32::from(digit - b'0'));
    let mut octets = address.split('.').map(number);
    !matches!(
        (octets.next(), octets.next()),
        (None | Some(0 | 10 | 127), _)
            | (_, None)
            | (Some(100), Some(64..=127))
            | (Some(169), Some(254))
            | (Some(172), Some(16..=31))
            | (Some(192), Some(168))
    )
}

/// Watches one connection: how it is, and whether it has gone quiet.
#[derive(Debug, Default)]
pub struct Watch {
    samples: VecDeque<(Duration, PathStats)>,
    heard_at: Duration,
    /// Whether the last measurement had a sign of life.
    alive: bool,
    /// Whether packets were flowing when something was last heard.
    flowing: bool,
    /// Restarts wanted since something was last heard.
    restarts: u32,
}

impl Watch {
    /// Takes a measurement; says whether a new path should be looked for. `connected`: what the browser thinks;
    /// `expected`: whether the other side may be sending sound or a picture.
    pub fn take(&mut self, now: Duration, stats: PathStats, connected: bool, expected: bool) -> bool {
        let before = self.samples.back().filter(|(at, _)| now.saturating_sub(*at) <= GAP).map(|(_, stats)| *stats);
        if before.is_none() {
            self.samples.clear();
            self.heard_at = now;
        }
        if self.samples.len() == WINDOW {
            self.samples.pop_front();
        }
        self.samples.push_back((now, stats));
        self.alive = before.is_some_and(|before| stats.packets > before.packets || stats.signs > before.signs);
        match before {
            None => false,
            Some(_) if self.alive => {
                self.heard_at = now;
                self.flowing = self.is_flowing();
                self.restarts = 0;
                false
            }
            Some(_) if !expected => {
                self.flowing = false;
                self.restarts = 0;
                false
            }
            Some(_) => self.flowing && self.is_restart_due(now, connected),
        }
    }

    /// Whether the last measurement had a sign of life from the other side.
    pub fn is_alive(&self) -> bool {
        self.alive
    }

    /// Whether packets have ceased to come and nobody knows why.
    pub fn is_suspect(&self) -> bool {
        self.restarts > 0
    }

    /// The last measurement.
    pub fn stats(&self) -> PathStats {
        self.samples.back().map(|(_, stats)| *stats).unwrap_or_default()
    }

    /// Of a thousand packets of sound and picture, how many were lost in the last seconds. `None`: there were none.
    pub fn loss_permille(&self) -> Option<u32> {
        let ((_, first), (_, last)) = self.samples.front().zip(self.samples.back())?;
        let came = last.media_packets.saturating_sub(first.media_packets);
        let lost = last.media_lost.saturating_sub(first.media_lost);
        // Never over a thousand.
        (came + lost > 0).then(|| (lost * 1_000 / (came + lost)) as u32)
    }

    /// How much came and went in the last seconds, in kilobits a second.
    pub fn kilobits(&self) -> Option<(u32, u32)> {
        let ((since, first), (until, last)) = self.samples.front().zip(self.samples.back())?;
        let ms = until.saturating_sub(*since).as_millis() as u64;
        // Counts begin anew with another path.
        let rate = |before: u64, after: u64| (after.saturating_sub(before) * 8).checked_div(ms).map(|rate| rate as u32);
        Some((rate(first.flow.bytes_in, last.flow.bytes_in)?, rate(first.flow.bytes_out, last.flow.bytes_out)?))
    }

    fn is_flowing(&self) -> bool {
        let Some(((since, first), (until, last))) = self.samples.front().zip(self.samples.back()) else { return false };
        let packets = last.packets.saturating_sub(first.packets);
        packets * 1_000 >= FLOWING_PER_SECOND * until.saturating_sub(*since).as_millis() as u64
    }

    /// After 3 seconds, and then 6, 12, 24... later; a path that takes seconds at its best is given more.
    fn is_restart_due(&mut self, now: Duration, connected: bool) -> bool {
        let silence = now.saturating_sub(self.heard_at);
        if connected && silence >= CONSENT {
            self.flowing = false;
            self.restarts = 0;
            return false;
        }
        let round_trip = Duration::from_millis(self.stats().round_trip_ms.unwrap_or_default().into());
        let is_due = silence >= SILENCE.max(round_trip * 3) * ((2 << self.restarts.min(10)) - 1);
        self.restarts += u32::from(is_due);
        is_due
    }
}

#[cfg(test)]
mod tests;
