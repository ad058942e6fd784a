//! Up to eight sessions and one room over a network that delays, reorders, doubles, goes silent and cuts, and a server
//! that is restarted, in virtual time.
//!
//! The sessions are the real thing. The browser is a model of RTCPeerConnection ([`browser`]) that panics where a
//! browser would throw. What lies beyond the page's sockets is a [`net::Net`]: here simulated wires to the real room
//! ([`wires`]); `server/storm.rs` puts the whole server in their place and has the same faults strike it.
//!
//! A seed decides all; a failing one prints itself, replays alone and tells its story:
//! `CONFAB_SEED=17 cargo test --no-default-features --lib sim -- --nocapture`. `CONFAB_SEEDS=10000` runs more.

pub(crate) mod agenda;
mod browser;
mod checks;
pub(crate) mod door;
mod faults;
mod ledger;
pub(crate) mod net;
mod peers;
mod server;
mod wires;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::derivation::Random;
use super::session::{Command, Environment, Event, Session, SocketEvent};
use super::view::{Intent, Phase};
use crate::call::media::{MediaCommand, MediaEvent};
use crate::protocol::{HostSecret, LinkKey, LinkSecret, PeerId, RoomId, RoomLink};
use agenda::{Agenda, Happening, Wire};
use browser::Browser;
use door::DoorWatch;
use ledger::Ledger;
use net::Net;
use wires::Wires;

/// As many as a room admits.
const MOST_PAGES: usize = 8;
/// How long faults go on, and how long after them all must agree on who is there (I3).
const FAULTS_MS: u64 = 8_000;
const CALM_MS: u64 = 5_000;
/// A relayed pair has to find a new relay after a restart; then all must be connected.
const RELAYS_MS: u64 = 10_000;
/// A connection that does not find its path is made anew after 8 to 12 seconds, or 24 for one that was made anew before; later, if
/// nothing can be agreed at that moment.
const STALLED_MS: u64 = 40_000;
/// The server looks every five seconds who has been silent for fifteen.
const LOST_MS: u64 = 20_000;
/// A machine that vanishes is waited for this much longer.
const WINDOW_MS: u64 = 60_000;

#[test]
fn calls_hold_whatever_the_network_does() {
    for_each_seed("--no-default-features --lib sim", 1_000, |seed, traced| {
        simulated(seed, traced, World::with_fates).run();
    });
}

#[test]
fn a_restarted_server_stops_no_direct_media_and_relayed_pairs_play_again() {
    for_each_seed("--no-default-features --lib sim", 200, |seed, traced| {
        simulated(seed, traced, World::without_fates).run_through_a_restart();
    });
}

#[test]
fn what_hosts_decide_holds_whatever_the_network_does() {
    for_each_seed("--no-default-features --lib sim", 500, |seed, traced| {
        // A sealed room has hosts.
        simulated(2 * seed, traced, World::with_a_host).run();
    });
    door::assert_hosts_were_at_work();
}

fn simulated(seed: u64, traced: bool, people: fn(&mut World<Wires>)) -> World<Wires> {
    let mut agenda = Agenda::new(seed);
    let count = 2 + agenda.random.below(7) as usize;
    let net = Wires::new(&mut agenda, room(seed));
    let mut world = World::new(seed, traced, agenda, net);
    world.add_pages(count);
    people(&mut world);
    world
}

/// Runs this many seeds (`CONFAB_SEEDS` of them; `CONFAB_SEED` alone, with its story), on every processor.
pub(crate) fn for_each_seed(tests: &str, count: u64, run: impl Fn(u64, bool) + Sync) {
    let number = |name| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let (seeds, traced) = match number("CONFAB_SEED") {
        Some(seed) => (seed..seed + 1, true),
        None => (1..1 + number("CONFAB_SEEDS").unwrap_or(count), false),
    };
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get() as u64);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let (seeds, run) = (seeds.clone(), &run);
            scope.spawn(move || {
                for seed in seeds.filter(|seed| seed % threads == thread) {
                    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(seed, traced)));
                    assert!(outcome.is_ok(), "replay with CONFAB_SEED={seed} cargo test {tests} -- --nocapture");
                }
            });
        }
    });
}

