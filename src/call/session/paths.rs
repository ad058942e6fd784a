//! The paths to the others: measured every few seconds, looked for anew when they break, and told of.

use super::pair::Pair;
use super::{Command, PeerCommand, Session};
use crate::call::hiding::offers_relay;
use crate::call::negotiation;
use crate::call::path::interval;
use crate::call::view::ConnectionView;
use crate::protocol::PeerId;

impl Session {
    /// One clock for all connections; it stands still while there are none.
    pub(super) fn measure(&mut self) {
        if self.pairs.is_empty() {
            self.measure_due = None;
            return;
        }
        let next = self.now + interval(self.pairs.len());
        if *self.measure_due.get_or_insert(next) > self.now {
            return;
        }
        self.measure_due = Some(next);
        let alive = self.pairs.iter().filter(|(_, pair)| !pair.is_broken());
        self.out.extend(alive.map(|(peer, _)| Command::Peer(*peer, PeerCommand::ReadStats)));
    }

    /// A path has failed, and it is our turn.
    pub(super) fn restart_failed(&mut self) {
        let is_due = |pair: &Pair| pair.restart_due.is_some_and(|due| due <= self.now);
        let due: Vec<PeerId> = self.pairs.iter().filter(|(_, pair)| is_due(pair)).map(|(id, _)| *id).collect();
        for peer in due {
            if let Some(pair) = self.pairs.get_mut(&peer) {
                pair.restart_due = None;
            }
            self.negotiate(peer, negotiation::Event::RestartWanted);
        }
    }

    pub(super) fn connections(&self) -> Vec<ConnectionView> {
        let relay_offered = self.me.as_ref().is_some_and(|me| offers_relay(&me.ice_servers));
        let view = |(peer, pair): (&PeerId, &Pair)| pair.connection(self.now, *peer, self.hides_address, relay_offered);
        self.pairs.iter().map(view).collect()
    }
}
