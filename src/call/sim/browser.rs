//! A model of the browser's RTCPeerConnection, as far as the core can tell. It panics where a browser would throw.

use std::collections::BTreeMap;

use super::agenda::Random;
use super::checks::Direct;
use crate::call::path::{CandidateKind, Chosen, End, PathStats, Transport};
use crate::call::peer_message::Channel;
use crate::call::session::{ConnectionState, PeerCommand, PeerEvent};
use crate::call::signal::{Candidate, Candidates, Description, SdpKind};
use crate::protocol::{Generation, PeerId};

type Report = (u64, Generation, PeerEvent);

#[derive(Default)]
pub(super) struct Browser {
    connections: BTreeMap<PeerId, Connection>,
    opened: u32,
}

struct Connection {
    generation: Generation,
    signaling: Signaling,
    /// Tells this connection from every other in the world.
    id: String,
    version: u32,
    ufrag: u32,
    restart_wanted: bool,
    /// A transceiver that is not negotiated yet.
    screen_wanted: bool,
    has_screen: bool,
    serial: u32,
    remote: Option<Remote>,
    connected_to: Option<(String, u32, u32)>,
    /// Whether the path leads over the server.
    relayed: bool,
    /// The path that ended with the relay: only other candidates lead to another.
    lost: Option<(String, u32, u32)>,
    /// Checks on the path that is lost are still answered, and the browser goes on with them.
    checks: bool,
    signs: u64,
    channels_open: bool,
    packets: u64,
}

#[derive(PartialEq)]
enum Signaling {
    Stable,
    /// With the version of the standing offer, and what a rollback restores.
    HaveLocalOffer {
        version: u32,
        ufrag_before: u32,
        screen: bool,
    },
    HaveRemoteOffer {
        version: String,
    },
}

struct Remote {
    id: String,
    ufrag: u32,
    last_serial: u32,
    candidates: u32,
}

/// What connectivity checks depend on.
pub(super) struct Path {
    generation: Generation,
    id: String,
    ufrag: u32,
    remote: Option<(String, u32)>,
}

impl Path {
    /// Whether this side has what it needs to find that one.
    pub(super) fn reaches(&self, other: &Self) -> bool {
        self.generation == other.generation && self.remote == Some((other.id.clone(), other.ufrag))
    }
}

impl Browser {
    /// A new connection. Transceivers or channels were added: it needs to be negotiated.
    pub(super) fn open(&mut self, page: &str, peer: PeerId, generation: Generation) -> PeerEvent {
        self.opened += 1;
        let connection = Connection {
            generation,
            signaling: Signaling::Stable,
            id: format!("{page}/{}", self.opened),
            version: 0,
            ufrag: 0,
            restart_wanted: true,
            screen_wanted: false,
            has_screen: false,
            serial: 0,
            remote: None,
            connected_to: None,
            relayed: false,
            lost: None,
            checks: false,
            signs: 0,
            channels_open: false,
            packets: 0,
        };
        self.connections.insert(peer, connection);
        PeerEvent::NegotiationNeeded
    }

    /// A screen is shared: where there was none before, it has to be negotiated.
    pub(super) fn share(&mut self) -> Vec<(PeerId, Generation, PeerEvent)> {
        let mut events = Vec::new();
        for (peer, connection) in self.connections.iter_mut().filter(|(_, connection)| !connection.has_screen) {
            (connection.has_screen, connection.screen_wanted) = (true, true);
            if connection.signaling == Signaling::Stable {
                events.push((*peer, connection.generation, PeerEvent::NegotiationNeeded));
            }
        }
        events
    }

    /// Whether nothing is left to negotiate with this peer.
    pub(super) fn is_settled(&self, peer: PeerId) -> bool {
        self.connections.get(&peer).is_some_and(|c| !c.screen_wanted && c.signaling == Signaling::Stable)
    }

    pub(super) fn close(&mut self, peer: PeerId) {
        self.connections.remove(&peer);
    }

    /// The other end is gone.
    pub(super) fn lose(&mut self, peer: PeerId) -> Option<(Generation, PeerEvent)> {
        let connection = self.connections.get_mut(&peer)?;
        connection.connected_to.take()?;
        Some((connection.generation, PeerEvent::State(ConnectionState::Disconnected)))
    }

    /// This end of a path is no longer used, and the browser looks for another without an end (what two new paths at once can
    /// come to when the browsers have different notions of their roles).
    pub(super) fn stall(&mut self, peer: PeerId) -> Option<(Generation, PeerEvent)> {
        let connection = self.connections.get_mut(&peer)?;
        connection.lost = Some(connection.connected_to.take()?);
        connection.checks = true;
        Some((connection.generation, PeerEvent::State(ConnectionState::Connecting)))
    }

