//! What strikes, and what people do meanwhile.

use super::agenda::Happening;
use super::net::{Cut, Net, Restart};
use super::{FAULTS_MS, Page, World};
use crate::call::session::Event;
use crate::call::view::{Intent, Phase};
use crate::protocol::{PeerId, TICK_TIMEOUT_MS};

/// At most so long the server is away, so that nobody waits for a fourth attempt to come back.
const DOWN_MS: u64 = 1_400;
/// Who found the server away that long tries again after this time.
const RETRY_MS: u64 = 1_600;
/// A server that is asked to stop has everybody come back within this time, a quarter by chance included.
const DRAINED_MS: u64 = 3_300;
/// After this time what was closed is known to be closed.
const NOTICED_MS: u64 = 800;

impl<N: Net> World<N> {
    /// Faults and wishes at any time, for a while.
    pub(crate) fn with_fates(&mut self) {
        for _ in 0..self.agenda.random.below(25) {
            let at = self.agenda.random.below(FAULTS_MS);
            self.agenda.plan(at, Happening::Fate);
        }
    }

    /// Nothing by chance.
    pub(crate) fn without_fates(&mut self) {}

    /// A fault, or something that people do.
    pub(super) fn strike(&mut self) {
        let page = self.agenda.random.below(self.pages.len() as u64) as usize;
        if !self.pages[page].alive {
            return;
        }
        let kind = self.agenda.random.below(29);
        self.trace(page, "fate", &kind);
        match kind {
            0..=4 => self.cut(page, Cut::Both),
            5..=6 => self.cut(page, Cut::Here),
            7 => self.cut(page, Cut::There),
            8 => self.cut(page, Cut::Silent),
            9 => self.restart_server(false),
            10 => self.restart_server(true),
            11 => self.reload(page),
            12 => self.vanish(page),
            13 => {
                self.someone_is_awaited = true;
                self.tell_page(page, Event::Intent(Intent::Leave));
            }
            14..=18 => self.collide(page),
            19..=20 => self.stall(page),
            21..=23 => self.tell_page(page, Event::Intent(Intent::ToggleScreen)),
            _ => {
                self.pages[page].said += 1;
                let text = format!("P{page} {}", self.pages[page].said);
                self.tell_page(page, Event::Intent(Intent::SendChat { text }));
            }
        }
    }

    fn cut(&mut self, page: usize, cut: Cut) {
        let Some(wire) = self.pages[page].socket else { return };
        let notices_in_ms = match cut {
            Cut::Both | Cut::Here | Cut::PageGone => NOTICED_MS,
            Cut::There | Cut::Silent => TICK_TIMEOUT_MS + NOTICED_MS,
        };
        self.noticed_at = self.noticed_at.max(self.agenda.now_ms + notices_in_ms);
        self.someone_asked_again |= self.pages[page].session.view().phase == Phase::Joining;
        self.net.cut(&mut self.agenda, wire, cut);
    }

    /// Killed or asked to stop, and away for a while.
    pub(crate) fn restart_server(&mut self, drained: bool) {
        let now_ms = self.agenda.now_ms;
        // The last outage is over for everybody, or the waits would add up.
        if now_ms < self.outage_ends_at {
            return;
        }
        let down_ms = self.agenda.random.below(if drained { 500 } else { DOWN_MS });
        // Who was let in but had not heard so is known to the others, and to the new server unknown.
        self.someone_is_awaited |= self.someone_is_joining() || self.someone_asked_again;
        let noticed_ms = if drained { DRAINED_MS } else { down_ms + RETRY_MS };
        self.outage_ends_at = now_ms + noticed_ms + NOTICED_MS;
        self.noticed_at = self.noticed_at.max(self.outage_ends_at);
        self.pages.iter_mut().for_each(|page| page.browser.lose_relay());
        self.net.restart(&mut self.agenda, Restart { drained, down_ms });
    }

    fn reload(&mut self, page: usize) {
        self.cut(page, Cut::PageGone);
        // Nothing of the old page happens any more.
        self.agenda.keep(|happening| match happening {
            Happening::Page(p, _) | Happening::Timer(p, _) | Happening::ToPeer(p, ..) => *p != page,
            _ => true,
        });
        self.disconnect_browser(page);
        let old = &self.pages[page];
        let (stored, was_over, said) =
            (old.stored.clone(), matches!(old.session.view().phase, Phase::After(_)), old.said);
        self.pages[page] = Page { said, ..Page::new(&self.link, page, old.load + 1, stored.clone()) };
        if was_over {
            self.pages[page].alive = false;
            self.someone_is_awaited = true;
            return;
        }
        self.tell_page(page, Event::Start);
        if stored.is_none() {
            self.someone_is_awaited = true;
            self.tell_page(page, Event::Intent(Intent::Join { name: format!("P{page}") }));
        }
    }

    fn vanish(&mut self, page: usize) {
        self.someone_is_awaited = true;
        self.cut(page, Cut::Both);
        self.disconnect_browser(page);
        self.pages[page].alive = false;
    }

    /// One end of a connection has no path any more and looks for another; the other end goes on.
    fn stall(&mut self, page: usize) {
        let Some(other) = self.someone_opposite(page) else { return };
        if let Some(event) = self.pages[page].browser.stall(other) {
            self.someone_stalls = true;
            self.tell_of_peer(page, other, 0, event);
        }
    }

    /// Both ends of a connection want to negotiate at about the same time.
    fn collide(&mut self, page: usize) {
        let Some(me) = self.pages[page].session.peer_id() else { return };
        let Some(other) = self.someone_opposite(page) else { return };
        let there = self.pages.iter().position(|p| p.session.peer_id() == Some(other));
        for (page, peer) in [Some((page, other)), there.map(|there| (there, me))].into_iter().flatten() {
            let at = self.agenda.random.below(60);
            self.agenda.plan(at, Happening::Page(page, Event::Intent(Intent::RetryPair(peer))));
        }
    }

    fn someone_opposite(&mut self, page: usize) -> Option<PeerId> {
        let others = self.pages[page].browser.peers();
        let chosen = self.agenda.random.below(others.len().max(1) as u64) as usize;
        others.get(chosen).copied()
    }
}
