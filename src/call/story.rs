//! The story of one connection, for whoever wants to know why it is as it is: who said what, which candidates there
//! were, and which step failed. Counts and kinds only; no address is kept.

use super::negotiation::Event;
use super::path::CandidateKind;
use super::signal::{Candidates, Description, SignalBody};

/// How many candidates there are of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gathered {
    /// On interfaces.
    pub host: u32,
    /// In front of a NAT.
    pub srflx: u32,
    /// On a relay.
    pub relay: u32,
    /// Whether there will be no more.
    pub complete: bool,
}

/// What has happened so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Story {
    /// Whether we have told the peer how to talk to us.
    pub described: bool,
    /// Whether the peer has told us.
    pub heard: bool,
    /// Ours.
    pub ours: Gathered,
    /// Theirs.
    pub theirs: Gathered,
}

/// Which step failed, for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The two browsers do not understand each other, or the peer breaks the protocol.
    Disagreement,
    /// They have no connection to the server, so nothing can be agreed.
    Unreachable,
    /// Nothing came from them.
    NoAnswer,
    /// We hide our address, and have no relay to hide behind.
    HiddenWithoutRelay,
    /// They sent no candidate.
    NothingFromThem,
    /// Our network keeps us from every relay, and nothing direct worked.
    NoRelayHere,
    /// Their network keeps them from every relay, and nothing direct worked.
    NoRelayThere,
    /// What arrives through the server is not from them: somebody interferes.
    Interference,
    /// Both have every kind of candidate that there is, and no pair of them works.
    NothingGotThrough,
}

/// What else has to be known to say which step failed.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances {
    /// Whether negotiation has come to an end without a result.
    pub broken: bool,
    /// Whether the server says that signals reach the peer.
    pub reachable: bool,
    /// Whether we hide our address.
    pub hidden: bool,
    /// Whether the server offers a relay.
    pub relay_offered: bool,
}

impl Story {
    /// Takes what happens in the negotiation.
    pub fn note(&mut self, event: &Event) {
        match event {
            Event::LocalApplied(Some(description)) => {
                self.described = true;
                self.ours.add_described(description);
            }
            Event::LocalCandidates(candidates) => self.ours.add(candidates),
            Event::Signal(SignalBody::Description(description)) => {
                self.heard = true;
                self.theirs.add_described(description);
            }
            Event::Signal(SignalBody::Candidates(candidates)) => self.theirs.add(candidates),
            Event::NegotiationNeeded | Event::LocalApplied(None) | Event::RemoteApplied(_) | Event::RestartWanted => {}
        }
    }

    /// Why a connection that failed did so: the first step that is missing.
    pub fn trouble(&self, circumstances: Circumstances) -> Trouble {
        let is_hidden = circumstances.hidden && self.ours.relay == 0;
        let relay_missing = circumstances.relay_offered && self.ours.relay == 0;
        if circumstances.broken {
            Trouble::Disagreement
        } else if !self.heard {
            if circumstances.reachable { Trouble::NoAnswer } else { Trouble::Unreachable }
        } else if is_hidden {
            Trouble::HiddenWithoutRelay
        } else if self.theirs.is_empty() {
            Trouble::NothingFromThem
        } else if relay_missing {
            Trouble::NoRelayHere
        } else if circumstances.relay_offered && self.theirs.relay == 0 {
            Trouble::NoRelayThere
        } else {
            Trouble::NothingGotThrough
        }
    }
}

impl Gathered {
    fn is_empty(&self) -> bool {
        self.host + self.srflx + self.relay == 0
    }

    fn add(&mut self, candidates: &Candidates) {
        candidates.candidates.iter().for_each(|candidate| self.add_line(&candidate.candidate));
        self.complete |= candidates.end;
    }

