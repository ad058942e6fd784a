//! One person's part in one room: from the preview to the last goodbye, over however many sockets it takes.
//!
//! Drive it in three steps: feed every [`Event`] to [`Session::handle`], carry out the [`Command`]s in order, and come
//! back with [`Event::Timeout`] at [`Session::poll_timeout`]. [`Session::view`] is what the interface shows.
//!
//! Design decisions
//! - Media do not depend on the socket. A lost socket changes one line on the stage; connections stay, data channels
//!   work, and what could not be signalled is sent again after the return.
//! - Of two pages the one with the larger epoch is the newcomer: it offers and is polite. So both know without asking.
//! - A page that is loaded again comes back with its token as the same person, and starts its connections anew.
//!
//! Invariant: there is exactly one [`Pair`] for each other member the server has told us of and not taken back.

mod comfort;
mod event;
mod gestures;
mod hearing;
mod host;
mod network;
mod others;
mod pair;
mod passages;
mod paths;
mod person;
mod quality;
mod rescue;
mod sealing;
mod server;
mod socket;

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::chat::Chat;
use super::chime::Chimes;
use super::code::Exchange;
use super::few::Few;
use super::gestures::Gestures;
use super::hosting::HostView;
use super::media::{Choices, Media};
use super::muted::MutedTalk;
use super::preferences::{Preference, Preferences};
use super::quality::Judge;
use super::seal::RoomSeal;
use super::speaker::Speakers;
use super::view::{CallView, Choice, Device, Notice, PairStatus, Phase, Share, TileKey, TileView};
use crate::protocol::{
    ClientMessage, DisplayName, Epoch, Generation, IceServer, LinkError, LinkSecret, PeerId, RoomId, RoomLink,
    invited_name,
};
use comfort::LowData;
use network::Sleep;
use pair::Pair;
use passages::Passages;
use paths::Measuring;
use sealing::Sealing;
use socket::Socket;

pub use event::{Command, Environment, Event, IceSetup, PeerCommand, PeerEvent, SocketEvent};
pub use pair::ConnectionState;

/// The session.
#[derive(Debug)]
pub struct Session {
    room: RoomId,
    environment: Environment,
    link: Result<Option<LinkSecret>, LinkError>,
    phase: Phase,
    socket: Socket,
    /// Whether the server has answered this socket's hello.
    greeted: bool,
    /// Whether the server has admitted this socket.
    admitted: bool,
    /// Whether a connection was made ahead of time.
    prepared: bool,
    /// Whether connections may use relays only.
    hides_address: bool,
    /// When the connections are measured next.
    measuring: Measuring,
    /// Whether this machine has slept.
    sleep: Sleep,
    name: Option<DisplayName>,
    /// What this person was called the last time.
    remembered: Option<DisplayName>,
    stored: Option<StoredSession>,
    me: Option<Me>,
    pairs: Few<PeerId, Pair>,
    /// The last generation of each pair that was dropped; the next one must be larger.
    past: Few<PeerId, Generation>,
    passages: Passages,
    sealing: Sealing,
    media: Media,
    choices: Choices,
    speakers: Speakers,
    choice: Choice,
    judge: Judge,
    /// Whose connection the person looks at.
    watched: Option<PeerId>,
    /// How loud each is to be, in hundredths.
    volumes: Vec<(PeerId, u8)>,
    low_data: LowData,
    /// Whether the screen is to stay on.
    keeps_awake: bool,
    chat: Chat,
    gestures: Gestures,
    preferences: Preferences,
    chimes: Chimes,
    muted_talk: MutedTalk,
    /// Push-to-talk: the microphone is on because a key is held.
    holds_to_talk: bool,
    host: HostView,
    /// What opens a room on this server, as typed or remembered.
    create_code: Option<String>,
    notices: BTreeSet<Notice>,
    dismissed: BTreeSet<Notice>,
    now: Duration,
    out: Vec<Command>,
}

/// What a `welcome` said of us.
#[derive(Debug, Clone)]
struct Me {
    peer_id: PeerId,
    epoch: Epoch,
    token: String,
    boot_id: String,
    resume_window: Duration,
    ice_servers: Vec<IceServer>,
}

/// What survives a reload of the page, in the tab.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct StoredSession {
    room: RoomId,
    token: String,
    name: String,
    microphone: bool,
    camera: bool,
    #[serde(default)]
    low_data: bool,
    /// When the hand was raised that was up.
    hand: Option<u64>,
}

