//! The paths to the others: measured every few seconds, looked for anew when they break, and told of.

use std::time::Duration;

use super::pair::Pair;
use super::{Command, PeerCommand, Session};
use crate::call::code::Exchange;
use crate::call::hiding::offers_relay;
use crate::call::negotiation;
use crate::call::path::interval;
use crate::call::view::ConnectionView;
use crate::protocol::PeerId;

/// A timer or an answer that comes later than this says that this machine has too much to do. What seems silent then may
/// only not have been heard, and a new path would be one thing more to do. (Hidden pages have timers of whole seconds.)
pub(super) const LATE: Duration = Duration::from_millis(1_200);

/// One clock for all connections; it stands still while there are none.
#[derive(Debug, Default)]
pub(super) struct Measuring {
    due: Option<Duration>,
    began_at: Duration,
    began_late: bool,
}

impl Measuring {
    pub(super) fn due(&self) -> Option<Duration> {
        self.due
    }

    /// Whether what is measured at `now` came too late to be judged.
    pub(super) fn is_late(&self, now: Duration) -> bool {
        self.began_late || now.saturating_sub(self.began_at) > LATE
    }

    /// Whether it is time to measure so many connections.
    fn begins(&mut self, now: Duration, connections: usize) -> bool {
        let next = (connections > 0).then(|| now + interval(connections));
        let due = self.due.filter(|_| connections > 0);
        self.due = due.filter(|due| *due > now).or(next);
        let Some(due) = due.filter(|due| *due <= now) else { return false };
        (self.began_at, self.began_late) = (now, now - due > LATE);
        true
    }
}

impl Session {
    pub(super) fn measure(&mut self) {
        if !self.measuring.begins(self.now, self.pairs.len()) {
            return;
        }
        self.judge_connections();
        let alive = self.pairs.iter().filter(|(_, pair)| !pair.is_broken());
        self.out.extend(alive.map(|(peer, _)| Command::Peer(*peer, PeerCommand::ReadStats)));
    }

    /// A path has failed, and it is our turn.
    pub(super) fn restart_failed(&mut self) {
        let now = self.now;
        self.those_who(|pair| pair.restart_due.is_some_and(|due| due <= now))
            .into_iter()
            .for_each(|peer| self.restart(peer));
    }

    /// A restarted server knows nothing of the relays of its former self.
    pub(super) fn restart_relayed(&mut self) {
        self.those_who(|pair| !pair.is_broken() && pair.may_be_relayed())
            .into_iter()
            .for_each(|peer| self.restart(peer));
    }

    /// Looks for a new path.
    pub(super) fn restart(&mut self, peer: PeerId) {
        if let Some(pair) = self.pairs.get_mut(&peer) {
            pair.restart_due = None;
            pair.is_in_trouble(self.now);
        }
        self.negotiate(peer, negotiation::Event::RestartWanted);
    }

    /// Nothing has come of new paths: whoever can be reached gets a new connection.
    pub(super) fn rebuild_lost(&mut self) {
        let now = self.now;
        for peer in self.those_who(|pair| pair.rebuild_due().is_some_and(|due| due <= now)) {
            let admitted = self.admitted;
            if self.pairs.get_mut(&peer).is_some_and(|pair| pair.gives_up(now, admitted)) {
                self.rebuild_pair(peer);
            }
        }
    }

    /// The others whose connections are so.
    pub(super) fn those_who(&self, are: impl Fn(&Pair) -> bool) -> Vec<PeerId> {
        self.pairs.iter().filter(|(_, pair)| are(pair)).map(|(id, _)| *id).collect()
    }

    pub(super) fn connections(&self) -> Vec<ConnectionView> {
        let relay_offered = self.me.as_ref().is_some_and(|me| offers_relay(&me.ice_servers));
        let view = |(peer, pair): (&PeerId, &Pair)| {
            let view = pair.connection(self.now, *peer, self.hides_address, relay_offered);
            let exchange = self.code_with(*peer);
            let code = exchange.and_then(Exchange::code);
            ConnectionView { code, compared: exchange.is_some_and(Exchange::is_compared), ..view }
        };
        self.pairs.iter().map(view).collect()
    }
}
