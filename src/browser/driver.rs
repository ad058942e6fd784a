//! The engine: feeds what happens in the browser to the [`Session`], carries out what it says, decides nothing.

use crate::call::few::Few;
use std::rc::Rc;
use std::time::Duration;

use futures_channel::mpsc;
use futures_util::{StreamExt, future, stream};
use wasm_bindgen::JsValue;
use web_sys::{Storage, Window};

use super::awake::Awake;
use super::bindings::{GRAPHEMES, generate_certificate, get, has_screens, has_webrtc, spawn, warn};
use super::chime::Sounding;
use super::listener::{Listener, Timer};
use super::media::LocalMedia;
use super::meter;
use super::peer::Peer;
use super::prepared::Prepared;
use super::socket::Socket;
use super::stage;
use super::surroundings::{Surroundings, ask_before_leaving};
use super::tabs::Tabs;
use crate::call::derivation::Random;
use crate::call::media::{MediaCommand, MediaEvent};
use crate::call::session::{Command, Environment, Event, IceSetup, PeerCommand, PeerEvent, Session};
use crate::call::signal::MediaSource;
use crate::call::speaker::LOOK_EVERY;
use crate::call::view::{CallView, Intent};
use crate::protocol::{Generation, PeerId, RoomId};

/// How long a negotiation may hold back what is drawn.
const HOLD: Duration = Duration::from_millis(150);
/// How loud people are is looked at from so long after one has joined, or the first of them has come: until then there is enough to do.
const LISTEN_AFTER: Duration = Duration::from_secs(2);

const SESSION_KEY: &str = "confab.session";
const NAME_KEY: &str = "confab.name";
const HIDING_KEY: &str = "confab.hide";
const HOSTS_KEY: &str = "confab.hosts";
const CODE_KEY: &str = "confab.code";
const PREFERENCES_KEY: &str = "confab.preferences";
const SOUND_KEY: &str = "confab.sound";
/// In the order of `DeviceKind::ALL`.
const DEVICE_KEYS: [&str; 3] = ["confab.microphone", "confab.camera", "confab.speaker"];

/// Where everything that happens goes.
#[derive(Clone)]
pub struct Events(mpsc::UnboundedSender<Event>);

impl Events {
    /// Reports that something happened; nobody listens any more once the engine has ended.
    pub fn send(&self, event: Event) {
        let _ = self.0.unbounded_send(event);
    }
}

/// Runs a session until `intents` is closed.
pub async fn run(room: RoomId, intents: mpsc::Receiver<Intent>, on_view: impl Fn(CallView)) {
    let (sender, receiver) = mpsc::unbounded();
    let events = Events(sender);
    let Some(window) = web_sys::window() else { return };
    let mut engine = match Engine::new(window, room, events.clone()).await {
        Ok(engine) => engine,
        Err(error) => return warn("the engine does not start", &error),
    };
    stage::report_to(events.clone());
    events.send(Event::Start);
    let closed = stream::once(future::ready(None));
    let intents = intents.map(|intent| Some(Event::Intent(intent))).chain(closed);
    let mut all = stream::select(receiver.map(Some), intents);
    let mut shown = CallView::default();
    while let Some(Some(event)) = all.next().await {
        engine.handle(event);
        let view = engine.session.view();
        if view != shown && !engine.holds_view() {
            shown = view.clone();
            engine.keep_open(view.is_with_others());
            on_view(view);
        }
    }
    // The page shows something else now.
    engine.handle(Event::Intent(Intent::Leave));
    drop(engine);
    stage::clear();
}

struct Engine {
    window: Window,
    session: Session,
    events: Events,
    certificate: JsValue,
    media: Rc<LocalMedia>,
    socket: Option<Socket>,
    peers: Few<PeerId, Peer>,
    /// For the first peer to whom we offer.
    spare: Option<Prepared>,
    timer: Option<(Duration, Timer)>,
    /// With whom a description is being made or taken; and until when that holds back what is drawn.
    negotiating: Vec<PeerId>,
    held_until: Duration,
    held: Option<Timer>,
    /// Until everybody's loudness is looked at next, and whether that has begun.
    listening: Option<Timer>,
    listens: bool,
    awake: Awake,
    tabs: Option<Tabs>,
    /// The last sound that was played.
    sounding: Option<Sounding>,
    /// While closing the tab would take this person from others.
    leaving: Option<Listener>,
    _surroundings: Surroundings,
}

