//! Two pages with what lies between them in the test's hands.

use std::collections::VecDeque;

use super::*;
use crate::call::derivation::Random;
use crate::call::signal::Candidates;
use crate::call::view::Trouble;
use crate::protocol::{HostSecret, LinkKey, RoomLink};

/// What the server makes of a signal: who is given what, in which order.
pub(super) type Middle = Box<dyn FnMut(usize, Envelope) -> Vec<(usize, Envelope)>>;

/// Two pages and what is under way between them. Their browsers do as they are told, at once.
pub(super) struct Two {
    pub(super) pages: [Page; 2],
    pub(super) cards: [Card; 2],
    pub(super) middle: Middle,
    /// Every signal as it left its page.
    pub(super) said: Vec<(usize, Envelope)>,
    /// The fingerprints that each browser was given.
    pub(super) applied: [Vec<String>; 2],
    pub(super) answers: [bool; 2],
    pub(super) events: VecDeque<(usize, Event)>,
}

pub(super) const NAMES: [&str; 2] = ["Ada", "Bo"];
pub(super) const EPOCHS: [u64; 2] = [5, 10];

pub(super) fn id(page: usize) -> PeerId {
    peer(1 + page as u8)
}

pub(super) fn fingerprint(page: usize) -> String {
    [["AA"; 32], ["BB"; 32]][page].join(":")
}

pub(super) fn sealed_room(key: u8) -> RoomLink {
    RoomLink::create(LinkKey::from_bytes([key; 16]), HostSecret::from_bytes([2; 16]))
}

pub(super) fn page_in(link: &RoomLink, seed: u8) -> Page {
    let fragment = link.secret.as_ref().map(|secret| secret.guest_fragment()).unwrap_or_default();
    let environment = Environment { fragment, random: Random::new([seed; 32]), ..environment() };
    let session = Session::new(link.room.clone(), environment);
    Page { session, now: Duration::ZERO, socket: 0, offers: Vec::new() }
}

/// The card with which a page joins.
pub(super) fn join(page: &mut Page, name: &str) -> Card {
    page.handle(Event::Start);
    page.socket(SocketEvent::Opened);
    page.hear(ServerMessage::Greeted { boot_id: "boot".into() });
    card_in(&page.join(name))
}

pub(super) fn card_in(commands: &[Command]) -> Card {
    match serde_json::from_str(&sent(commands)[0]).unwrap() {
        ClientMessage::Join { card, .. } => card,
        other => panic!("{other:?}"),
    }
}

pub(super) fn welcome_as(page: usize, roster: Vec<RosterEntry>) -> ServerMessage {
    ServerMessage::Welcome(Welcome { peer_id: id(page), epoch: Epoch(EPOCHS[page]), ..welcomed(&roster, 0) })
}

pub(super) fn entry_of(page: usize, card: &Card) -> RosterEntry {
    RosterEntry { peer_id: id(page), epoch: Epoch(EPOCHS[page]), card: card.clone(), connected: true }
}

impl Two {
    pub(super) fn join(link: &RoomLink) -> Self {
        let mut pages = [1, 2].map(|seed| page_in(link, seed));
        let cards = [0, 1].map(|page| join(&mut pages[page], NAMES[page]));
        let (said, applied, answers, events) = Default::default();
        Self { pages, cards, middle: Box::new(honest), said, applied, answers, events }
    }

    /// Both are let in, and told of each other with these cards.
    pub(super) fn meet_with(&mut self, cards: [Card; 2]) {
        let welcomed = self.pages[0].hear(welcome_as(0, vec![]));
        self.carry_out(0, welcomed);
        let welcomed = self.pages[1].hear(welcome_as(1, vec![entry_of(0, &cards[0])]));
        self.carry_out(1, welcomed);
        let joined = self.pages[0].hear(ServerMessage::PeerJoined { peer: entry_of(1, &cards[1]) });
        self.carry_out(0, joined);
        self.settle();
    }

    pub(super) fn meet(&mut self) {
        self.meet_with(self.cards.clone());
    }

