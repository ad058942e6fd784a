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

mod pair;
mod socket;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::chat::Chat;
use super::media::{Media, MediaCommand, MediaEvent, VideoEncoding, video_encoding};
use super::negotiation;
use super::peer_message::{Channel, PeerMessage};
use super::signal::{Candidates, Description, SignalBody};
use super::view::{CallView, Device, Farewell, Intent, Notice, PairStatus, Phase, TileKey, TileView};
use crate::protocol::{
    Card, ClientMessage, CloseReason, DisplayName, Envelope, Epoch, ErrorCode, Generation, IceServer, LinkError,
    LinkSecret, PeerId, Resume, RoomId, RoomLink, RosterEntry, ServerMessage, VERSION, Welcome,
};
use pair::{ACK_DELAY, Pair};
use socket::Socket;

pub use pair::ConnectionState;

/// What the page knows when it starts.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// The part of the address behind the `#`.
    pub fragment: String,
    /// `window.isSecureContext`.
    pub secure_context: bool,
    /// Whether RTCPeerConnection exists.
    pub webrtc: bool,
    /// What [`Command::RememberName`] kept on this device.
    pub remembered_name: Option<String>,
    /// What [`Command::StoreSession`] kept in this tab.
    pub stored_session: Option<String>,
    /// The wall clock at time zero of `now`, in milliseconds since 1970.
    pub wall_ms: u64,
    /// A random number.
    pub seed: u64,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// The page reacts: begin.
    Start,
    /// A person's wish.
    Intent(Intent),
    /// On the socket of [`Command::OpenSocket`] with this number.
    Socket(u32, SocketEvent),
    /// On the connection to this peer, in this generation.
    Peer(PeerId, Generation, PeerEvent),
    /// With the own devices.
    Media(MediaEvent),
    /// The browser believes that the network is back.
    Online,
    /// Whether the browser holds the sound back until the page is touched.
    SoundBlocked(bool),
    /// The time of [`Session::poll_timeout`] has come.
    Timeout,
}

/// What happened on a socket.
#[derive(Debug, Clone)]
pub enum SocketEvent {
    /// It is open.
    Opened,
    /// A text frame.
    Message(String),
    /// It closed, or could not be opened; with the reason in the server's close frame.
    Closed(Option<CloseReason>),
}

/// What happened on a peer connection.
#[derive(Debug, Clone)]
pub enum PeerEvent {
    /// `negotiationneeded`.
    NegotiationNeeded,
    /// [`PeerCommand::NegotiateLocal`] came to an end; `None` is a failure.
    LocalApplied(Option<Description>),
    /// [`PeerCommand::ApplyRemote`] came to an end; whether it worked.
    RemoteApplied(bool),
    /// Addresses were found.
    LocalCandidates(Candidates),
    /// `connectionstatechange`.
    State(ConnectionState),
    /// A data channel is open.
    ChannelOpened(Channel),
    /// A data channel is closed.
    ChannelClosed(Channel),
    /// A message on a data channel.
    Message(Channel, String),
    /// Whether packets of the peer's picture arrive (`mute` and `unmute` of the track).
    PictureFlowing(bool),
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Open a socket to the server; its events carry this number. An older socket is to be dropped.
    OpenSocket(u32),
    /// Send a text frame.
    SendSocket(String),
    /// Close the socket.
    CloseSocket,
    /// Keep this in the tab, over a reload.
    StoreSession(String),
    /// Forget what was stored.
    ForgetSession,
    /// Keep this on the device.
    RememberName(String),
    /// Create an RTCPeerConnection; `offers`: with transceivers for microphone and camera.
    OpenPeer {
        /// To whom.
        peer: PeerId,
        /// Its events carry this number.
        generation: Generation,
        /// Whether we are the newcomer of the two.
        offers: bool,
        /// For `RTCConfiguration.iceServers`.
        ice_servers: Vec<IceServer>,
    },
    /// Close the connection to this peer, and let go of it.
    ClosePeer(PeerId),
    /// Do this on the connection to this peer.
    Peer(PeerId, PeerCommand),
    /// Do this with the own devices.
    Media(MediaCommand),
}