/// Pages, the connections between them, and what is between them and the server.
pub(crate) struct World<N: Net> {
    pub(crate) agenda: Agenda<N::Event>,
    pub(crate) net: N,
    seed: u64,
    link: RoomLink,
    traced: bool,
    pages: Vec<Page>,
    ledger: Ledger,
    door: DoorWatch,
    /// Sockets that were admitted.
    admitted: BTreeSet<Wire>,
    /// Somebody may have gone without a word that arrived: they are waited for before all agree.
    someone_is_awaited: bool,
    /// Somebody was let in under a name that they never heard of. Who does not hear either that it has left waits for it
    /// after a restart.
    someone_asked_again: bool,
    /// A browser looks for a path that it will not find.
    someone_stalls: bool,
    /// When everybody has noticed what broke.
    noticed_at: u64,
    /// When everybody is back after the last restart.
    outage_ends_at: u64,
    /// The last time at which the server came back.
    back_at: Option<u64>,
    /// When a pair was last connected anew.
    connected_at: u64,
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

impl<N: Net> World<N> {
    /// When the last fault strikes.
    #[allow(dead_code, reason = "the storm of the real server needs it")]
    pub(crate) const FAULTS_END_MS: u64 = FAULTS_MS;

    pub(crate) fn new(seed: u64, traced: bool, agenda: Agenda<N::Event>, net: N) -> Self {
        Self {
            agenda,
            net,
            seed,
            link: link(seed),
            traced,
            pages: Vec::new(),
            ledger: Ledger::default(),
            door: DoorWatch::default(),
            admitted: BTreeSet::new(),
            someone_is_awaited: false,
            someone_asked_again: false,
            someone_stalls: false,
            noticed_at: 0,
            outage_ends_at: 0,
            back_at: None,
            connected_at: 0,
            last_on_channel: BTreeMap::new(),
            last_of_browser: BTreeMap::new(),
        }
    }

    /// People who come one after the other.
    pub(crate) fn add_pages(&mut self, count: usize) {
        for page in 0..count {
            let at = self.agenda.random.below(2_000);
            self.add_page(page, at);
        }
    }

    fn add_page(&mut self, page: usize, at: u64) {
        self.pages.push(Page::new(&self.link, page, 0, None));
        self.agenda.plan(at, Happening::Page(page, Event::Start));
        let join = Event::Intent(Intent::Join { name: format!("P{page}") });
        let at = at + self.agenda.random.below(500);
        self.agenda.plan(at, Happening::Page(page, join));
    }

    fn run(mut self) {
        self.run_until(FAULTS_MS);
        let calm_at = self.calm_at();
        self.run_until(calm_at);
        self.assert_all_agree();
        self.run_until(calm_at + if self.someone_stalls { STALLED_MS } else { RELAYS_MS });
        self.assert_all_is_well();
    }

    /// When all must agree after the faults.
    pub(crate) fn calm_at(&self) -> u64 {
        let window = if self.someone_is_awaited { LOST_MS + WINDOW_MS } else { 0 };
        self.noticed_at.max(FAULTS_MS) + CALM_MS + window
    }

    fn run_until(&mut self, end_ms: u64) {
        while let Some(happening) = self.agenda.next_until(end_ms) {
            self.happen(happening);
        }
        self.agenda.now_ms = end_ms;
    }

    pub(crate) fn happen(&mut self, happening: Happening<N::Event>) {
        match happening {
            Happening::Page(page, event) => self.tell_page(page, event),
            Happening::Timer(page, at) if self.pages[page].timer == Some(at) => {
                self.pages[page].timer = None;
                self.tell_page(page, Event::Timeout);
            }
            Happening::Timer(_, _) => {}
            Happening::Opened(wire) => self.tell_socket(wire, SocketEvent::Opened),
            Happening::ToPage(wire, text) => {
                self.overhear(wire, &text);
                self.tell_socket(wire, SocketEvent::Message(text));
            }
            Happening::EndAtPage(wire, reason) => {
                if self.pages[wire.page].load == wire.load {
                    self.door.ends(self.pages[wire.page].session.peer_id(), reason);
                    // Join may have been pressed after the cut, and before it was noticed.
                    self.someone_asked_again |= self.pages[wire.page].session.view().phase == Phase::Joining;
                }
                self.tell_socket(wire, SocketEvent::Closed(reason));
            }
            Happening::ToPeer(page, peer, generation, event) => {
                self.tell_page(page, Event::Peer(peer, generation, event));
            }
            Happening::Fate => self.strike(),
            Happening::HostActs => self.host_acts(),
            Happening::ServerIsBack => self.back_at = Some(self.agenda.now_ms),
            Happening::Net(event) => self.net.happen(&mut self.agenda, event),
        }
        self.net.settle(&mut self.agenda);
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
        let now = Duration::from_millis(self.agenda.now_ms);
        self.trace(page, "<-", &event);
        for command in self.pages[page].session.handle(now, event) {
            self.trace(page, "->", &command);
            self.execute(page, command);
        }
        let due = self.pages[page].session.poll_timeout();
        let due = due.map(|due| (due.as_millis() as u64).max(self.agenda.now_ms) + 1);
        if due != self.pages[page].timer {
            self.pages[page].timer = due;
            due.into_iter().for_each(|at| self.agenda.plan_at(at, Happening::Timer(page, at)));
        }
    }