    pub(super) fn settle(&mut self) {
        // What is taken that should be refused may go back and forth for ever.
        for _ in 0..1_000 {
            let Some((page, event)) = self.events.pop_front() else { return };
            let commands = self.pages[page].handle(event);
            self.carry_out(page, commands);
        }
        panic!("they do not come to an end");
    }

    pub(super) fn carry_out(&mut self, page: usize, commands: Vec<Command>) {
        for command in commands {
            match command {
                Command::SendSocket(text) => self.relay(page, &text),
                Command::Peer(_, command) => self.browse(page, command),
                Command::OpenPeer { .. } => self.answers[page] = false,
                _ => {}
            }
        }
    }

    pub(super) fn relay(&mut self, page: usize, text: &str) {
        let Ok(ClientMessage::Signal { envelope, .. }) = serde_json::from_str(text) else { return };
        self.said.push((page, envelope.clone()));
        for (to, envelope) in (self.middle)(page, envelope) {
            self.give(to, envelope);
        }
    }

    pub(super) fn give(&mut self, to: usize, envelope: Envelope) {
        let text = serde_json::to_string(&ServerMessage::Signal { from: id(1 - to), envelope }).unwrap();
        let socket = self.pages[to].socket;
        self.events.push_back((to, Event::Socket(socket, SocketEvent::Message(text))));
    }

    pub(super) fn browse(&mut self, page: usize, command: PeerCommand) {
        match command {
            PeerCommand::NegotiateLocal => {
                let kind = if self.answers[page] { SdpKind::Answer } else { SdpKind::Offer };
                let sdp = format!("v=0\r\na=setup:active\r\na=fingerprint:sha-256 {}\r\n", fingerprint(page));
                let description = Description { kind, sdp, media: vec![] };
                self.happens(page, PeerEvent::LocalApplied(Some(description)));
                let end = Candidates { candidates: vec![], end: true };
                self.happens(page, PeerEvent::LocalCandidates(end));
            }
            PeerCommand::ApplyRemote(description) => {
                self.answers[page] = description.kind == SdpKind::Offer;
                self.applied[page].extend(description.sdp.lines().skip(2).map(str::to_owned));
                self.happens(page, PeerEvent::RemoteApplied(true));
            }
            PeerCommand::SendMessage(channel, text) => self.happens(1 - page, PeerEvent::Message(channel, text)),
            _ => {}
        }
    }

    pub(super) fn happens(&mut self, page: usize, event: PeerEvent) {
        let (_, generation, _) = *self.pages[page].offers.last().unwrap();
        self.events.push_back((page, Event::Peer(id(1 - page), generation, event)));
    }

    /// The browsers have found a path, where both were given the other's description.
    pub(super) fn connect(&mut self) {
        for page in [0, 1] {
            self.happens(page, PeerEvent::State(ConnectionState::Connected));
            self.happens(page, PeerEvent::ChannelOpened(Channel::Control));
        }
        self.settle();
    }

    pub(super) fn press(&mut self, page: usize, intent: Intent) {
        self.events.push_back((page, Event::Intent(intent)));
        self.settle();
    }

    /// Whether both browsers have each other's description, and no other.
    pub(super) fn agree(&self) -> bool {
        let other = |page: usize| format!("a=fingerprint:sha-256 {}", fingerprint(1 - page));
        [0, 1].iter().all(|page| self.applied[*page] == [other(*page)])
    }

    pub(super) fn trouble(&self, page: usize) -> Option<Trouble> {
        self.pages[page].session.view().connections[0].trouble
    }

    pub(super) fn codes(&self) -> [Option<String>; 2] {
        [0, 1].map(|page| self.pages[page].session.view().connections[0].code.map(|code| code.to_text()))
    }

    pub(super) fn compared(&self, page: usize) -> bool {
        self.pages[page].session.view().tiles[1].compared
    }
}

pub(super) fn honest(from: usize, envelope: Envelope) -> Vec<(usize, Envelope)> {
    vec![(1 - from, envelope)]
}