/// What to do on a peer connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeerCommand {
    /// `setLocalDescription()`, then [`PeerEvent::LocalApplied`].
    NegotiateLocal,
    /// Take the own standing offer back; browsers do that by themselves.
    Rollback,
    /// `setRemoteDescription()`, then [`PeerEvent::RemoteApplied`].
    ApplyRemote(Description),
    /// `addIceCandidate()` for each.
    AddCandidates(Candidates),
    /// `restartIce()`.
    RestartIce,
    /// Send a picture of at most this size and rate.
    SetEncoding(VideoEncoding),
    /// Send on a data channel.
    SendMessage(Channel, String),
}

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
    name: Option<DisplayName>,
    stored: Option<StoredSession>,
    me: Option<Me>,
    pairs: BTreeMap<PeerId, Pair>,
    /// The last generation of each pair that was dropped; the next one must be larger.
    past: BTreeMap<PeerId, Generation>,
    media: Media,
    chat: Chat,
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
    name: DisplayName,
    microphone: bool,
    camera: bool,
}

/// What the others are told of a person.
#[derive(Debug, Serialize, Deserialize)]
struct CardText {
    v: u8,
    name: DisplayName,
}

impl Session {
    /// A session in front of `room`.
    pub fn new(room: RoomId, environment: Environment) -> Self {
        let link = RoomLink::secret_for(&room, &environment.fragment);
        let stored = environment.stored_session.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let stored = stored.filter(|stored: &StoredSession| stored.room == room);
        let media = stored.as_ref().map_or_else(Media::default, |s| Media::restored(s.microphone, s.camera));
        Self {
            link,
            phase: Phase::Lobby,
            socket: Socket::new(environment.seed),
            greeted: false,
            admitted: false,
            name: None,
            stored,
            me: None,
            pairs: BTreeMap::new(),
            past: BTreeMap::new(),
            media,
            chat: Chat::default(),
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
        match event {
            Event::Start => self.start(),
            Event::Intent(intent) => self.intent(intent),
            Event::Socket(number, event) if self.socket.is_current(number) => self.socket_event(event),
            Event::Socket(_, _) => {}
            Event::Peer(peer, generation, event) => self.peer_event(peer, generation, event),
            Event::Media(event) => self.media_event(event),
            Event::Online => self.socket.hurry(now),
            Event::SoundBlocked(true) => {
                self.notices.insert(Notice::SoundBlocked);
            }
            Event::SoundBlocked(false) => {
                self.notices.remove(&Notice::SoundBlocked);
            }
            Event::Timeout => {}
        }
        self.check_time();
        self.adapt_encodings();
        std::mem::take(&mut self.out)
    }

    /// When to call with [`Event::Timeout`], if nothing happens before.
    pub fn poll_timeout(&self) -> Option<Duration> {
        let pairs = self.pairs.values().flat_map(|pair| [pair.ack_due, pair.awaited_until, pair.fails_at()]);
        // A time that has passed has been acted on.
        let pairs = pairs.flatten().filter(|at| *at > self.now);
        pairs.chain(self.socket.poll_timeout()).min()
    }

    /// What the interface shows now.
    pub fn view(&self) -> CallView {
        let fatal = self.notices.iter().any(|notice| is_fatal(*notice));
        let remembered = self.environment.remembered_name.as_deref().and_then(|name| DisplayName::parse(name).ok());
        let media_notices = self.media.notices().into_iter().filter(|notice| !self.dismissed.contains(notice));
        CallView {
            phase: self.phase,
            room: Some(self.room.clone()),
            remembered_name: self.name.clone().or(remembered),
            server: self.socket.link(),
            notices: self.notices.iter().copied().chain(media_notices).collect(),
            can_join: self.phase == Phase::Lobby && !fatal,
            microphone: self.media.microphone(),
            camera: self.media.camera(),
            tiles: self.tiles(),
            chat: self.chat.lines(),
            unread: self.chat.unread(),
        }
    }

    /// Our id in the room, once admitted.
    pub fn peer_id(&self) -> Option<PeerId> {
        self.me.as_ref().map(|me| me.peer_id)
    }

    fn tiles(&self) -> Vec<TileView> {
        let own = self.name.as_ref().map(|name| TileView {
            key: TileKey::OWN,
            name: name.clone(),
            muted: self.media.microphone() != Device::On,
            has_picture: self.media.camera() == Device::On,
            status: PairStatus::Connected,
            reachable: true,
        });
        let mut pairs: Vec<_> = self.pairs.iter().collect();
        pairs.sort_by_key(|(id, pair)| (pair.epoch, **id));
        own.into_iter().chain(pairs.into_iter().map(|(id, pair)| pair.tile(self.now, *id))).collect()
    }

    // ---- What the page and the person do

    fn start(&mut self) {
        let fatal = match (&self.link, self.environment.secure_context, self.environment.webrtc) {
            (_, false, _) => Some(Notice::InsecureContext),
            (_, _, false) => Some(Notice::NoWebRtc),
            (Err(LinkError::MissingKey), _, _) => Some(Notice::LinkIncomplete),
            (Err(_), _, _) => Some(Notice::LinkWrong),
            (Ok(_), true, true) => None,
        };
        if let Some(notice) = fatal {
            self.notices.insert(notice);
            return;
        }
        if let Some(stored) = &self.stored {
            self.name = Some(stored.name.clone());
            self.phase = Phase::Joining;
        }
        let commands = self.media.open();
        self.do_media(commands);
        self.open_socket();
    }

    fn intent(&mut self, intent: Intent) {
        match intent {
            Intent::Join { name } => self.join(&name),
            Intent::Leave => self.leave(Farewell::Left),
            Intent::Rejoin => self.rejoin(),
            Intent::ToggleMicrophone => {
                let commands = self.media.toggle_microphone();
                self.change_media(commands);
            }
            Intent::ToggleCamera => {
                let commands = self.media.toggle_camera();
                self.change_media(commands);
            }
            Intent::RetryDevices => {
                let commands = self.media.open();
                self.change_media(commands);
            }
            Intent::SendChat { text } => self.send_chat(&text),
            Intent::ShowChat(open) => self.chat.show(open),
            Intent::Dismiss(notice) => {
                self.notices.remove(&notice);
                self.dismissed.insert(notice);
            }
            Intent::RetryPair(peer) => self.retry_pair(peer),
        }
    }

    fn join(&mut self, name: &str) {
        let Ok(name) = DisplayName::parse(name) else {
            self.notices.insert(Notice::NameMissing);
            return;
        };
        if self.phase != Phase::Lobby || self.notices.iter().any(|notice| is_fatal(*notice)) {
            return;
        }
        self.notices.clear();
        self.out.push(Command::RememberName(name.as_str().to_owned()));
        self.name = Some(name);
        self.phase = Phase::Joining;
        if self.greeted {
            self.send_join();
        } else if self.socket.is_off() {
            self.open_socket();
        }
    }

    fn rejoin(&mut self) {
        if !matches!(self.phase, Phase::After(_)) {
            return;
        }
        self.phase = Phase::Joining;
        let commands = self.media.open();
        self.do_media(commands);
        self.open_socket();
    }

    /// The call is over for this person, for whatever reason.
    fn leave(&mut self, farewell: Farewell) {
        if farewell == Farewell::Left && self.admitted {
            self.say(&ClientMessage::Leave {});
        }
        self.drop_pairs();
        self.me = None;
        self.past.clear();
        self.stored = None;
        self.chat = Chat::default();
        self.phase = Phase::After(farewell);
        self.out.push(Command::ForgetSession);
        self.close_socket();
        let commands = self.media.close();
        self.do_media(commands);
    }

    fn send_chat(&mut self, text: &str) {
        let Some(name) = self.name.clone() else { return };
        let at_ms = self.wall_ms();
        self.notices.remove(&Notice::MessageTooLong);
        match self.chat.write(&name, text, at_ms) {
            Err(_) => {
                self.notices.insert(Notice::MessageTooLong);
            }
            Ok(None) => {}
            Ok(Some((lamport, text))) => {
                let text = PeerMessage::Chat { lamport, text }.to_text();
                for (peer, pair) in &mut self.pairs {
                    if pair.is_open(Channel::Chat) {
                        let command = PeerCommand::SendMessage(Channel::Chat, text.clone());
                        self.out.push(Command::Peer(*peer, command));
                    } else {
                        pair.keep(text.clone());
                    }
                }
            }
        }
    }

    fn retry_pair(&mut self, peer: PeerId) {
        if let Some(pair) = self.pairs.get_mut(&peer) {
            pair.start_over(self.now);
            if pair.is_broken() {
                self.rebuild_pair(peer);
            } else {
                self.negotiate(peer, negotiation::Event::RestartWanted);
            }
        }
    }

    /// Gives a connection up and begins another with the same person; that one is ours to offer.
    fn rebuild_pair(&mut self, peer: PeerId) {
        let (Some(me), Some(old)) = (&self.me, self.pairs.get(&peer)) else { return };
        let newcomer = (me.epoch, me.peer_id) > (old.epoch, peer);
        let mut pair = Pair::new(self.now, old.epoch, old.name.clone(), true, old.generation.rebuilt(newcomer));
        pair.reachable = old.reachable;
        self.open_pair(peer, pair);
    }

    // ---- The own devices

    fn media_event(&mut self, event: MediaEvent) {
        let commands = self.media.handle(event);
        self.change_media(commands);
    }

    /// The devices have changed: do so, tell the others, remember it.
    fn change_media(&mut self, commands: Vec<MediaCommand>) {
        self.do_media(commands);
        let errors = self.media.notices();
        self.dismissed.retain(|notice| errors.contains(notice));
        let text = self.media_message();
        for (peer, pair) in &self.pairs {
            if pair.is_open(Channel::Control) {
                let command = PeerCommand::SendMessage(Channel::Control, text.clone());
                self.out.push(Command::Peer(*peer, command));
            }
        }
        self.store_session();
    }

    fn do_media(&mut self, commands: Vec<MediaCommand>) {
        self.out.extend(commands.into_iter().map(Command::Media));
    }

    fn media_message(&self) -> String {
        let (microphone, camera) = (self.media.microphone() == Device::On, self.media.camera() == Device::On);
        PeerMessage::Media { microphone, camera }.to_text()
    }

    fn adapt_encodings(&mut self) {
        let encoding = video_encoding(self.pairs.len() + 1);
        for (peer, pair) in &mut self.pairs {
            if pair.is_connected() && pair.encoding != Some(encoding) {
                pair.encoding = Some(encoding);
                self.out.push(Command::Peer(*peer, PeerCommand::SetEncoding(encoding)));
            }
        }
    }

    // ---- The socket

    fn open_socket(&mut self) {
        self.greeted = false;
        self.admitted = false;
        let number = self.socket.begin(self.now);
        self.out.push(Command::OpenSocket(number));
    }

    fn close_socket(&mut self) {
        self.greeted = false;
        self.admitted = false;
        self.socket.stop();
        self.out.push(Command::CloseSocket);
    }

    fn socket_event(&mut self, event: SocketEvent) {
        match event {
            SocketEvent::Opened => {
                self.socket.opened(self.now);
                self.send_hello();
            }
            SocketEvent::Message(text) => {
                self.socket.heard(self.now);
                // What this version does not understand, a newer server has said to newer clients.
                if let Ok(message) = serde_json::from_str(&text) {
                    self.server_message(message);
                }
            }
            SocketEvent::Closed(reason) => self.socket_closed(reason),
        }
    }

    fn socket_closed(&mut self, reason: Option<CloseReason>) {
        self.greeted = false;
        self.admitted = false;
        let code = reason.map(|reason| reason.code);
        match code {
            Some(ErrorCode::Removed) => self.leave(Farewell::Removed),
            Some(ErrorCode::Ended) => self.leave(Farewell::Ended),
            Some(ErrorCode::Replaced) => self.leave(Farewell::ElsewhereNow),
            Some(ErrorCode::UnsupportedVersion) => self.stop_for(Notice::VersionMismatch),
            Some(ErrorCode::BadLink) => self.stop_for(Notice::LinkWrong),
            _ => {
                if matches!(code, Some(ErrorCode::ServerFull | ErrorCode::RateLimited)) {
                    self.notices.insert(Notice::ServerBusy);
                }
                self.socket.lost(self.now, reason.and_then(|reason| reason.retry_after_ms));
            }
        }
    }

    /// Nothing can go on before something else is done.
    fn stop_for(&mut self, notice: Notice) {
        self.socket.stop();
        self.notices.insert(notice);
        if matches!(self.phase, Phase::Joining | Phase::Waiting) {
            self.phase = Phase::Lobby;
        }
    }

    fn send_hello(&mut self) {
        let proof = self.link.as_ref().ok().and_then(Option::as_ref).map(LinkSecret::proof);
        let resume = match (&self.me, &self.stored) {
            (Some(me), _) => Some((me.token.clone(), false)),
            (None, Some(stored)) => Some((stored.token.clone(), true)),
            (None, None) => None,
        };
        let resume = resume.zip(self.card()).map(|((token, reload), card)| Resume { token, reload, card });
        self.say(&ClientMessage::Hello { version: VERSION, room: self.room.clone(), proof, resume });
    }

    fn send_join(&mut self) {
        if let Some(card) = self.card() {
            let attempt = self.environment.seed >> 11;
            self.say(&ClientMessage::Join { card, attempt });
        }
    }

    fn card(&self) -> Option<Card> {
        let name = self.name.clone()?;
        let text = serde_json::to_string(&CardText { v: 1, name }).ok()?;
        Card::parse(text).ok()
    }

    fn say(&mut self, message: &ClientMessage) {
        if let (true, Ok(text)) = (self.socket.is_open(), serde_json::to_string(message)) {
            self.out.push(Command::SendSocket(text));
        }
    }

    // ---- What the server says

    fn server_message(&mut self, message: ServerMessage) {
        match message {
            ServerMessage::Greeted { .. } => self.was_greeted(),
            ServerMessage::Waiting {} => self.phase = Phase::Waiting,
            ServerMessage::Welcome(welcome) => self.welcome(welcome),
            ServerMessage::PeerJoined { peer } => self.ensure_pair(peer),
            ServerMessage::PeerState { peer_id, connected } => self.peer_state(peer_id, connected),
            ServerMessage::PeerLeft { peer_id } => self.drop_pair(peer_id),
            ServerMessage::Signal { from, envelope } => self.signal(from, envelope),
            ServerMessage::Error { code, limit } => self.refused(code, limit),
            ServerMessage::Tick {} | ServerMessage::Unknown => {}
        }
    }

    fn was_greeted(&mut self) {
        self.greeted = true;
        self.socket.greeted();
        self.notices.remove(&Notice::ServerBusy);
        if self.phase == Phase::Joining {
            self.send_join();
        }
    }

    fn welcome(&mut self, welcome: Welcome) {
        self.socket.greeted();
        self.admitted = true;
        self.stored = None;
        let Welcome { peer_id, epoch, session_token, boot_id, policy, roster, ice_servers } = welcome;
        let before = self.me.take().filter(|me| (me.peer_id, me.epoch) == (peer_id, epoch));
        let rebooted = before.as_ref().is_some_and(|me| me.boot_id != boot_id);
        if before.is_none() {
            self.drop_pairs();
        }
        let resume_window = Duration::from_millis(policy.resume_window_ms);
        self.me = Some(Me { peer_id, epoch, token: session_token, boot_id, resume_window, ice_servers });
        self.phase = Phase::InCall;
        self.store_session();
        self.forget_absent(&roster, rebooted);
        for entry in roster {
            self.ensure_pair(entry);
        }
    }

    /// Who is not on the roster has left while we were away, or has not come back to a restarted server yet.
    fn forget_absent(&mut self, roster: &[RosterEntry], rebooted: bool) {
        let absent = |id: &PeerId| !roster.iter().any(|entry| entry.peer_id == *id);
        let absent: Vec<PeerId> = self.pairs.keys().copied().filter(absent).collect();
        for peer in absent {
            let (Some(pair), Some(me)) = (self.pairs.get_mut(&peer), &self.me) else { continue };
            if rebooted {
                pair.awaited_until.get_or_insert(self.now + me.resume_window);
            }
            pair.reachable = false;
            if pair.awaited_until.is_none() {
                self.drop_pair(peer);
            }
        }
    }

    fn refused(&mut self, code: ErrorCode, limit: Option<u16>) {
        match code {
            ErrorCode::RoomFull => {
                self.drop_pairs();
                self.me = None;
                self.stored = None;
                self.out.push(Command::ForgetSession);
                self.socket.greeted();
                self.greeted = true;
                self.notices.insert(Notice::RoomFull(limit.unwrap_or_default()));
                self.phase = Phase::Lobby;
            }
            // The way back is closed; the front door is not.
            ErrorCode::BadToken => {
                self.drop_pairs();
                self.me = None;
                self.stored = None;
                self.out.push(Command::ForgetSession);
                self.socket.greeted();
                self.greeted = true;
                self.phase = Phase::Joining;
                self.send_join();
            }
            _ => {}
        }
    }

    fn store_session(&mut self) {
        let (Some(me), Some(name)) = (&self.me, &self.name) else { return };
        let (microphone, camera) = self.media.wanted();
        let stored =
            StoredSession { room: self.room.clone(), token: me.token.clone(), name: name.clone(), microphone, camera };
        if let Ok(text) = serde_json::to_string(&stored) {
            self.out.push(Command::StoreSession(text));
        }
    }

    // ---- The others

    fn ensure_pair(&mut self, entry: RosterEntry) {
        let Some(me) = &self.me else { return };
        if entry.peer_id == me.peer_id {
            return;
        }
        match self.pairs.get(&entry.peer_id) {
            Some(pair) if pair.epoch > entry.epoch => {}
            Some(pair) if pair.epoch == entry.epoch => self.peer_state(entry.peer_id, entry.connected),
            Some(_) | None => {
                let newcomer = (me.epoch, me.peer_id) > (entry.epoch, entry.peer_id);
                let first = Generation::first(me.epoch, entry.epoch);
                let past = self.past.get(&entry.peer_id).filter(|past| **past >= first);
                // A pair that was given up and is back may still stand on the other side: ours must be a later one.
                let (generation, offers) = past.map_or((first, newcomer), |past| (past.rebuilt(newcomer), true));
                let mut pair = Pair::new(self.now, entry.epoch, name_on(&entry.card), offers, generation);
                pair.reachable = entry.connected;
                self.open_pair(entry.peer_id, pair);
            }
        }
    }

    fn open_pair(&mut self, peer: PeerId, pair: Pair) {
        self.drop_pair(peer);
        let Some(me) = &self.me else { return };
        let (generation, offers) = (pair.generation, pair.polite);
        let ice_servers = me.ice_servers.clone();
        self.pairs.insert(peer, pair);
        self.out.push(Command::OpenPeer { peer, generation, offers, ice_servers });
        if offers {
            self.negotiate(peer, negotiation::Event::NegotiationNeeded);
        }
    }

    fn drop_pair(&mut self, peer: PeerId) {
        if let Some(pair) = self.pairs.remove(&peer) {
            self.past.insert(peer, pair.generation);
            self.out.push(Command::ClosePeer(peer));
        }
    }

    fn drop_pairs(&mut self) {
        let peers: Vec<PeerId> = self.pairs.keys().copied().collect();
        peers.into_iter().for_each(|peer| self.drop_pair(peer));
    }

    fn peer_state(&mut self, peer: PeerId, connected: bool) {
        let Some(pair) = self.pairs.get_mut(&peer) else { return };
        pair.reachable = connected;
        if connected {
            pair.awaited_until = None;
            for envelope in pair.delivery.resend() {
                self.say(&ClientMessage::Signal { to: peer, envelope });
            }
        }
    }

    fn signal(&mut self, from: PeerId, envelope: Envelope) {
        let Some(pair) = self.pairs.get(&from) else { return };
        if envelope.generation < pair.generation {
            return;
        }
        if envelope.generation > pair.generation {
            // They have given this connection up and begun another; it is theirs to offer.
            let pair = Pair::new(self.now, pair.epoch, pair.name.clone(), false, envelope.generation);
            self.open_pair(from, pair);
        }
        let Some(pair) = self.pairs.get_mut(&from) else { return };
        let bodies = pair.delivery.receive(envelope);
        if pair.delivery.owes_ack() {
            pair.ack_due.get_or_insert(self.now + ACK_DELAY);
        }
        for body in bodies {
            match SignalBody::parse(&body) {
                Ok(body) => self.negotiate(from, negotiation::Event::Signal(body)),
                Err(_) => self.break_pair(from),
            }
        }
    }

    fn peer_event(&mut self, peer: PeerId, generation: Generation, event: PeerEvent) {
        let Some(pair) = self.pairs.get_mut(&peer).filter(|pair| pair.generation == generation) else { return };
        match event {
            PeerEvent::NegotiationNeeded => self.negotiate(peer, negotiation::Event::NegotiationNeeded),
            PeerEvent::LocalApplied(result) => self.negotiate(peer, negotiation::Event::LocalApplied(result)),
            PeerEvent::RemoteApplied(good) => self.negotiate(peer, negotiation::Event::RemoteApplied(good)),
            PeerEvent::LocalCandidates(found) => self.negotiate(peer, negotiation::Event::LocalCandidates(found)),
            PeerEvent::State(state) => {
                pair.set_state(self.now, state);
                if state == ConnectionState::Failed && pair.polite {
                    self.negotiate(peer, negotiation::Event::RestartWanted);
                }
            }
            PeerEvent::ChannelOpened(channel) => self.channel_opened(peer, channel),
            PeerEvent::ChannelClosed(channel) => pair.close_channel(channel),
            PeerEvent::Message(_, text) => self.peer_message(peer, &text),
            PeerEvent::PictureFlowing(flowing) => pair.set_picture_flowing(flowing),
        }
    }

    fn channel_opened(&mut self, peer: PeerId, channel: Channel) {
        let state = self.media_message();
        let Some(pair) = self.pairs.get_mut(&peer) else { return };
        let waiting = pair.open_channel(channel);
        let messages = match channel {
            Channel::Control => vec![state],
            Channel::Chat => waiting,
        };
        if channel == Channel::Chat {
            self.chat.meet(peer);
        }
        let send = |text| Command::Peer(peer, PeerCommand::SendMessage(channel, text));
        self.out.extend(messages.into_iter().map(send));
    }

    fn peer_message(&mut self, peer: PeerId, text: &str) {
        let at_ms = self.wall_ms();
        let Some(pair) = self.pairs.get_mut(&peer) else { return };
        match PeerMessage::parse(text) {
            Ok(PeerMessage::Media { microphone, camera }) => pair.set_media(microphone, camera),
            Ok(PeerMessage::Chat { lamport, text }) => self.chat.receive(peer, &pair.name, lamport, &text, at_ms),
            Ok(PeerMessage::Unknown) => {}
            Err(_) => self.break_pair(peer),
        }
    }

    /// Feeds a negotiation and passes on what it wants.
    fn negotiate(&mut self, peer: PeerId, event: negotiation::Event) {
        let Some(pair) = self.pairs.get_mut(&peer) else { return };
        for command in pair.negotiation.handle(event) {
            let command = match command {
                negotiation::Command::NegotiateLocal => PeerCommand::NegotiateLocal,
                negotiation::Command::Rollback => PeerCommand::Rollback,
                negotiation::Command::ApplyRemote(description) => PeerCommand::ApplyRemote(description),
                negotiation::Command::AddCandidates(candidates) => PeerCommand::AddCandidates(candidates),
                negotiation::Command::RestartIce => PeerCommand::RestartIce,
                negotiation::Command::Send(body) => {
                    self.send_signal(peer, &body);
                    continue;
                }
                negotiation::Command::Fail => {
                    self.break_pair(peer);
                    continue;
                }
            };
            self.out.push(Command::Peer(peer, command));
        }
    }

    fn send_signal(&mut self, peer: PeerId, body: &SignalBody) {
        let Some(pair) = self.pairs.get_mut(&peer) else { return };
        match pair.delivery.send(body.to_text()) {
            None => self.break_pair(peer),
            Some(envelope) => {
                pair.ack_due = None;
                // Otherwise it waits in the outbox for the way to be open again.
                if self.admitted && pair.reachable {
                    self.say(&ClientMessage::Signal { to: peer, envelope });
                }
            }
        }
    }

    /// The peer breaks the protocol, or the browser cannot follow it: that one connection has failed.
    fn break_pair(&mut self, peer: PeerId) {
        if let Some(pair) = self.pairs.get_mut(&peer) {
            pair.set_broken();
        }
    }

    // ---- Time

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
        gone.into_iter().for_each(|peer| self.drop_pair(peer));
        self.send_due_acks();
    }

    fn send_due_acks(&mut self) {
        let mut acks = Vec::new();
        for (peer, pair) in &mut self.pairs {
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

/// The name on a card; one that cannot be read still needs something to be called.
fn name_on(card: &Card) -> DisplayName {
    let card = serde_json::from_str(card.as_str()).ok();
    card.map_or_else(DisplayName::unknown, |card: CardText| card.name)
}

#[cfg(test)]
mod tests;