    /// The relay is gone: nothing arrives on this path any more, and the browser does not know yet.
    pub(super) fn lose_relay(&mut self) {
        for connection in self.connections.values_mut().filter(|connection| connection.relayed) {
            connection.lost = connection.connected_to.take().or(connection.lost.take());
        }
    }

    /// The connections that do not need the server, with what tells them from others that may take their place.
    pub(super) fn direct(&self) -> Direct {
        let direct = self.connections.iter().filter(|(_, c)| !c.relayed && c.connected_to.is_some());
        direct.map(|(peer, c)| (*peer, c.id.clone(), c.connected_to.clone())).collect()
    }

    pub(super) fn peers(&self) -> Vec<PeerId> {
        self.connections.keys().copied().collect()
    }

    pub(super) fn connected_generation(&self, peer: PeerId) -> Option<Generation> {
        let connection = self.connections.get(&peer)?;
        connection.connected_to.as_ref().map(|_| connection.generation)
    }

    pub(super) fn path(&self, peer: PeerId) -> Option<Path> {
        let connection = self.connections.get(&peer)?;
        let remote = connection.remote.as_ref().filter(|remote| remote.candidates > 0);
        Some(Path {
            generation: connection.generation,
            id: connection.id.clone(),
            ufrag: connection.ufrag,
            remote: remote.map(|remote| (remote.id.clone(), remote.ufrag)),
        })
    }

    /// A path was found, over the relay or not.
    pub(super) fn connect(&mut self, peer: PeerId, relayed: bool) -> Vec<(Generation, PeerEvent)> {
        let Some(connection) = self.connections.get_mut(&peer) else { return Vec::new() };
        let Some(remote) = &connection.remote else { return Vec::new() };
        let to = Some((remote.id.clone(), connection.ufrag, remote.ufrag));
        if connection.connected_to == to || connection.lost == to {
            return Vec::new();
        }
        connection.connected_to = to;
        (connection.relayed, connection.checks) = (relayed, false);
        let mut events = vec![PeerEvent::State(ConnectionState::Connected)];
        if !std::mem::replace(&mut connection.channels_open, true) {
            events.extend(Channel::ALL.map(PeerEvent::ChannelOpened));
        }
        events.into_iter().map(|event| (connection.generation, event)).collect()
    }

    pub(super) fn execute(&mut self, peer: PeerId, command: PeerCommand, random: &mut Random) -> Vec<Report> {
        let Some(connection) = self.connections.get_mut(&peer) else { return Vec::new() };
        let events = match command {
            PeerCommand::NegotiateLocal => connection.negotiate_local(random),
            PeerCommand::ApplyRemote(description) => connection.apply_remote(&description, random),
            PeerCommand::AddCandidates(candidates) => connection.add_candidates(&candidates),
            PeerCommand::RestartIce => connection.restart_ice(random),
            PeerCommand::Rollback
            | PeerCommand::UseServers(_)
            | PeerCommand::SetEncoding(_, _)
            | PeerCommand::SendPictures(_)
            | PeerCommand::SendMessage(_, _) => Vec::new(),
            PeerCommand::ReadStats => connection.measure(random),
        };
        events.into_iter().map(|(delay, event)| (delay, connection.generation, event)).collect()
    }
}

impl Connection {
    fn negotiate_local(&mut self, random: &mut Random) -> Vec<(u64, PeerEvent)> {
        self.version += 1;
        let (version, ufrag_before) = (self.version, self.ufrag);
        let gathers = self.restart_wanted || self.ufrag == 0;
        if gathers {
            self.ufrag = ufrag_before + 1 + 100 * version;
        }
        self.restart_wanted = false;
        let (kind, answers) = match &self.signaling {
            Signaling::Stable => (SdpKind::Offer, String::new()),
            Signaling::HaveRemoteOffer { version } => (SdpKind::Answer, version.clone()),
            Signaling::HaveLocalOffer { .. } => panic!("a second offer while one stands"),
        };
        self.signaling = match kind {
            SdpKind::Offer => {
                let screen = std::mem::take(&mut self.screen_wanted);
                Signaling::HaveLocalOffer { version, ufrag_before, screen }
            }
            SdpKind::Answer => Signaling::Stable,
        };
        // A page has one certificate for all its connections.
        let page = self.id.split('/').next().unwrap();
        let sdp = format!("a=fingerprint:sha-256 {page}\r\n{}|{version}|{}|{answers}", self.id, self.ufrag);
        let applied = 1 + random.below(20);
        let mut events = vec![(applied, PeerEvent::LocalApplied(Some(Description { kind, sdp, media: Vec::new() })))];
        if self.screen_wanted {
            events.push((applied + 20, PeerEvent::NegotiationNeeded));
        }
        if gathers {
            for n in 0..3 {
                self.serial += 1;
                let candidate = Candidate {
                    candidate: format!("{}|{}", self.serial, self.ufrag),
                    sdp_mid: None,
                    sdp_m_line_index: None,
                    username_fragment: None,
                };
                let batch = Candidates { candidates: vec![candidate], end: n == 2 };
                // In the order in which they were found; the first may be there before the promise has settled.
                events.push((applied + 10 * n, PeerEvent::LocalCandidates(batch)));
            }
        }
        events
    }

