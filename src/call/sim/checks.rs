//! What must hold at any time, and when the faults are over.

use std::collections::BTreeMap;

use super::agenda::Wire;
use super::net::Net;
use super::{CALM_MS, FAULTS_MS, MOST_PAGES, Page, World};
use crate::call::view::{ChatLine, ChatPiece, Code, Notice, PairStatus, Phase, Source};
use crate::protocol::{PeerId, ServerMessage};

/// A relayed pair plays again so long after the server's return (I6).
const PLAYS_AGAIN_MS: u64 = 5_000;
/// By then everybody is in and connected, if nothing is in the way.
const MET_MS: u64 = 8_000;

impl<N: Net> World<N> {
    /// I2: who was not admitted hears of nobody. And what arrives is entered in the ledger.
    pub(super) fn overhear(&mut self, wire: Wire, text: &str) {
        let message = serde_json::from_str(text).unwrap();
        self.door.overhear(self.agenda.now_ms, wire, &message);
        match message {
            ServerMessage::Welcome(_) => {
                self.admitted.insert(wire);
            }
            ServerMessage::PeerJoined { .. } | ServerMessage::PeerState { .. } | ServerMessage::PeerLeft { .. } => {
                assert!(self.admitted.contains(&wire), "I2: {text} to a stranger");
            }
            ServerMessage::Signal { .. } => {
                assert!(self.admitted.contains(&wire), "I2: {text} to a stranger");
                let page = &self.pages[wire.page];
                if page.alive && page.socket == Some(wire) && page.load == wire.load {
                    page.session.peer_id().into_iter().for_each(|me| self.ledger.arrived(me, text));
                }
            }
            _ => {}
        }
    }

    /// I3: all agree on who is there.
    pub(crate) fn assert_all_agree(&self) {
        for page in self.pages.iter().filter(|page| page.alive) {
            let view = page.session.view();
            // Former selves that are waited for take seats.
            let full = view.notices.contains(&Notice::RoomFull(8)) && self.pages.len() == MOST_PAGES;
            // Whoever does not want to wait is in front of the room again.
            let outside = self.door.is_locked() && matches!(view.phase, Phase::Waiting | Phase::Lobby);
            assert!(full || outside || matches!(view.phase, Phase::InCall | Phase::After(_)), "{:?}", view.phase);
        }
        let mut everyone: Vec<PeerId> = self.inside().filter_map(|page| page.session.peer_id()).collect();
        everyone.sort();
        assert_eq!(self.net.members(), everyone, "I3: the server agrees");
        for page in self.inside() {
            let tiles = page.session.view().tiles;
            let people = tiles.iter().filter(|tile| tile.key.source == Source::Camera);
            let mut seen: Vec<PeerId> = people.filter_map(|tile| tile.key.owner).collect();
            seen.extend(page.session.peer_id());
            seen.sort();
            assert_eq!(seen, everyone, "I3: all agree on who is here");
        }
    }

    /// Everybody is connected with everybody, and every signal has arrived (I1).
    pub(crate) fn assert_all_is_well(&self) {
        self.assert_all_agree();
        for page in self.inside() {
            let me = page.session.peer_id().unwrap();
            let view = page.session.view();
            for tile in &view.tiles {
                assert_eq!(tile.status, PairStatus::Connected, "{me} sees {}", tile.name.as_str());
                let Some(other) = tile.key.owner else { continue };
                let generation = page.browser.connected_generation(other);
                let generation = generation.unwrap_or_else(|| panic!("{me} has no path to {other}"));
                assert!(page.browser.is_settled(other), "{me} has something left to negotiate with {other}");
                assert_eq!(self.ledger.open(me, other, generation), 0, "I1: {me} to {other}");
            }
            assert_chat_in_order(&view.chat);
            for theirs in self.inside().filter(|page| page.session.peer_id() != Some(me)) {
                let (here, there) = (code_with(page, theirs), code_with(theirs, page));
                assert!(here.is_none() || there.is_none() || here == there, "one code: {here:?}, {there:?}");
            }
        }
    }

    /// I6: what goes from browser to browser does not notice; what went over the relay is back in time.
    pub(super) fn run_through_a_restart(mut self) {
        self.run_until(MET_MS);
        self.assert_all_is_well();
        let (drained, direct) = (self.agenda.random.one_in(2), self.direct());
        self.restart_server(drained);
        self.run_until(MET_MS + FAULTS_MS + CALM_MS);
        self.assert_a_restart_harmed_nobody(&direct);
    }

    pub(crate) fn assert_a_restart_harmed_nobody(&self, direct: &[Direct]) {
        self.assert_all_is_well();
        assert_eq!(self.direct(), direct, "I6: direct connections stay what they were");
        let (back_at, connected_at) = (self.back_at.expect("a restart"), self.connected_at);
        assert!(connected_at <= back_at + PLAYS_AGAIN_MS, "I6: back at {back_at}, connected again at {connected_at}");
    }

    /// Every connection that does not need the server.
    pub(crate) fn direct(&self) -> Vec<Direct> {
        self.pages.iter().map(|page| page.browser.direct()).collect()
    }

    /// How many pages have a socket.
    #[allow(dead_code, reason = "the storm of the real server needs it")]
    pub(crate) fn open_sockets(&self) -> usize {
        self.pages.iter().filter(|page| page.alive && page.socket.is_some()).count()
    }

    fn inside(&self) -> impl Iterator<Item = &Page> {
        self.pages.iter().filter(|page| page.alive && page.session.view().phase == Phase::InCall)
    }
}

/// What this page shows of the code of two.
fn code_with(page: &Page, other: &Page) -> Option<Code> {
    let view = page.session.view();
    view.connections.iter().find(|each| Some(each.peer) == other.session.peer_id())?.code
}

/// A page's direct connections: to whom, which, and over which path.
pub(crate) type Direct = Vec<(PeerId, String, Option<(String, u32, u32)>)>;

/// Every line of an author once, in the order in which it was written.
fn assert_chat_in_order(chat: &[ChatLine]) {
    let mut last: BTreeMap<String, u32> = BTreeMap::new();
    for line in chat {
        let [ChatPiece::Text(text)] = &line.pieces[..] else { panic!("{line:?}") };
        let (author, number) = text.split_once(' ').unwrap();
        let number: u32 = number.parse().unwrap();
        let before = last.insert(author.to_owned(), number).unwrap_or_default();
        assert!(number > before, "chat of {author}: {before} before {number}");
    }
}
