//! Simulated wires to the simulated server. They keep the order within one socket and nothing else; for a while they
//! also deliver signals twice and out of order, as no single socket does.

use std::collections::{BTreeMap, BTreeSet};

use super::agenda::{Agenda, Happening, Wire};
use super::net::{Cut, Net, Restart};
use super::server::{Said, Server};
use super::{FAULTS_MS, MOST_PAGES};
use crate::protocol::{CloseReason, ErrorCode, PeerId, RoomId, TICK_INTERVAL_MS};
use crate::room::{Ending, RoomPolicy};

/// The server takes a socket for lost when it has been silent for so long.
const SILENCE_MS: u64 = 15_000;

/// The wires and the server.
pub(super) struct Wires {
    server: Server,
    /// When the room wants to be called.
    due: Option<u64>,
    /// Nobody answers before this time.
    down_until: u64,
    silent: BTreeSet<Wire>,
    deaf: BTreeSet<Wire>,
    /// Nothing overtakes on one directed wire.
    last: BTreeMap<(Wire, bool), u64>,
    /// What a page's network adds to every way.
    lags: Vec<u64>,
}

/// What happens on the wires.
#[derive(Debug)]
pub(super) enum Event {
    Connect(Wire),
    ToServer(Wire, String),
    EndAtServer(Wire, Ending),
    RoomTime(u64),
    Tick,
}

impl Wires {
    pub(super) fn new(agenda: &mut Agenda<Event>, room: RoomId) -> Self {
        agenda.plan(TICK_INTERVAL_MS, Happening::Net(Event::Tick));
        let mut lag = |_| if agenda.random.one_in(4) { agenda.random.below(120) } else { 0 };
        Self {
            server: Server::new(room, 0, RoomPolicy::default()),
            due: None,
            down_until: 0,
            silent: BTreeSet::new(),
            deaf: BTreeSet::new(),
            last: BTreeMap::new(),
            lags: (0..MOST_PAGES).map(&mut lag).collect(),
        }
    }

    fn delay(&self, agenda: &mut Agenda<Event>, wire: Wire) -> u64 {
        agenda.delay() + self.lags[wire.page]
    }

    fn wire_time(&mut self, agenda: &mut Agenda<Event>, wire: Wire, up: bool) -> u64 {
        let at = agenda.now_ms + self.delay(agenda, wire);
        let last = self.last.entry((wire, up)).or_default();
        *last = at.max(*last);
        *last
    }

    fn carry_out(&mut self, agenda: &mut Agenda<Event>, out: Vec<Said>) {
        for said in out {
            match said {
                Said::Text(wire, _) | Said::Close(wire, _)
                    if self.silent.contains(&wire) || self.deaf.contains(&wire) => {}
                Said::Text(wire, text) => self.carry_text(agenda, wire, text),
                Said::Close(wire, reason) => {
                    let at = self.wire_time(agenda, wire, false);
                    agenda.plan_at(at, Happening::EndAtPage(wire, Some(reason)));
                }
            }
        }
    }

    /// A signal may come late, and again.
    fn carry_text(&mut self, agenda: &mut Agenda<Event>, wire: Wire, text: String) {
        let mut at = self.wire_time(agenda, wire, false);
        if agenda.now_ms < FAULTS_MS && text.starts_with(r#"{"type":"signal""#) {
            if agenda.random.one_in(20) {
                let later = at + agenda.random.below(400);
                agenda.plan_at(later, Happening::ToPage(wire, text.clone()));
            }
            if agenda.random.one_in(20) {
                at += agenda.random.below(400);
            }
        }
        agenda.plan_at(at, Happening::ToPage(wire, text));
    }

    /// What is on its way is lost; what the page had said before it went arrives.
    fn empty(agenda: &mut Agenda<Event>, wire: Wire, cut: Cut) {
        let arrives = matches!(cut, Cut::Here | Cut::PageGone);
        agenda.keep(|happening| match happening {
            Happening::Net(Event::ToServer(w, _)) => arrives || *w != wire,
            Happening::Net(Event::Connect(w)) | Happening::ToPage(w, _) | Happening::Opened(w) => *w != wire,
            _ => true,
        });
    }