    fn apply_remote(&mut self, description: &Description, random: &mut Random) -> Vec<(u64, PeerEvent)> {
        let text = description.sdp.lines().nth(1).unwrap();
        let [id, version, ufrag, answers] = text.split('|').collect::<Vec<_>>()[..] else { panic!("{text}") };
        let ufrag: u32 = ufrag.parse().unwrap();
        let mut needed = false;
        match (description.kind, &self.signaling) {
            (SdpKind::Offer, Signaling::HaveLocalOffer { ufrag_before, screen, .. }) => {
                self.screen_wanted |= screen;
                // Implicit rollback: what the offer was for is still wanted.
                self.restart_wanted |= self.ufrag != *ufrag_before;
                self.ufrag = *ufrag_before;
                self.signaling = Signaling::HaveRemoteOffer { version: version.to_owned() };
            }
            (SdpKind::Offer, _) => self.signaling = Signaling::HaveRemoteOffer { version: version.to_owned() },
            (SdpKind::Answer, Signaling::HaveLocalOffer { version, .. }) => {
                assert_eq!(answers, version.to_string(), "an answer to another offer");
                self.signaling = Signaling::Stable;
                needed = self.restart_wanted || self.screen_wanted;
            }
            (SdpKind::Answer, _) => panic!("an answer without an offer"),
        }
        match &mut self.remote {
            Some(remote) if remote.id == id && remote.ufrag == ufrag => {}
            remote => {
                let last_serial = remote.as_ref().filter(|r| r.id == id).map_or(0, |r| r.last_serial);
                *remote = Some(Remote { id: id.to_owned(), ufrag, last_serial, candidates: 0 });
                // A new path is looked for: the answer needs addresses of its own.
                self.restart_wanted |= description.kind == SdpKind::Offer;
            }
        }
        let mut events = vec![(1 + random.below(20), PeerEvent::RemoteApplied(true))];
        if needed {
            // Said when no operation is left in the browser's chain: after the promise.
            events.push((20, PeerEvent::NegotiationNeeded));
        }
        events
    }

    fn add_candidates(&mut self, candidates: &Candidates) -> Vec<(u64, PeerEvent)> {
        let remote = self.remote.as_mut().expect("candidates before a description");
        for candidate in &candidates.candidates {
            let (serial, ufrag) = candidate.candidate.split_once('|').unwrap();
            let serial: u32 = serial.parse().unwrap();
            assert!(serial > remote.last_serial, "I1: {serial} after {}", remote.last_serial);
            remote.last_serial = serial;
            remote.candidates += u32::from(ufrag == remote.ufrag.to_string());
        }
        Vec::new()
    }

    /// Packets come while there is a path.
    fn measure(&mut self, random: &mut Random) -> Vec<(u64, PeerEvent)> {
        if self.connected_to.is_some() {
            self.packets += 50;
        }
        self.signs += u64::from(self.checks);
        let kind = if self.relayed { CandidateKind::Relay } else { CandidateKind::Host };
        let end = End { kind, public: false };
        let chosen = Chosen { local: end, remote: end, transport: self.relayed.then_some(Transport::Udp) };
        let has_path = self.connected_to.is_some() || self.lost.is_some();
        let chosen = has_path.then_some(chosen);
        let stats = PathStats { packets: self.packets, signs: self.signs, chosen, ..PathStats::default() };
        vec![(1 + random.below(20), PeerEvent::Measured(stats))]
    }

    fn restart_ice(&mut self, random: &mut Random) -> Vec<(u64, PeerEvent)> {
        self.restart_wanted = true;
        if self.signaling == Signaling::Stable {
            vec![(random.below(10), PeerEvent::NegotiationNeeded)]
        } else {
            Vec::new()
        }
    }
}
