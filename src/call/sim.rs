//! Up to eight sessions and one room over a network that delays, reorders and cuts, in virtual time.
//!
//! Everything but the browser and the wires is the real thing. The browser is a model of RTCPeerConnection
//! ([`browser`]) that panics where a browser would throw; the wires keep the order within one socket and nothing else.
//! A seed decides all; a failing one prints itself, replays alone and tells its story:
//! `CONFAB_SEED=17 cargo test --lib sim`.
//! `CONFAB_SEEDS=10000` runs more.

mod browser;
mod server;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::time::Duration;

use super::session::{Command, Environment, Event, PeerCommand, PeerEvent, Session, SocketEvent};
use super::view::{ChatPiece, Intent, Notice, PairStatus, Phase};
use crate::call::media::{MediaCommand, MediaEvent};
use crate::protocol::{CloseReason, Generation, PeerId, RoomId, TICK_INTERVAL_MS};
use crate::room::Ending;
use browser::Browser;
use server::Server;

/// How long faults go on, and how long after them all must be well.
const FAULTS_MS: u64 = 8_000;
const CALM_MS: u64 = 5_000;
/// A machine that vanishes is waited for this much longer.
const WINDOW_MS: u64 = 60_000;

#[test]
fn calls_hold_whatever_the_network_does() {
    let (first, count) = match std::env::var("CONFAB_SEED") {
        Ok(seed) => (seed.parse().unwrap(), 1),
        Err(_) => (1, std::env::var("CONFAB_SEEDS").map_or(1_000, |count| count.parse().unwrap())),
    };
    for seed in first..first + count {
        let result = std::panic::catch_unwind(|| World::new(seed, count == 1).run());
        assert!(result.is_ok(), "replay with CONFAB_SEED={seed} cargo test --lib sim");
    }
}

/// One thing that happens at one time.
enum Happening {
    /// A page's own business.
    Page(usize, Event),
    /// The timer that a page set for this time.
    Timer(usize, u64),
    /// A socket that was asked for reaches the server.
    Connect(Wire),
    /// A text for the server.
    ToServer(Wire, String),
    /// A text for a page.
    ToPage(Wire, String),
    /// The server's side of a socket ends; with the reason, when the server closed it.
    EndAtServer(Wire, Ending),
    /// The page's side of a socket ends.
    EndAtPage(Wire, Option<CloseReason>),
    /// A message on a data channel arrives.
    ToPeer(usize, PeerId, Generation, PeerEvent),
    /// A fault, or a person's wish.
    Fate,
    /// The server's time has come.
    ServerTime(u64),
    /// The server says that it is there.
    Tick,
}

/// A socket: whose, of which page load, and its number there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Wire {
    page: usize,
    load: u32,
    number: u32,
}

struct World {
    random: Random,
    now_ms: u64,
    order: u64,
    agenda: BinaryHeap<Reverse<(u64, u64)>>,
    happenings: BTreeMap<u64, Happening>,
    server: Server,
    server_due: Option<u64>,
    /// Somebody may have gone without a word that arrived: they are waited for before all agree.
    someone_is_awaited: bool,
    traced: bool,
    pages: Vec<Page>,
    /// Nothing overtakes on one directed wire.
    last_on_wire: BTreeMap<(Wire, bool), u64>,
    last_on_channel: BTreeMap<(usize, PeerId), u64>,
    last_of_browser: BTreeMap<(usize, PeerId), u64>,
}

struct Page {
    session: Session,
    browser: Browser,
    load: u32,
    socket: Option<Wire>,
    timer: Option<u64>,
    stored: Option<String>,
    alive: bool,
    said: u32,
}