impl Engine {
    async fn new(window: Window, room: RoomId, events: Events) -> Result<Self, JsValue> {
        let webrtc = has_webrtc();
        let secure_context = window.is_secure_context();
        let certificate = if webrtc && secure_context { generate_certificate().await? } else { JsValue::UNDEFINED };
        let environment = Environment {
            fragment: window.location().hash()?,
            secure_context,
            webrtc,
            can_share: has_screens(&window.navigator()),
            touch: get(&window.navigator(), "maxTouchPoints").as_f64().is_some_and(|points| points > 0.0),
            user_agent: super::user_agent(),
            remembered_name: read(window.local_storage(), NAME_KEY),
            remembered_devices: DEVICE_KEYS.map(|key| read(window.local_storage(), key)),
            remembered_sound: read(window.local_storage(), SOUND_KEY),
            hides_address: read(window.local_storage(), HIDING_KEY).is_some(),
            kept_hosts: kept_hosts(&window),
            preferences: read(window.local_storage(), PREFERENCES_KEY),
            create_code: read(window.local_storage(), CODE_KEY),
            stored_session: read(window.session_storage(), SESSION_KEY),
            wall_ms: (js_sys::Date::now() - now_ms(&window)) as u64,
            seed: js_sys::Math::random().to_bits(),
            random: random(&window)?,
            graphemes: GRAPHEMES,
        };
        Ok(Self {
            session: Session::new(room, environment),
            certificate,
            media: Rc::new(LocalMedia::new(events.clone())?),
            socket: None,
            peers: Few::new(),
            spare: None,
            timer: None,
            negotiating: Vec::new(),
            held_until: Duration::ZERO,
            held: None,
            listening: None,
            listens: false,
            awake: Awake::default(),
            tabs: Tabs::listen(&events),
            sounding: None,
            leaving: None,
            _surroundings: Surroundings::watch(&window, &events),
            events,
            window,
        })
    }

    fn handle(&mut self, event: Event) {
        let event = if matches!(event, Event::Levels(_)) { Event::Levels(self.levels()) } else { event };
        if matches!(event, Event::Media(MediaEvent::Opened(_) | MediaEvent::ScreenOpened)) {
            self.update_tracks();
        }
        if matches!(event, Event::Media(MediaEvent::DevicesChanged)) {
            let media = Rc::clone(&self.media);
            spawn(async move { media.list().await });
        }
        if matches!(event, Event::Stirred | Event::Shown) {
            // A browser may have paused what it plays.
            stage::play_all();
        }
        if matches!(event, Event::Intent(Intent::Join { .. })) {
            (self.listening, self.listens) = (None, false);
        }
        if let Event::Peer(peer, _, step) = &event
            && ends_negotiation(step)
        {
            self.negotiating.retain(|other| other != peer);
        }
        let now = self.now();
        for command in self.session.handle(now, event) {
            self.execute(command);
        }
        self.set_timer(now);
        self.listen();
    }

    /// A slip of the hand should not end a call.
    fn keep_open(&mut self, with_others: bool) {
        if with_others != self.leaving.is_some() {
            self.leaving = with_others.then(|| ask_before_leaving(&self.window));
        }
    }

    /// While there is anybody to hear, or somebody looks at how loud they are themselves.
    fn listen(&mut self) {
        if self.peers.is_empty() && !meter::is_watched() {
            self.listening = None;
            self.media.stop_listening();
            self.listens = false;
        } else if self.listening.is_none() {
            let events = self.events.clone();
            let next = move || events.send(Event::Levels(Vec::new()));
            let wait = if std::mem::replace(&mut self.listens, true) { LOOK_EVERY } else { LISTEN_AFTER };
            self.listening = Timer::after_ms(wait.as_millis() as i32, next);
        }
    }