impl Session {
    /// A session in front of `room`.
    pub fn new(room: RoomId, mut environment: Environment) -> Self {
        let names = [invited_name(&environment.fragment), environment.remembered_name.take()];
        let link = RoomLink::secret_for(&room, &environment.fragment);
        let link = host::with_kept_secret(link, &room, environment.kept_hosts.as_deref());
        let secret = link.as_ref().ok().and_then(Option::as_ref);
        let seal = secret.map(|secret| RoomSeal::new(&secret.key, &room, &mut environment.random));
        let stored = environment.stored_session.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let stored =
            stored.filter(|stored: &StoredSession| stored.room == room && environment.name(&stored.name).is_some());
        let low_data = stored.as_ref().is_some_and(|stored| stored.low_data);
        let preferences = environment.preferences.as_deref().map(Preferences::parse).unwrap_or_default();
        let (microphone, camera) = stored.as_ref().map_or((true, true), |stored| (stored.microphone, stored.camera));
        let media = Media::restored(microphone && !preferences.has(Preference::PushToTalk), camera);
        let gestures = Gestures::restored(stored.as_ref().and_then(|stored| stored.hand));
        Self {
            link,
            phase: Phase::Lobby,
            socket: Socket::new(environment.seed),
            greeted: false,
            admitted: false,
            prepared: false,
            hides_address: environment.hides_address,
            measuring: Measuring::default(),
            sleep: Sleep::new(environment.wall_ms),
            name: None,
            remembered: names.iter().flatten().find_map(|name| environment.name(name)),
            stored,
            me: None,
            pairs: Few::new(),
            past: Few::new(),
            passages: Passages::default(),
            sealing: Sealing::new(seal),
            media,
            choices: Choices::restored(&environment.remembered_devices)
                .with_sound(environment.remembered_sound.as_deref()),
            speakers: Speakers::default(),
            choice: Choice::default(),
            judge: Judge::default(),
            watched: None,
            volumes: Vec::new(),
            low_data: LowData::restored(low_data),
            keeps_awake: false,
            chat: Chat::default(),
            gestures,
            preferences,
            chimes: Chimes::default(),
            muted_talk: MutedTalk::default(),
            holds_to_talk: false,
            host: HostView::default(),
            create_code: environment.create_code.clone(),
            notices: BTreeSet::new(),
            dismissed: BTreeSet::new(),
            now: Duration::ZERO,
            out: Vec::new(),
            room,
            environment,
        }
    }

    /// Takes what happened at `now` (time since the page started); says what to do, in order.
    pub fn handle(&mut self, now: Duration, event: Event) -> Vec<Command> {
        self.now = now;
        let is_shown = matches!(event, Event::Shown);
        match event {
            Event::Start => self.start(),
            Event::Intent(intent) => self.intent(intent),
            Event::Socket(number, event) if self.socket.is_current(number) => self.socket_event(event),
            Event::Socket(_, _) => {}
            Event::Peer(peer, generation, event) => self.peer_event(peer, generation, event),
            Event::Media(event) => self.media_event(event),
            Event::Devices(devices) => self.devices_listed(devices),
            Event::Levels(levels) => self.hear(levels),
            Event::NetworkChanged => self.network_changed(),
            Event::Stirred => self.stirred(),
            Event::Shown => self.shown(),
            Event::Hidden => self.hidden(),
            Event::Tab(text) => self.hear_tab(&text),
            Event::Clock(wall_ms) => {
                if self.sleep.is_over(now, wall_ms) {
                    self.network_changed();
                }
            }
            Event::SoundBlocked(true) => {
                self.notices.insert(Notice::SoundBlocked);
            }
            Event::SoundBlocked(false) => {
                self.notices.remove(&Notice::SoundBlocked);
            }
            Event::Timeout => {}
        }
        self.sleep.awake(now);
        self.check_time();
        self.adapt_encodings();
        self.measure();
        self.keep_awake(is_shown);
        let mut commands = std::mem::take(&mut self.out);
        // Storage is slow and nobody waits for it: what goes over the network goes first.
        commands.sort_by_key(Command::is_storage);
        commands
    }

    /// When to call with [`Event::Timeout`], if nothing happens before.
    pub fn poll_timeout(&self) -> Option<Duration> {
        let dues =
            |pair: &Pair| [pair.ack_due, pair.awaited_until, pair.restart_due, pair.rebuild_due(), pair.fails_at()];
        let pairs = self.pairs.values().flat_map(dues);
        // A time that has passed has been acted on.
        let pairs = pairs.flatten().filter(|at| *at > self.now);
        let ends = [self.gestures.poll_timeout(), self.chat.poll_timeout(), self.muted_talk.poll_timeout()];
        let others = [self.socket.poll_timeout(), self.passages.poll_timeout(), self.measuring.due()];
        pairs.chain(ends.into_iter().flatten()).chain(others.into_iter().flatten()).min()
    }