    /// The room forgets everybody; what it had said last is still on its way.
    fn stop(&mut self, agenda: &mut Agenda<Event>, drained: bool) {
        for (n, wire) in self.server.wires().into_iter().enumerate() {
            if !drained {
                self.cut(agenda, wire, Cut::Both);
            } else if !self.silent.contains(&wire) && !self.deaf.contains(&wire) {
                let retry_after_ms = Some(500 + (n as u32 * 977) % 1_500);
                let at = self.wire_time(agenda, wire, false);
                let reason = CloseReason { code: ErrorCode::Restarting, retry_after_ms };
                agenda.plan_at(at, Happening::EndAtPage(wire, Some(reason)));
            }
        }
    }
}

impl Net for Wires {
    type Event = Event;

    fn open(&mut self, agenda: &mut Agenda<Event>, wire: Wire) {
        let delay = self.delay(agenda, wire);
        agenda.plan(delay, Happening::Net(Event::Connect(wire)));
    }

    fn say(&mut self, agenda: &mut Agenda<Event>, wire: Wire, text: String) {
        let at = self.wire_time(agenda, wire, true);
        agenda.plan_at(at, Happening::Net(Event::ToServer(wire, text)));
    }

    fn close(&mut self, agenda: &mut Agenda<Event>, wire: Wire) {
        let at = self.wire_time(agenda, wire, true);
        agenda.plan_at(at, Happening::Net(Event::EndAtServer(wire, Ending::PageGone)));
    }

    fn cut(&mut self, agenda: &mut Agenda<Event>, wire: Wire, cut: Cut) {
        let (there, here) = (self.delay(agenda, wire), self.delay(agenda, wire));
        let lost_after = |ms| (ms, Happening::Net(Event::EndAtServer(wire, Ending::Lost)));
        Self::empty(agenda, wire, cut);
        let end = match cut {
            Cut::Both => {
                self.deaf.insert(wire);
                agenda.plan(here, Happening::EndAtPage(wire, None));
                lost_after(there)
            }
            Cut::Here => {
                self.deaf.insert(wire);
                agenda.plan(here, Happening::EndAtPage(wire, None));
                lost_after(SILENCE_MS)
            }
            Cut::There => {
                self.deaf.insert(wire);
                lost_after(there)
            }
            Cut::Silent => {
                self.silent.insert(wire);
                lost_after(SILENCE_MS)
            }
            Cut::PageGone => {
                self.deaf.insert(wire);
                let at = self.wire_time(agenda, wire, true);
                return agenda.plan_at(at, Happening::Net(Event::EndAtServer(wire, Ending::PageGone)));
            }
        };
        agenda.plan(end.0, end.1);
    }

    fn restart(&mut self, agenda: &mut Agenda<Event>, restart: Restart) {
        self.stop(agenda, restart.drained);
        self.down_until = agenda.now_ms + restart.down_ms;
        self.server = self.server.started_again(self.down_until);
        self.due = None;
        agenda.plan(restart.down_ms, Happening::ServerIsBack);
    }

    fn happen(&mut self, agenda: &mut Agenda<Event>, event: Event) {
        let now_ms = agenda.now_ms;
        let out = match event {
            Event::Connect(wire) if now_ms < self.down_until => {
                let delay = self.delay(agenda, wire);
                return agenda.plan(delay, Happening::EndAtPage(wire, None));
            }
            Event::Connect(wire) => {
                self.server.connect(wire);
                let delay = self.delay(agenda, wire);
                return agenda.plan(delay, Happening::Opened(wire));
            }
            Event::ToServer(wire, _) if self.silent.contains(&wire) => return,
            Event::ToServer(wire, text) => self.server.receive(now_ms, wire, &text),
            // A browser's goodbye does not get through either; the server finds out by itself.
            Event::EndAtServer(wire, Ending::PageGone) if self.silent.contains(&wire) => return,
            Event::EndAtServer(wire, ending) => self.server.end(now_ms, wire, ending),
            Event::RoomTime(at) if self.due == Some(at) => {
                self.due = None;
                self.server.pass_time(now_ms)
            }
            Event::RoomTime(_) => return,
            Event::Tick => {
                agenda.plan(TICK_INTERVAL_MS, Happening::Net(Event::Tick));
                self.server.tick()
            }
        };
        self.carry_out(agenda, out);
    }

    fn settle(&mut self, agenda: &mut Agenda<Event>) {
        let due = self.server.poll_timeout();
        if due != self.due {
            self.due = due;
            due.into_iter().for_each(|at| agenda.plan_at(at, Happening::Net(Event::RoomTime(at))));
        }
    }

    fn members(&self) -> Vec<PeerId> {
        self.server.members()
    }
}