    /// It was time to look.
    fn levels(&mut self) -> Vec<(Option<PeerId>, u16)> {
        self.listening = None;
        let own = self.media.level();
        meter::show(own);
        let others = self.peers.iter().map(|(id, peer)| (Some(*id), peer.level()));
        [(None, own)].into_iter().chain(others).collect()
    }

    /// Drawing a call takes a while, in which the browser could not tell us that a description is made or taken. So that
    /// comes first, for a moment at most; the packets that follow do not wait for the page.
    fn holds_view(&self) -> bool {
        !self.negotiating.is_empty() && self.now() < self.held_until
    }

    fn hold_view(&mut self, peer: PeerId) {
        if self.negotiating.is_empty() {
            self.held_until = self.now() + HOLD;
            let events = self.events.clone();
            self.held = Timer::after_ms(HOLD.as_millis() as i32 + 1, move || events.send(Event::Timeout));
        }
        if !self.negotiating.contains(&peer) {
            self.negotiating.push(peer);
        }
    }

    fn now(&self) -> Duration {
        Duration::from_micros((now_ms(&self.window) * 1_000.0) as u64)
    }

    fn execute(&mut self, command: Command) {
        match command {
            Command::OpenSocket(number) => self.socket = Socket::open(number, &self.events),
            Command::SendSocket(text) => self.socket.iter().for_each(|socket| socket.send(&text)),
            Command::CloseSocket => self.socket = None,
            Command::StoreSession(text) => write(self.window.session_storage(), SESSION_KEY, Some(&text)),
            Command::ForgetSession => write(self.window.session_storage(), SESSION_KEY, None),
            Command::RememberName(name) => write(self.window.local_storage(), NAME_KEY, Some(&name)),
            Command::RememberHiding(hides) => write(self.window.local_storage(), HIDING_KEY, hides.then_some("1")),
            Command::KeepHosts(text) => write(self.window.local_storage(), HOSTS_KEY, Some(&text)),
            Command::RememberCode(code) => write(self.window.local_storage(), CODE_KEY, Some(&code)),
            Command::RememberSound(text) => write(self.window.local_storage(), SOUND_KEY, Some(&text)),
            Command::RememberDevice(kind, text) => {
                write(self.window.local_storage(), DEVICE_KEYS[kind as usize], Some(&text));
            }
            Command::RememberPreferences(text) => {
                write(self.window.local_storage(), PREFERENCES_KEY, Some(&text));
            }
            Command::Chime(chime) => self.sounding = Some(Sounding::play(chime)),
            Command::UseDevices(ids) => {
                stage::play_on(ids.speaker.clone().unwrap_or_default());
                self.media.want(ids);
            }
            Command::TellTabs(text) => self.tabs.iter().for_each(|tabs| tabs.say(&text)),
            Command::KeepAwake(awake) => self.awake.keep(&self.window, awake),
            Command::SetVolume(peer, hundredths) => stage::set_volume(peer, hundredths),
            Command::PreparePeer => {
                let prepared = Prepared::new(true, &self.certificate, &self.media);
                self.spare = prepared.inspect_err(|error| warn("no connection", error)).ok();
            }
            Command::OpenPeer { peer, generation, offers, ice } => {
                match self.open_peer(peer, generation, offers, &ice) {
                    Ok(connection) => drop(self.peers.insert(peer, connection)),
                    Err(error) => warn("no connection", &error),
                }
            }
            Command::ClosePeer(peer) => {
                self.negotiating.retain(|other| *other != peer);
                self.peers.remove(&peer);
            }
            Command::Peer(peer, command) => {
                if matches!(command, PeerCommand::NegotiateLocal | PeerCommand::ApplyRemote(_)) {
                    self.hold_view(peer);
                }
                if let Some(connection) = self.peers.get(&peer) {
                    execute_on(connection, &self.certificate, command);
                }
            }
            Command::Media(command) => self.execute_media(command),
        }
    }

    fn open_peer(
        &mut self,
        peer: PeerId,
        generation: Generation,
        offers: bool,
        ice: &IceSetup,
    ) -> Result<Peer, JsValue> {
        let spare = self.spare.take_if(|_| offers);
        let prepared = match spare {
            Some(spare) => spare,
            None => Prepared::new(offers, &self.certificate, &self.media)?,
        };
        prepared.connection.use_servers(ice, &self.certificate)?;
        Peer::open(peer, generation, prepared, Rc::clone(&self.media), self.events.clone())
    }

