//! The words about one connection: its route, its measures, its story, and what is wrong with it.

use super::{Words, fill};
use crate::call::view::{CandidateKind, ConnectionView, Gathered, Route, Transport, Trouble};

impl Words {
    /// The way that packets take.
    pub fn route(&self, route: Option<Route>) -> &'static str {
        match route {
            None => self.route_none,
            Some(Route::Local) => self.route_local,
            Some(Route::Open) => self.route_open,
            Some(Route::Nat) => self.route_nat,
            Some(Route::Relayed(Transport::Udp)) => self.route_relayed_udp,
            Some(Route::Relayed(Transport::Tcp)) => self.route_relayed_tcp,
            Some(Route::Relayed(Transport::Tls)) => self.route_relayed_tls,
            Some(Route::RelayedThere) => self.route_relayed_there,
        }
    }

    /// A round trip.
    pub fn milliseconds(&self, ms: Option<u32>) -> String {
        match ms {
            None => "–".to_owned(),
            Some(0) => "< 1 ms".to_owned(),
            Some(ms) => format!("{ms} ms"),
        }
    }

    /// A part of a thousand, in percent.
    pub fn percent(&self, permille: Option<u16>) -> String {
        permille.map_or_else(|| "–".to_owned(), |permille| format!("{}.{} %", permille / 10, permille % 10))
    }

    /// How a connection came about, one sentence a step.
    pub fn story(&self, connection: &ConnectionView) -> Vec<String> {
        let story = &connection.story;
        let exchange = match (story.described, story.heard) {
            (false, false) => self.story_silent,
            (true, false) => self.story_unanswered,
            (false, true) => self.story_answering,
            (true, true) => self.story_agreed,
        };
        let tried = [connection.tried.all, connection.tried.working].map(|count| count.to_string());
        let mut lines = vec![
            exchange.to_owned(),
            gathered(self.story_ours, story.ours),
            gathered(self.story_theirs, story.theirs),
            fill_all(self.story_tried, &tried),
        ];
        if let Some((ours, theirs)) = connection.ends {
            lines.push(fill_all(self.story_chosen, &[ours, theirs].map(|kind| self.kind(kind).to_owned())));
        }
        lines
    }

    /// What is wrong with the connection to this person, and what to do.
    pub fn trouble(&self, trouble: Trouble, name: &str) -> String {
        let sentence = match trouble {
            Trouble::Disagreement => self.trouble_disagreement,
            Trouble::Unreachable => self.trouble_unreachable,
            Trouble::NoAnswer => self.trouble_no_answer,
            Trouble::HiddenWithoutRelay => self.trouble_hidden,
            Trouble::NothingFromThem => self.trouble_nothing_there,
            Trouble::NoRelayHere => self.trouble_no_relay_here,
            Trouble::NoRelayThere => self.trouble_no_relay_there,
            Trouble::NothingGotThrough => self.trouble_nothing,
        };
        fill(sentence, name)
    }

    fn kind(&self, kind: CandidateKind) -> &'static str {
        match kind {
            CandidateKind::Host => self.kind_host,
            CandidateKind::Srflx | CandidateKind::Prflx => self.kind_nat,
            CandidateKind::Relay => self.kind_relay,
        }
    }
}

fn gathered(sentence: &str, gathered: Gathered) -> String {
    fill_all(sentence, &[gathered.host, gathered.srflx, gathered.relay].map(|count| count.to_string()))
}

fn fill_all(sentence: &str, values: &[String]) -> String {
    values.iter().fold(sentence.to_owned(), |sentence, value| fill(&sentence, value))
}