    /// What the interface shows now.
    pub fn view(&self) -> CallView {
        let fatal = self.notices.iter().any(|notice| is_fatal(*notice));
        let media_notices = self.media.notices().into_iter().chain(self.choices.notices());
        let media_notices = media_notices.filter(|notice| !self.dismissed.contains(notice));
        CallView {
            phase: self.phase,
            room: Some(self.room.clone()),
            remembered_name: self.name.as_ref().or(self.remembered.as_ref()).cloned(),
            server: self.socket.link(),
            notices: self.notices.iter().copied().chain(media_notices).collect(),
            can_join: self.phase == Phase::Lobby && !fatal,
            microphone: self.media.microphone(),
            camera: self.media.camera(),
            devices: self.choices.options(),
            sound: self.choices.sound(),
            offered: self.offered(),
            screen: if self.environment.can_share { self.media.screen() } else { Share::Unavailable },
            choice: self.choice,
            tiles: self.tiles(),
            speaker: self.speakers.on_stage().filter(|peer| self.pairs.contains_key(peer)),
            announcement: self.passages.announcement(),
            chat: self.chat.lines(),
            unread: self.chat.unread(),
            typing: self.typing(),
            talks_muted: self.talks_muted(),
            preferences: self.preferences,
            connections: self.connections(),
            details: self.details(),
            fault: self.fault(),
            low_data: self.low_data.is_on,
            can_turn_camera: self.environment.touch && self.choices.cameras() > 1,
            camera_faces_away: self.choices.faces_away(),
            hides_address: self.hides_address,
            host: self.host.clone(),
        }
    }

    /// Who has no microphone open is given what was plugged in without being asked.
    fn offered(&self) -> Option<String> {
        let has_microphone = matches!(self.media.microphone(), Device::On | Device::Off);
        let offer = self.choices.offer().filter(|_| has_microphone && self.phase == Phase::InCall);
        offer.map(str::to_owned)
    }

    /// Our id in the room, once admitted.
    pub fn peer_id(&self) -> Option<PeerId> {
        self.me.as_ref().map(|me| me.peer_id)
    }

    fn tiles(&self) -> Vec<TileView> {
        let place = |who| self.gestures.place(self.peer_id()?, who);
        let own = self.name.as_ref().map(|name| TileView {
            key: TileKey::OWN,
            name: name.clone(),
            muted: self.media.microphone() != Device::On,
            has_picture: self.media.camera() == Device::On,
            speaking: self.speakers.talks(None) && self.media.microphone() == Device::On,
            status: PairStatus::Connected,
            reachable: true,
            compared: false,
            hand: place(None),
            reaction: self.gestures.reaction(None),
        });
        let mut pairs: Vec<_> = self.pairs.iter().collect();
        pairs.sort_by_key(|(id, pair)| (pair.epoch, **id));
        let theirs = |(id, pair): &(&PeerId, &Pair)| {
            let compared = self.code_with(**id).is_some_and(Exchange::is_compared);
            let tile = pair.tile(self.now, **id, self.speakers.talks(Some(**id)));
            let (hand, reaction) = (place(Some(**id)), self.gestures.reaction(Some(**id)));
            TileView { compared, hand, reaction, has_picture: tile.has_picture && !self.low_data.is_on, ..tile }
        };
        let people = pairs.iter().map(theirs);
        let screens = pairs.iter().filter_map(|(id, pair)| pair.screen_tile(self.now, **id, !self.low_data.is_on));
        own.into_iter().chain(people).chain(screens).collect()
    }

    fn check_time(&mut self) {
        if self.socket.is_silent(self.now) {
            self.greeted = false;
            self.admitted = false;
            self.out.push(Command::CloseSocket);
            self.socket.lost(self.now, None);
        }
        if self.socket.is_due(self.now) {
            self.open_socket();
        }
        let given_up = |pair: &Pair| pair.awaited_until.is_some_and(|until| until <= self.now);
        let gone: Vec<PeerId> = self.pairs.iter().filter(|(_, pair)| given_up(pair)).map(|(id, _)| *id).collect();
        gone.into_iter().for_each(|peer| self.part(peer));
        self.passages.check_time(self.now);
        self.gestures.check_time(self.now);
        self.chat.check_time(self.now);
        self.muted_talk.check_time(self.now);
        self.restart_failed();
        self.rebuild_lost();
        self.send_due_acks();
    }

    fn send_due_acks(&mut self) {
        let mut acks = Vec::new();
        for (peer, pair) in self.pairs.iter_mut() {
            if pair.ack_due.is_some_and(|due| due <= self.now) {
                pair.ack_due = None;
                acks.push((*peer, pair.delivery.acknowledge()));
            }
        }
        for (to, envelope) in acks {
            self.say(&ClientMessage::Signal { to, envelope });
        }
    }

    fn wall_ms(&self) -> u64 {
        self.environment.wall_ms + self.now.as_millis() as u64
    }
}

/// Whether a notice stands between the person and the call.
fn is_fatal(notice: Notice) -> bool {
    matches!(
        notice,
        Notice::InsecureContext
            | Notice::NoWebRtc
            | Notice::LinkIncomplete
            | Notice::LinkWrong
            | Notice::VersionMismatch
    )
}

#[cfg(test)]
mod tests;