    fn execute(&mut self, page: usize, command: Command) {
        match command {
            Command::OpenSocket(number) => {
                let wire = Wire { page, load: self.pages[page].load, number };
                self.pages[page].socket = Some(wire);
                self.net.open(&mut self.agenda, wire);
            }
            Command::SendSocket(text) => {
                if let Some(wire) = self.pages[page].socket {
                    self.door.asks(self.agenda.now_ms, page, &text);
                    self.pages[page].session.peer_id().into_iter().for_each(|me| self.ledger.sent(me, &text));
                    self.net.say(&mut self.agenda, wire, text);
                }
            }
            Command::CloseSocket => {
                if let Some(wire) = self.pages[page].socket.take() {
                    self.net.close(&mut self.agenda, wire);
                }
            }
            Command::StoreSession(text) => self.pages[page].stored = Some(text),
            Command::ForgetSession => self.pages[page].stored = None,
            Command::RememberName(_)
            | Command::RememberHiding(_)
            | Command::RememberDevice(_, _)
            | Command::RememberSound(_)
            | Command::UseDevices(_)
            | Command::KeepHosts(_)
            | Command::RememberCode(_)
            | Command::TellTabs(_)
            | Command::KeepAwake(_)
            | Command::SetVolume(_, _)
            | Command::RememberPreferences(_)
            | Command::Chime(_)
            | Command::PreparePeer => {}
            Command::OpenPeer { peer, generation, .. } => self.open_peer(page, peer, generation),
            Command::ClosePeer(peer) => self.close_peer(page, peer),
            Command::Peer(peer, command) => self.execute_on_peer(page, peer, command),
            Command::Media(MediaCommand::Open(devices)) => {
                self.agenda.plan(5, Happening::Page(page, Event::Media(MediaEvent::Opened(devices))));
            }
            Command::Media(MediaCommand::OpenScreen) => {
                for (peer, generation, event) in self.pages[page].browser.share() {
                    // Browsers wait with this until no operation is under way.
                    self.tell_of_peer(page, peer, 5, (generation, event));
                }
                self.agenda.plan(5, Happening::Page(page, Event::Media(MediaEvent::ScreenOpened)));
            }
            Command::Media(_) => {}
        }
    }

    /// Whether somebody stands before an open door.
    fn someone_is_joining(&self) -> bool {
        self.pages.iter().any(|page| page.session.view().phase == Phase::Joining)
    }

    /// What happens in a run that is replayed alone.
    fn trace(&self, page: usize, direction: &str, what: &dyn std::fmt::Debug) {
        if self.traced {
            let me = self.pages[page].session.peer_id().map(|id| id.to_string()).unwrap_or_default();
            eprintln!("{:>6} page {page} {me} {direction} {what:?}", self.agenda.now_ms);
        }
    }
}

impl Page {
    /// A page of this link: the first person has the host's.
    fn new(link: &RoomLink, page: usize, load: u32, stored: Option<String>) -> Self {
        let fragment = if page == 0 { LinkSecret::fragment } else { LinkSecret::guest_fragment };
        let environment = Environment {
            fragment: link.secret.as_ref().map(fragment).unwrap_or_default(),
            secure_context: true,
            webrtc: true,
            stored_session: stored.clone(),
            seed: (page as u64 * 1_000 + u64::from(load) + 1) << 11,
            random: Random::new([page as u8 + 1, load as u8].repeat(16).try_into().unwrap()),
            ..Environment::default()
        };
        let session = Session::new(link.room.clone(), environment);
        Self { session, browser: Browser::default(), load, socket: None, timer: None, stored, alive: true, said: 0 }
    }
}

/// A sealed room in every other run, a named one in the rest.
pub(crate) fn link(seed: u64) -> RoomLink {
    if seed.is_multiple_of(2) {
        RoomLink::create(LinkKey::from_bytes([1; 16]), HostSecret::from_bytes([2; 16]))
    } else {
        RoomLink::parse("sim").unwrap()
    }
}

/// Its address.
pub(crate) fn room(seed: u64) -> RoomId {
    link(seed).room
}
