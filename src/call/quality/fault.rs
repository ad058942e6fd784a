//! Whose connection is bad: one's own, somebody else's, or the relay.

use std::time::Duration;

use super::Grade;
use crate::protocol::PeerId;

/// A fault is told, and is over, when it has been so for this long: people are not to read of every gust.
const STEADY: Duration = Duration::from_secs(5);

/// One connection, as far as faults depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// With whom.
    pub peer: PeerId,
    /// Whether it leads over a relay.
    pub relayed: bool,
    /// How it is.
    pub grade: Grade,
}

/// Whose connection is bad.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// One's own: nobody is heard well.
    Own,
    /// The relay: everybody is heard well but those whom it carries.
    Relay,
    /// That of these people: others are heard well.
    Theirs(Vec<PeerId>),
    /// Between the two who are in the call; nobody else can tell on which side.
    Between(PeerId),
}

/// What the connections say together; nothing while none of them is poor.
///
/// A relay is blamed for two at least: who alone needs one has a network that is a likelier reason.
pub fn fault_of(standings: &[Standing]) -> Option<Fault> {
    let is_poor = |each: &Standing| each.grade == Grade::Poor;
    let poor: Vec<PeerId> = standings.iter().filter(|each| is_poor(each)).map(|each| each.peer).collect();
    let all = poor.len() == standings.len();
    // The relayed ones are the poor ones, and no others.
    let relay = standings.iter().all(|each| each.relayed == is_poor(each));
    match poor[..] {
        [] => None,
        [peer] if all => Some(Fault::Between(peer)),
        _ if all => Some(Fault::Own),
        [_, _, ..] if relay => Some(Fault::Relay),
        _ => Some(Fault::Theirs(poor)),
    }
}

/// Tells of a fault once it is steady, until it is over or the person has read of it.
#[derive(Debug, Default)]
pub struct Judge {
    seen: Option<Fault>,
    since: Duration,
    told: Option<Fault>,
    is_read: bool,
}

impl Judge {
    /// Takes what the connections say now.
    pub fn take(&mut self, now: Duration, fault: Option<Fault>) {
        if self.seen != fault {
            (self.seen, self.since) = (fault, now);
        }
        if self.told != self.seen && now.saturating_sub(self.since) >= STEADY {
            self.told.clone_from(&self.seen);
            self.is_read = false;
        }
    }

    /// The person has read it: nothing is said until it is over, or is another one.
    pub fn read(&mut self) {
        self.is_read = true;
    }

    /// What is to be said.
    pub fn told(&self) -> Option<&Fault> {
        self.told.as_ref().filter(|_| !self.is_read)
    }
}