    fn execute_media(&mut self, command: MediaCommand) {
        match command {
            MediaCommand::Open(devices) => self.media.open(devices),
            MediaCommand::EnableMicrophone(enabled) => {
                self.media.enable_microphone(enabled);
                self.update_tracks();
            }
            MediaCommand::StopCamera => {
                self.media.stop(MediaSource::Camera);
                self.update_tracks();
            }
            MediaCommand::OpenScreen => self.media.open_screen(),
            MediaCommand::StopScreen => {
                self.media.stop_screen();
                self.update_tracks();
            }
            MediaCommand::StopAll => self.media.stop_all(),
        }
    }

    fn update_tracks(&self) {
        self.peers.values().for_each(Peer::update_tracks);
        if let Some(spare) = &self.spare {
            spare.connection.replace_tracks(&spare.sending, &self.media, true);
        }
    }

    fn set_timer(&mut self, now: Duration) {
        let due = self.session.poll_timeout();
        if due == self.timer.as_ref().map(|(at, _)| *at) {
            return;
        }
        self.timer = due.and_then(|at| {
            let events = self.events.clone();
            // Rounded up: a timer that fires early would be set again and again.
            let ms = at.saturating_sub(now).as_millis().saturating_add(1).min(i32::MAX as u128) as i32;
            Timer::after_ms(ms, move || events.send(Event::Clock(js_sys::Date::now() as u64))).map(|timer| (at, timer))
        });
    }
}

/// A description was made or taken, or nothing came of it. (An offer that was taken is answered at once; while the other side
/// is at its answer, there is time to draw.)
fn ends_negotiation(step: &PeerEvent) -> bool {
    matches!(step, PeerEvent::LocalApplied(_) | PeerEvent::RemoteApplied(_))
}

fn execute_on(connection: &Peer, certificate: &JsValue, command: PeerCommand) {
    match command {
        PeerCommand::NegotiateLocal => connection.negotiate_local(),
        // Browsers take their offer back by themselves when they are given the other one.
        PeerCommand::Rollback => {}
        PeerCommand::ApplyRemote(description) => connection.apply_remote(description),
        PeerCommand::AddCandidates(candidates) => connection.add_candidates(&candidates),
        PeerCommand::RestartIce => connection.restart_ice(),
        PeerCommand::UseServers(ice) => connection.use_servers(&ice, certificate),
        PeerCommand::SetEncoding(source, encoding) => connection.set_encoding(source, encoding),
        PeerCommand::SendPictures(pictures) => connection.send_pictures(pictures),
        PeerCommand::SendMessage(channel, text) => connection.send(channel, &text),
        PeerCommand::ReadStats => connection.read_stats(),
    }
}

/// The browser's generator for keys.
fn random(window: &Window) -> Result<Random, JsValue> {
    let mut seed = [0; 32];
    window.crypto()?.get_random_values_with_u8_array(&mut seed)?;
    Ok(Random::new(seed))
}

/// Milliseconds since the page was opened; never goes back.
fn now_ms(window: &Window) -> f64 {
    window.performance().map_or(0.0, |performance| performance.now())
}

/// What this device has kept of the rooms that it hosts.
pub(super) fn kept_hosts(window: &Window) -> Option<String> {
    read(window.local_storage(), HOSTS_KEY)
}

/// A browser may deny storage altogether; then nothing is remembered.
fn read(storage: Result<Option<Storage>, JsValue>, key: &str) -> Option<String> {
    storage.ok().flatten()?.get_item(key).ok().flatten()
}

fn write(storage: Result<Option<Storage>, JsValue>, key: &str, value: Option<&str>) {
    let Some(storage) = storage.ok().flatten() else { return };
    let written = match value {
        Some(value) => storage.set_item(key, value),
        None => storage.remove_item(key),
    };
    // Full or denied: the call goes on, a reload will not return to it.
    if let Err(error) = written {
        warn("nothing remembered", &error);
    }
}