impl World {
    fn new(seed: u64, traced: bool) -> Self {
        let mut world = Self {
            random: Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1),
            now_ms: 0,
            order: 0,
            agenda: BinaryHeap::new(),
            happenings: BTreeMap::new(),
            server: Server::new(0),
            server_due: None,
            someone_is_awaited: false,
            traced,
            pages: Vec::new(),
            last_on_wire: BTreeMap::new(),
            last_on_channel: BTreeMap::new(),
            last_of_browser: BTreeMap::new(),
        };
        for page in 0..2 + world.random.below(7) as usize {
            world.pages.push(Page::new(page, 0, None));
            let at = world.random.below(2_000);
            world.plan(at, Happening::Page(page, Event::Start));
            let join = Event::Intent(Intent::Join { name: format!("P{page}") });
            let at = at + world.random.below(500);
            world.plan(at, Happening::Page(page, join));
        }
        for _ in 0..world.random.below(25) {
            let at = world.random.below(FAULTS_MS);
            world.plan(at, Happening::Fate);
        }
        world.plan(TICK_INTERVAL_MS, Happening::Tick);
        world
    }

    fn run(mut self) {
        self.run_until(FAULTS_MS);
        self.run_until(FAULTS_MS + CALM_MS + if self.someone_is_awaited { WINDOW_MS } else { 0 });
        self.assert_all_is_well();
    }

    fn run_until(&mut self, end_ms: u64) {
        while let Some(Reverse((at, order))) = self.agenda.peek().copied().filter(|Reverse((at, _))| *at <= end_ms) {
            self.agenda.pop();
            self.now_ms = at;
            if let Some(happening) = self.happenings.remove(&order) {
                self.happen(happening);
            }
        }
        self.now_ms = end_ms;
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Page(page, event) => self.tell_page(page, event),
            Happening::Timer(page, at) if self.pages[page].timer == Some(at) => {
                self.pages[page].timer = None;
                self.tell_page(page, Event::Timeout);
            }
            Happening::Timer(_, _) => {}
            Happening::Connect(wire) => {
                self.server.connect(wire);
                self.tell_socket(wire, SocketEvent::Opened);
            }
            Happening::ToServer(wire, text) => {
                let out = self.server.receive(self.now_ms, wire, &text);
                self.carry_out(out);
            }
            Happening::ToPage(wire, text) => self.tell_socket(wire, SocketEvent::Message(text)),
            Happening::EndAtServer(wire, ending) => {
                let out = self.server.end(self.now_ms, wire, ending);
                self.carry_out(out);
            }
            Happening::EndAtPage(wire, reason) => self.tell_socket(wire, SocketEvent::Closed(reason)),
            Happening::ToPeer(page, peer, generation, event) => {
                self.tell_page(page, Event::Peer(peer, generation, event));
            }
            Happening::Fate => self.strike(),
            Happening::ServerTime(at) if self.server_due == Some(at) => {
                self.server_due = None;
                let out = self.server.pass_time(self.now_ms);
                self.carry_out(out);
            }
            Happening::ServerTime(_) => {}
            Happening::Tick => {
                let out = self.server.tick();
                self.carry_out(out);
                self.plan(TICK_INTERVAL_MS, Happening::Tick);
            }
        }
        let due = self.server.poll_timeout();
        if due != self.server_due {
            self.server_due = due;
            due.into_iter().for_each(|at| self.plan_at(at, Happening::ServerTime(at)));
        }
    }

    /// A fault, or something that people do.
    fn strike(&mut self) {
        let page = self.random.below(self.pages.len() as u64) as usize;
        if !self.pages[page].alive {
            return;
        }
        let kind = self.random.below(20);
        self.trace(page, "fate", &kind);
        match kind {
            0..=6 => self.cut(page),
            7 => self.restart_server(),
            8 => self.reload(page),
            9 => self.vanish(page),
            10 => {
                self.someone_is_awaited = true;
                self.tell_page(page, Event::Intent(Intent::Leave));
            }
            11..=15 => self.collide(page),
            _ => {
                self.pages[page].said += 1;
                let text = format!("P{page} {}", self.pages[page].said);
                self.tell_page(page, Event::Intent(Intent::SendChat { text }));
            }
        }
    }

    fn cut(&mut self, page: usize) {
        if let Some(wire) = self.pages[page].socket {
            self.end_wire(wire, Ending::Lost);
        }
    }

    /// What is on the wire is lost; each side notices in its own time.
    fn end_wire(&mut self, wire: Wire, ending: Ending) {
        self.happenings.retain(|_, happening| match happening {
            Happening::ToServer(w, _) | Happening::ToPage(w, _) | Happening::Connect(w) => *w != wire,
            _ => true,
        });
        let (there, here) = (self.delay(), self.delay());
        self.plan(there, Happening::EndAtServer(wire, ending));
        self.plan(here, Happening::EndAtPage(wire, None));
    }

    fn restart_server(&mut self) {
        // Who was let in but had not heard so is known to the others, and to the new server unknown.
        self.someone_is_awaited |= self.pages.iter().any(|page| page.session.view().phase == Phase::Joining);
        self.server = Server::new(self.now_ms);
        for page in 0..self.pages.len() {
            self.cut(page);
        }
    }

    fn reload(&mut self, page: usize) {
        if let Some(wire) = self.pages[page].socket {
            self.end_wire(wire, Ending::PageGone);
        }
        // Nothing of the old page happens any more.
        self.happenings.retain(|_, happening| match happening {
            Happening::Page(p, _) | Happening::Timer(p, _) | Happening::ToPeer(p, ..) => *p != page,
            _ => true,
        });
        self.disconnect_browser(page);
        let old = &self.pages[page];
        let (stored, was_over, said) =
            (old.stored.clone(), matches!(old.session.view().phase, Phase::After(_)), old.said);
        self.pages[page] = Page { said, ..Page::new(page, old.load + 1, stored.clone()) };
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
        self.cut(page);
        self.disconnect_browser(page);
        self.pages[page].alive = false;
    }

    /// The other ends of a page's connections notice that it is gone.
    fn disconnect_browser(&mut self, page: usize) {
        let Some(id) = self.pages[page].session.peer_id() else { return };
        for other in 0..self.pages.len() {
            if let Some(event) = self.pages[other].browser.lose(id) {
                self.plan(0, Happening::ToPeer(other, id, event.0, event.1));
            }
        }
    }

    /// Both ends of a connection want to negotiate at about the same time.
    fn collide(&mut self, page: usize) {
        let Some(me) = self.pages[page].session.peer_id() else { return };
        let others = self.pages[page].browser.peers();
        let Some(other) = others.get(self.random.below(others.len().max(1) as u64) as usize).copied() else { return };
        let there = self.pages.iter().position(|p| p.session.peer_id() == Some(other));
        for (page, peer) in [Some((page, other)), there.map(|there| (there, me))].into_iter().flatten() {
            let at = self.random.below(60);
            self.plan(at, Happening::Page(page, Event::Intent(Intent::RetryPair(peer))));
        }
    }

    fn tell_socket(&mut self, wire: Wire, event: SocketEvent) {
        if self.pages[wire.page].load == wire.load {
            self.tell_page(wire.page, Event::Socket(wire.number, event));
        }
    }

    fn tell_page(&mut self, page: usize, event: Event) {
        if !self.pages[page].alive {
            return;
        }
        let now = Duration::from_millis(self.now_ms);
        self.trace(page, "<-", &event);
        for command in self.pages[page].session.handle(now, event) {
            self.trace(page, "->", &command);
            self.execute(page, command);
        }
        let due = self.pages[page].session.poll_timeout();
        let due = due.map(|due| (due.as_millis() as u64).max(self.now_ms) + 1);
        if due != self.pages[page].timer {
            self.pages[page].timer = due;
            due.into_iter().for_each(|at| self.plan_at(at, Happening::Timer(page, at)));
        }
    }

    fn execute(&mut self, page: usize, command: Command) {
        match command {
            Command::OpenSocket(number) => {
                let wire = Wire { page, load: self.pages[page].load, number };
                self.pages[page].socket = Some(wire);
                let delay = self.delay();
                self.plan(delay, Happening::Connect(wire));
            }
            Command::SendSocket(text) => {
                if let Some(wire) = self.pages[page].socket {
                    let at = self.wire_time(wire, true);
                    self.plan_at(at, Happening::ToServer(wire, text));
                }
            }
            Command::CloseSocket => {
                if let Some(wire) = self.pages[page].socket.take() {
                    let at = self.wire_time(wire, true);
                    self.plan_at(at, Happening::EndAtServer(wire, Ending::PageGone));
                }
            }
            Command::StoreSession(text) => self.pages[page].stored = Some(text),
            Command::ForgetSession => self.pages[page].stored = None,
            Command::RememberName(_) | Command::RememberHiding(_) | Command::PreparePeer => {}
            Command::OpenPeer { peer, generation, .. } => {
                let label = format!("{page}.{}", self.pages[page].load);
                let event = self.pages[page].browser.open(&label, peer, generation);
                self.plan(0, Happening::ToPeer(page, peer, generation, event));
            }
            Command::ClosePeer(peer) => self.close_peer(page, peer),
            Command::Peer(peer, command) => self.execute_on_peer(page, peer, command),
            Command::Media(MediaCommand::Open(devices)) => {
                self.plan(5, Happening::Page(page, Event::Media(MediaEvent::Opened(devices))));
            }
            Command::Media(_) => {}
        }
    }

    fn close_peer(&mut self, page: usize, peer: PeerId) {
        self.pages[page].browser.close(peer);
        let Some(me) = self.pages[page].session.peer_id() else { return };
        if let Some(there) = self.pages.iter().position(|p| p.session.peer_id() == Some(peer))
            && let Some((generation, event)) = self.pages[there].browser.lose(me)
        {
            self.plan(0, Happening::ToPeer(there, me, generation, event));
        }
    }

    fn execute_on_peer(&mut self, page: usize, peer: PeerId, command: PeerCommand) {
        let there = self.pages.iter().position(|p| p.alive && p.session.peer_id() == Some(peer));
        if let PeerCommand::SendMessage(channel, text) = command {
            let (Some(there), Some(me)) = (there, self.pages[page].session.peer_id()) else { return };
            let Some(generation) = self.pages[there].browser.connected_generation(me) else { return };
            let last = self.last_on_channel.get(&(page, peer)).copied().unwrap_or_default();
            let at = last.max(self.now_ms + self.delay());
            self.last_on_channel.insert((page, peer), at);
            self.plan_at(at, Happening::ToPeer(there, me, generation, PeerEvent::Message(channel, text)));
            return;
        }
        for (delay, generation, event) in self.pages[page].browser.execute(peer, command, &mut self.random) {
            // A browser tells what happens on one connection in the order in which it happens.
            let last = self.last_of_browser.entry((page, peer)).or_default();
            *last = (self.now_ms + delay).max(*last);
            let at = *last;
            self.plan_at(at, Happening::ToPeer(page, peer, generation, event));
        }
        self.connect_where_both_agree(page, peer);
    }

    /// Connectivity checks: two connections that hold each other's descriptions and candidates find a path.
    fn connect_where_both_agree(&mut self, page: usize, peer: PeerId) {
        let Some(me) = self.pages[page].session.peer_id() else { return };
        let Some(there) = self.pages.iter().position(|p| p.alive && p.session.peer_id() == Some(peer)) else { return };
        let (Some(here), Some(far)) = (self.pages[page].browser.path(peer), self.pages[there].browser.path(me)) else {
            return;
        };
        if here.reaches(&far) && far.reaches(&here) {
            for (at, who, events) in [
                (page, peer, self.pages[page].browser.connect(peer)),
                (there, me, self.pages[there].browser.connect(me)),
            ] {
                let delay = self.delay();
                for (generation, event) in events {
                    self.plan(delay, Happening::ToPeer(at, who, generation, event));
                }
            }
        }
    }

    fn carry_out(&mut self, out: Vec<server::Said>) {
        for said in out {
            match said {
                server::Said::Text(wire, text) => {
                    let at = self.wire_time(wire, false);
                    self.plan_at(at, Happening::ToPage(wire, text));
                }
                server::Said::Close(wire, reason) => {
                    let at = self.wire_time(wire, false);
                    self.plan_at(at, Happening::EndAtPage(wire, Some(reason)));
                }
            }
        }
    }

    fn assert_all_is_well(&self) {
        let inside: Vec<&Page> =
            self.pages.iter().filter(|p| p.alive && p.session.view().phase == Phase::InCall).collect();
        for page in self.pages.iter().filter(|page| page.alive) {
            let view = page.session.view();
            // Former selves that are waited for take seats.
            let full = view.notices.contains(&Notice::RoomFull(8)) && self.pages.len() == 8;
            assert!(full || matches!(view.phase, Phase::InCall | Phase::After(_)), "{:?}", view.phase);
        }
        let everyone: Vec<PeerId> = inside.iter().filter_map(|page| page.session.peer_id()).collect();
        assert_eq!(
            self.server.members(),
            {
                let mut ids = everyone.clone();
                ids.sort();
                ids
            },
            "I3: the server agrees"
        );
        for page in &inside {
            let view = page.session.view();
            let mut seen: Vec<PeerId> = view.tiles.iter().filter_map(|tile| tile.key.owner).collect();
            seen.extend(page.session.peer_id());
            seen.sort();
            assert_eq!(seen, self.server.members(), "I3: all agree on who is here");
            for tile in &view.tiles {
                assert_eq!(
                    tile.status,
                    PairStatus::Connected,
                    "{} sees {}",
                    page.session.peer_id().unwrap(),
                    tile.name.as_str()
                );
            }
            assert_chat_in_order(&view.chat);
        }
    }

    /// What happens in a run that is replayed alone.
    fn trace(&self, page: usize, direction: &str, what: &dyn std::fmt::Debug) {
        if self.traced {
            let me = self.pages[page].session.peer_id().map(|id| id.to_string()).unwrap_or_default();
            eprintln!("{:>6} page {page} {me} {direction} {what:?}", self.now_ms);
        }
    }

    fn delay(&mut self) -> u64 {
        1 + self.random.below(120)
    }

    fn wire_time(&mut self, wire: Wire, up: bool) -> u64 {
        let at = self.now_ms + self.delay();
        let last = self.last_on_wire.entry((wire, up)).or_default();
        *last = at.max(*last);
        *last
    }

    fn plan(&mut self, delay_ms: u64, happening: Happening) {
        self.plan_at(self.now_ms + delay_ms, happening);
    }

    fn plan_at(&mut self, at_ms: u64, happening: Happening) {
        self.order += 1;
        self.agenda.push(Reverse((at_ms, self.order)));
        self.happenings.insert(self.order, happening);
    }
}

/// Every line of an author once, in the order in which it was written.
fn assert_chat_in_order(chat: &[super::view::ChatLine]) {
    let mut last: BTreeMap<String, u32> = BTreeMap::new();
    for line in chat {
        let [ChatPiece::Text(text)] = &line.pieces[..] else { panic!("{line:?}") };
        let (author, number) = text.split_once(' ').unwrap();
        let number: u32 = number.parse().unwrap();
        let before = last.insert(author.to_owned(), number).unwrap_or_default();
        assert!(number > before, "chat of {author}: {before} before {number}");
    }
}

impl Page {
    fn new(page: usize, load: u32, stored: Option<String>) -> Self {
        let environment = Environment {
            secure_context: true,
            webrtc: true,
            stored_session: stored.clone(),
            seed: (page as u64 * 1_000 + u64::from(load) + 1) << 11,
            ..Environment::default()
        };
        let session = Session::new(RoomId::parse("r/sim").unwrap(), environment);
        Self { session, browser: Browser::default(), load, socket: None, timer: None, stored, alive: true, said: 0 }
    }
}

/// xorshift64*: all the chance there is in a run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % end.max(1)
    }
}