    /// Some candidates are found before the description is taken, and are in it.
    fn add_described(&mut self, description: &Description) {
        // A description that is repeated repeats them.
        if self.is_empty() {
            description.sdp.lines().filter_map(|line| line.strip_prefix("a=")).for_each(|line| self.add_line(line));
        }
    }

    fn add_line(&mut self, line: &str) {
        let Some(kind) = CandidateKind::of_line(line) else { return };
        if self.complete {
            // A restart: from now on these count.
            *self = Self::default();
        }
        let count = match kind {
            CandidateKind::Host => &mut self.host,
            CandidateKind::Srflx | CandidateKind::Prflx => &mut self.srflx,
            CandidateKind::Relay => &mut self.relay,
        };
        *count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::signal::{Candidate, SdpKind};

    const USUAL: Circumstances = Circumstances { broken: false, reachable: true, hidden: false, relay_offered: true };

    #[test]
    fn candidates_are_counted_by_kind_and_anew_after_a_restart() {
        let mut story = Story::default();
        story.note(&Event::LocalCandidates(found(&["host", "host", "srflx"], false)));
        story.note(&Event::LocalCandidates(found(&["relay"], true)));
        assert_eq!(story.ours, Gathered { host: 2, srflx: 1, relay: 1, complete: true });
        assert_eq!(story.theirs, Gathered::default());
        story.note(&Event::LocalCandidates(found(&["host"], false)));
        assert_eq!(story.ours, Gathered { host: 1, ..Gathered::default() });
        story.note(&Event::Signal(SignalBody::Candidates(found(&["relay"], true))));
        assert_eq!(story.theirs, Gathered { relay: 1, complete: true, ..Gathered::default() });
    }

    #[test]
    fn candidates_in_a_description_count_once() {
        let mut story = Story::default();
        let sdp = format!("v=0\r\na={}\r\na=mid:0\r\n", line("host"));
        for _ in 0..2 {
            story.note(&Event::LocalApplied(Some(Description {
                kind: SdpKind::Offer,
                sdp: sdp.clone(),
                media: vec![],
            })));
        }
        assert!(story.described && !story.heard);
        assert_eq!(story.ours, Gathered { host: 1, ..Gathered::default() });
    }

    #[test]
    fn the_first_missing_step_is_the_trouble() {
        let none = Gathered::default();
        let direct = Gathered { host: 1, srflx: 1, ..none };
        let all = Gathered { relay: 1, ..direct };
        let story = |heard, ours, theirs| Story { described: true, heard, ours, theirs };
        for (story, circumstances, trouble) in [
            (story(true, all, all), Circumstances { broken: true, ..USUAL }, Trouble::Disagreement),
            (story(false, all, none), USUAL, Trouble::NoAnswer),
            (story(false, all, none), Circumstances { reachable: false, ..USUAL }, Trouble::Unreachable),
            (story(true, none, all), Circumstances { hidden: true, ..USUAL }, Trouble::HiddenWithoutRelay),
            (story(true, direct, none), USUAL, Trouble::NothingFromThem),
            (story(true, direct, all), USUAL, Trouble::NoRelayHere),
            (story(true, all, direct), USUAL, Trouble::NoRelayThere),
            (story(true, all, all), USUAL, Trouble::NothingGotThrough),
            (story(true, direct, direct), Circumstances { relay_offered: false, ..USUAL }, Trouble::NothingGotThrough),
        ] {
            assert_eq!(story.trouble(circumstances), trouble, "{story:?} {circumstances:?}");
        }
    }

    fn found(kinds: &[&str], end: bool) -> Candidates {
        let candidate = |kind: &&str| Candidate {
            candidate: line(kind),
            sdp_mid: None,
            sdp_m_line_index: None,
            username_fragment: None,
        };
        Candidates { candidates: kinds.iter().map(candidate).collect(), end }
    }

    fn line(kind: &str) -> String {
        format!("candidate:1 1 udp 2122260223 192.0.2.1 50000 typ {kind}")
    }
}
