//! How good the connections are: graded, remembered for a minute, and told of when a person looks at one.

use std::time::Duration;

use super::Session;
use super::pair::Pair;
use crate::call::path::{CandidateKind, Watch};
use crate::call::quality::{Fault, Grade, Grading, History, Measures, Standing, fault_of};
use crate::call::view::{Details, PairStatus};
use crate::protocol::PeerId;

/// Loudness of somebody whom the person has not made louder or softer, in hundredths.
const FULL: u8 = 100;

/// What is kept of one connection.
#[derive(Debug, Default)]
pub(super) struct Condition {
    grading: Grading,
    history: History,
}

impl Condition {
    /// A connection that stands has been measured.
    pub(super) fn take(&mut self, now: Duration, watch: &Watch) {
        let stats = watch.stats();
        let loss_permille = watch.loss_permille().max(stats.flow.lost_there_permille);
        let (round_trip_ms, jitter_ms) = (stats.round_trip_ms, stats.flow.jitter_ms);
        self.grading.take(Measures { loss_permille, round_trip_ms, jitter_ms });
        self.history.take(now, round_trip_ms, loss_permille);
    }

    /// What comes is another path, or another connection. What has been is remembered.
    pub(super) fn begin_anew(&mut self) {
        self.grading = Grading::default();
    }

    /// Of a connection that takes the place of this one.
    pub(super) fn successor(&self) -> Self {
        Self { grading: Grading::default(), history: self.history.clone() }
    }
}

impl Pair {
    /// How good the connection is, while it stands.
    pub(super) fn grade(&self, now: Duration) -> Option<Grade> {
        self.condition.grading.shown().filter(|_| self.status(now) == PairStatus::Connected)
    }

    fn is_relayed(&self) -> bool {
        let chosen = self.watch.stats().chosen;
        chosen.is_some_and(|chosen| [chosen.local.kind, chosen.remote.kind].contains(&CandidateKind::Relay))
    }
}

impl Session {
    /// Whether something is wrong that has to do with more than one moment.
    pub(super) fn judge_connections(&mut self) {
        let standing = |(peer, pair): (&PeerId, &Pair)| {
            let grade = pair.grade(self.now)?;
            Some(Standing { peer: *peer, relayed: pair.is_relayed(), grade })
        };
        let standings: Vec<Standing> = self.pairs.iter().filter_map(standing).collect();
        self.judge.take(self.now, fault_of(&standings));
    }

    /// The person looks at a connection, or no longer does.
    pub(super) fn watch_connection(&mut self, peer: PeerId, looks: bool) {
        if looks {
            self.watched = Some(peer);
        } else if self.watched == Some(peer) {
            self.watched = None;
        }
    }

    /// What there is to see of it.
    pub(super) fn details(&self) -> Option<Details> {
        let (peer, pair) = self.watched.and_then(|peer| Some((peer, self.pairs.get(&peer)?)))?;
        let flow = pair.watch.stats().flow;
        Some(Details {
            peer,
            jitter_ms: flow.jitter_ms,
            kilobits: pair.watch.kilobits(),
            size: flow.size,
            codec: flow.codec,
            volume: self.volumes.iter().find(|(other, _)| *other == peer).map_or(FULL, |(_, volume)| *volume),
            round_trips: pair.condition.history.round_trips(),
            losses: pair.condition.history.losses(),
        })
    }

    /// Whose connection is bad, if anybody is left.
    pub(super) fn fault(&self) -> Option<Fault> {
        self.judge.told().filter(|_| !self.pairs.is_empty()).cloned()
    }
}
