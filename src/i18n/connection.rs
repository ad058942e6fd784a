//! The words about one connection: its route, its measures, its story, and what is wrong with it.

use super::{Words, fill};
use crate::call::view::{CandidateKind, ConnectionView, Gathered, Route, Transport, Trouble};

/// Where nothing was measured.
const NONE: &str = "–";

impl Words {
    /// All that there is to say about a connection; `{}` in it is the person's name.
    pub fn connection(&self, connection: &ConnectionView) -> String {
        lines(&[self.connection_of.to_owned(), self.measures(connection), String::new(), self.story(connection)])
    }

    /// The way that packets take, how long they do, and how many are lost: a line each.
    pub fn measures(&self, connection: &ConnectionView) -> String {
        let round_trip = match connection.round_trip_ms {
            None => NONE.to_owned(),
            Some(0) => "< 1 ms".to_owned(),
            Some(ms) => ms.to_string() + " ms",
        };
        let loss = connection.loss_permille.map_or(NONE.to_owned(), |permille| {
            [(permille / 10).to_string(), (permille % 10).to_string()].join(self.decimal_point) + " %"
        });
        lines(&[
            fill(self.route, &self.route_of(connection.route)),
            fill(self.round_trip, &round_trip),
            fill(self.loss, &loss),
        ])
    }

    /// How a connection came about: a sentence a line.
    pub fn story(&self, connection: &ConnectionView) -> String {
        let story = &connection.story;
        let exchange = if story.heard { self.story_agreed } else { self.story_unanswered };
        let mut told = vec![
            exchange.to_owned(),
            gathered(self.story_ours, story.ours),
            gathered(self.story_theirs, story.theirs),
            fill_numbers(self.story_tried, &[connection.tried.all, connection.tried.working]),
        ];
        if let Some((ours, theirs)) = connection.ends {
            told.push(fill(&fill(self.story_chosen, self.kind(ours)), self.kind(theirs)));
        }
        lines(&told)
    }

    fn route_of(&self, route: Option<Route>) -> String {
        let (sentence, transport) = match route {
            None => (self.route_none, ""),
            Some(Route::Local) => (self.route_local, ""),
            Some(Route::Open) => (self.route_open, ""),
            Some(Route::Nat) => (self.route_nat, ""),
            Some(Route::Relayed(Transport::Udp)) => (self.route_relayed, "UDP"),
            Some(Route::Relayed(Transport::Tcp)) => (self.route_relayed, "TCP"),
            Some(Route::Relayed(Transport::Tls)) => (self.route_relayed, "TLS"),
            Some(Route::RelayedThere) => (self.route_relayed_there, ""),
        };
        fill(sentence, transport)
    }

    /// What is wrong with a connection, and what to do; `{}` in it is the person's name. Nothing when all is well.
    pub fn trouble_of(&self, connection: &ConnectionView) -> String {
        connection.trouble.map_or("", |trouble| self.trouble(trouble)).to_owned()
    }

    /// The code, and on the next line what to do with it; `{}` in it is the person's name. Nothing before there is one.
    pub fn comparison(&self, connection: &ConnectionView) -> String {
        connection.code.map_or_else(String::new, |code| lines(&[code.to_text(), self.code_hint.to_owned()]))
    }

    fn trouble(&self, trouble: Trouble) -> &'static str {
        match trouble {
            Trouble::Disagreement => self.trouble_disagreement,
            Trouble::Unreachable => self.trouble_unreachable,
            Trouble::NoAnswer | Trouble::NothingFromThem => self.trouble_no_answer,
            Trouble::HiddenWithoutRelay => self.trouble_hidden,
            Trouble::NoRelayHere => self.trouble_no_relay_here,
            Trouble::NoRelayThere => self.trouble_no_relay_there,
            Trouble::Interference => self.trouble_interference,
            Trouble::NothingGotThrough => self.trouble_nothing,
        }
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
    fill_numbers(sentence, &[gathered.host, gathered.srflx, gathered.relay])
}

fn fill_numbers(sentence: &str, numbers: &[u32]) -> String {
    numbers.iter().fold(sentence.to_owned(), |sentence, number| fill(&sentence, &number.to_string()))
}

fn lines(lines: &[String]) -> String {
    lines.join("\n")
}
