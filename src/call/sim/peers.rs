//! What goes from browser to browser: paths, and messages on data channels.

use super::World;
use super::agenda::Happening;
use super::net::Net;
use crate::call::session::{PeerCommand, PeerEvent};
use crate::protocol::{Generation, PeerId};

impl<N: Net> World<N> {
    pub(super) fn open_peer(&mut self, page: usize, peer: PeerId, generation: Generation) {
        let label = format!("{page}.{}", self.pages[page].load);
        let event = self.pages[page].browser.open(&label, peer, generation);
        self.agenda.plan(0, Happening::ToPeer(page, peer, generation, event));
    }

    pub(super) fn close_peer(&mut self, page: usize, peer: PeerId) {
        self.pages[page].browser.close(peer);
        let Some(me) = self.pages[page].session.peer_id() else { return };
        if let Some(there) = self.page_of(peer)
            && let Some(event) = self.pages[there].browser.lose(me)
        {
            self.tell_of_peer(there, me, 0, event);
        }
    }

    /// The other ends of a page's connections notice that it is gone.
    pub(super) fn disconnect_browser(&mut self, page: usize) {
        let Some(id) = self.pages[page].session.peer_id() else { return };
        for other in 0..self.pages.len() {
            if let Some(event) = self.pages[other].browser.lose(id) {
                self.tell_of_peer(other, id, 0, event);
            }
        }
    }

    pub(super) fn execute_on_peer(&mut self, page: usize, peer: PeerId, command: PeerCommand) {
        let there = self.pages.iter().position(|p| p.alive && p.session.peer_id() == Some(peer));
        if let PeerCommand::SendMessage(channel, text) = command {
            let (Some(there), Some(me)) = (there, self.pages[page].session.peer_id()) else { return };
            let Some(generation) = self.pages[there].browser.connected_generation(me) else { return };
            let last = self.last_on_channel.get(&(page, peer)).copied().unwrap_or_default();
            let at = last.max(self.agenda.now_ms + self.agenda.delay());
            self.last_on_channel.insert((page, peer), at);
            self.agenda.plan_at(at, Happening::ToPeer(there, me, generation, PeerEvent::Message(channel, text)));
            return;
        }
        for (delay, generation, event) in self.pages[page].browser.execute(peer, command, &mut self.agenda.random) {
            self.tell_of_peer(page, peer, delay, (generation, event));
        }
        self.connect_where_both_agree(page, peer);
    }

    /// A browser tells what happens on one connection in the order in which it happens. Returns when it does.
    pub(super) fn tell_of_peer(
        &mut self,
        page: usize,
        peer: PeerId,
        delay: u64,
        event: (Generation, PeerEvent),
    ) -> u64 {
        let last = self.last_of_browser.entry((page, peer)).or_default();
        *last = (self.agenda.now_ms + delay).max(*last);
        let at = *last;
        self.agenda.plan_at(at, Happening::ToPeer(page, peer, event.0, event.1));
        at
    }

    /// Connectivity checks: two connections that hold each other's descriptions and candidates find a path.
    fn connect_where_both_agree(&mut self, page: usize, peer: PeerId) {
        let Some(me) = self.pages[page].session.peer_id() else { return };
        let Some(there) = self.pages.iter().position(|p| p.alive && p.session.peer_id() == Some(peer)) else { return };
        let (Some(here), Some(far)) = (self.pages[page].browser.path(peer), self.pages[there].browser.path(me)) else {
            return;
        };
        if here.reaches(&far) && far.reaches(&here) {
            let relayed = self.needs_the_relay(page, there);
            for (at, who, events) in [
                (page, peer, self.pages[page].browser.connect(peer, relayed)),
                (there, me, self.pages[there].browser.connect(me, relayed)),
            ] {
                let delay = self.agenda.delay();
                for event in events {
                    self.connected_at = self.tell_of_peer(at, who, delay, event);
                }
            }
        }
    }

    /// Some pairs have no other way to each other.
    fn needs_the_relay(&self, page: usize, there: usize) -> bool {
        (self.seed + 7 * (page as u64 + there as u64)).is_multiple_of(3)
    }

    pub(super) fn page_of(&self, peer: PeerId) -> Option<usize> {
        self.pages.iter().position(|page| page.session.peer_id() == Some(peer))
    }
}
