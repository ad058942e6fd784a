//! One page's view of another: as much of an RTCPeerConnection as a session needs to go on, and numbered candidates,
//! which are signals that can be counted.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use confab::call::session::{ConnectionState, PeerCommand, PeerEvent};
use confab::call::signal::{Candidate, Candidates, Description, SdpKind};
use confab::protocol::{Generation, PeerId};

/// From whom to whom, on which connection.
type Way = (PeerId, PeerId, Generation);

/// What all pages sent and got.
#[derive(Debug, Clone, Default)]
pub struct Tally(Arc<Mutex<HashMap<Way, Lane>>>);

#[derive(Debug, Default)]
struct Lane {
    sent: u64,
    got: HashSet<u64>,
    last: u64,
    doubled: u64,
    reordered: u64,
}

/// The sum of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Sum {
    pub sent: u64,
    pub lost: u64,
    pub doubled: u64,
    pub reordered: u64,
    /// Connections beyond one for each two people.
    pub rebuilt: u64,
}

impl Tally {
    fn change(&self, way: Way, change: impl FnOnce(&mut Lane)) {
        change(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(way).or_default());
    }

    pub fn sum(&self) -> Sum {
        let lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let pairs: HashSet<(PeerId, PeerId)> = lanes.keys().map(|(from, to, _)| (*from, *to)).collect();
        let mut sum = Sum { rebuilt: (lanes.len() - pairs.len()) as u64, ..Sum::default() };
        for lane in lanes.values() {
            sum.sent += lane.sent;
            sum.lost += lane.sent - lane.got.len() as u64;
            sum.doubled += lane.doubled;
            sum.reordered += lane.reordered;
        }
        sum
    }
}

/// A connection to another page.
pub struct Peer {
    me: PeerId,
    them: PeerId,
    pub generation: Generation,
    answers: bool,
    /// An offer and its answer have gone through: candidates are worth sending.
    pub established: bool,
    sent: u64,
    tally: Tally,
}

impl Peer {
    pub fn new(me: PeerId, them: PeerId, generation: Generation, tally: Tally) -> Self {
        Self { me, them, generation, answers: false, established: false, sent: 0, tally }
    }

    /// Does what the session wants; says what follows.
    pub fn execute(&mut self, command: PeerCommand) -> Vec<PeerEvent> {
        match command {
            PeerCommand::NegotiateLocal => {
                let kind = if self.answers { SdpKind::Answer } else { SdpKind::Offer };
                // Each page has a certificate of its own.
                let bytes: Vec<String> = self.me.as_bytes().iter().map(|byte| format!("{byte:02X}")).collect();
                let sdp = format!("a=fingerprint:sha-256 {}\r\n", bytes.join(":"));
                let mut events = vec![PeerEvent::LocalApplied(Some(Description { kind, sdp, media: Vec::new() }))];
                events.extend(std::mem::take(&mut self.answers).then(|| self.establish()));
                events
            }
            PeerCommand::ApplyRemote(description) => {
                self.answers = description.kind == SdpKind::Offer;
                let mut events = vec![PeerEvent::RemoteApplied(true)];
                events.extend((!self.answers).then(|| self.establish()));
                events
            }
            PeerCommand::AddCandidates(candidates) => {
                candidates.candidates.iter().filter_map(number_of).for_each(|number| self.count(number));
                Vec::new()
            }
            PeerCommand::Rollback
            | PeerCommand::RestartIce
            | PeerCommand::UseServers(_)
            | PeerCommand::SetEncoding(_, _)
            | PeerCommand::SendPictures(_)
            | PeerCommand::SendMessage(_, _)
            | PeerCommand::ReadStats => Vec::new(),
        }
    }

    /// One more address was found.
    pub fn next_candidate(&mut self) -> PeerEvent {
        self.sent += 1;
        self.tally.change((self.me, self.them, self.generation), |lane| lane.sent = self.sent);
        let candidate = format!("candidate:{}", self.sent);
        let candidate = Candidate { candidate, sdp_mid: None, sdp_m_line_index: None, username_fragment: None };
        PeerEvent::LocalCandidates(Candidates { candidates: vec![candidate], end: false })
    }

    fn establish(&mut self) -> PeerEvent {
        self.established = true;
        PeerEvent::State(ConnectionState::Connected)
    }

    fn count(&self, number: u64) {
        self.tally.change((self.them, self.me, self.generation), |lane| {
            if !lane.got.insert(number) {
                lane.doubled += 1;
            } else if number < lane.last {
                lane.reordered += 1;
            }
            lane.last = lane.last.max(number);
        });
    }
}

fn number_of(candidate: &Candidate) -> Option<u64> {
    candidate.candidate.strip_prefix("candidate:")?.parse().ok()
}
