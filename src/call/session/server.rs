//! The server's part: the socket, what is said on it, and the way back into a call.

use std::time::Duration;

use serde::Serialize;

use super::{Command, IceSetup, Me, PeerCommand, Session, SocketEvent, StoredSession};
use crate::call::gestures::Gestures;
use crate::call::hiding::offers_relay;
use crate::call::tabs::Word;
use crate::call::view::{Farewell, Notice, Phase};
use crate::protocol::{
    ClientMessage, CloseReason, ErrorCode, IceServer, LinkSecret, PeerId, Resume, RosterEntry, ServerMessage, VERSION,
    Welcome,
};

impl Session {
    pub(super) fn open_socket(&mut self) {
        self.greeted = false;
        self.admitted = false;
        let number = self.socket.begin(self.now);
        self.out.push(Command::OpenSocket(number));
    }

    pub(super) fn close_socket(&mut self) {
        self.greeted = false;
        self.admitted = false;
        self.socket.stop();
        self.out.push(Command::CloseSocket);
    }

    pub(super) fn socket_event(&mut self, event: SocketEvent) {
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

    pub(super) fn socket_closed(&mut self, reason: Option<CloseReason>) {
        self.greeted = false;
        self.admitted = false;
        let code = reason.map(|reason| reason.code);
        match code {
            Some(ErrorCode::Removed) => self.leave(Farewell::Removed),
            Some(ErrorCode::Ended) => self.leave(Farewell::Ended),
            Some(ErrorCode::Replaced) => self.leave(Farewell::ElsewhereNow),
            // The call goes on, and the server may become the old one again.
            Some(ErrorCode::UnsupportedVersion) if self.phase == Phase::InCall => {
                self.notices.insert(Notice::VersionMismatch);
                self.socket.lost(self.now, None);
            }
            Some(ErrorCode::UnsupportedVersion) => self.stop_for(Notice::VersionMismatch),
            Some(ErrorCode::BadLink) => self.stop_for(Notice::LinkWrong),
            _ => {
                let busy = match code {
                    Some(ErrorCode::ServerFull) => Some(Notice::ServerBusy),
                    Some(ErrorCode::RateLimited) => Some(Notice::NetworkBusy),
                    _ => None,
                };
                self.notices.extend(busy);
                self.socket.lost(self.now, reason.and_then(|reason| reason.retry_after_ms));
            }
        }
    }

    /// Nothing can go on before something else is done.
    pub(super) fn stop_for(&mut self, notice: Notice) {
        self.socket.stop();
        self.notices.insert(notice);
        if matches!(self.phase, Phase::Joining | Phase::Waiting) {
            self.phase = Phase::Lobby;
        }
    }

    pub(super) fn send_hello(&mut self) {
        let proof = self.link.as_ref().ok().and_then(Option::as_ref).map(LinkSecret::proof);
        let resume = match (&self.me, &self.stored) {
            (Some(me), _) => Some((me.token.clone(), false)),
            (None, Some(stored)) => Some((stored.token.clone(), true)),
            (None, None) => None,
        };
        let resume = resume.zip(self.card()).map(|((token, reload), card)| Resume { token, reload, card });
        self.say(&ClientMessage::Hello { version: VERSION, room: self.room.clone(), proof, resume });
    }

    pub(super) fn send_join(&mut self) {
        self.renew_card();
        if let Some(card) = self.card() {
            let attempt = self.environment.seed >> 11;
            let create_code = self.create_code.clone();
            self.say(&ClientMessage::Join { card, attempt, create_code });
        }
    }

    pub(super) fn say(&mut self, message: &impl Serialize) {
        if let (true, Ok(text)) = (self.socket.is_open(), serde_json::to_string(message)) {
            self.out.push(Command::SendSocket(text));
        }
    }

    pub(super) fn server_message(&mut self, message: ServerMessage) {
        match message {
            ServerMessage::Greeted { .. } => self.was_greeted(),
            ServerMessage::Waiting { hosted } => self.wait_outside(hosted),
            ServerMessage::Lock { locked } => self.host.locked = locked,
            ServerMessage::Knock { peer_id, card } => self.knocked(peer_id, &card),
            ServerMessage::KnockGone { peer_id } => self.knock_gone(peer_id),
            ServerMessage::Mute { from } => self.muted_by(from),
            ServerMessage::Welcome(welcome) => self.welcome(welcome),
            ServerMessage::PeerJoined { peer } => self.meet(peer),
            ServerMessage::PeerState { peer_id, connected } => self.peer_state(peer_id, connected),
            ServerMessage::PeerLeft { peer_id } => self.part(peer_id),
            ServerMessage::Signal { from, envelope } => self.signal(from, envelope),
            ServerMessage::IceServers { ice_servers } => self.renew_servers(ice_servers),
            ServerMessage::Error { code, limit } => self.refused(code, limit),
            ServerMessage::Tick {} | ServerMessage::Unknown => {}
        }
    }

    pub(super) fn was_greeted(&mut self) {
        self.greeted = true;
        self.socket.greeted(self.now);
        if matches!(self.phase, Phase::Joining | Phase::Waiting) {
            self.send_join();
            return;
        }
        self.has_room();
        if !self.prepared {
            self.prepared = true;
            self.out.push(Command::PreparePeer);
        }
    }

    /// The server has taken what it turned away before.
    pub(super) fn has_room(&mut self) {
        self.notices.remove(&Notice::ServerBusy);
        self.notices.remove(&Notice::NetworkBusy);
    }

    pub(super) fn welcome(&mut self, welcome: Welcome) {
        self.socket.greeted(self.now);
        self.has_room();
        self.notices.remove(&Notice::VersionMismatch);
        self.admitted = true;
        self.stored = None;
        let Welcome { peer_id, epoch, session_token, boot_id, policy, roster, ice_servers, host } = welcome;
        self.come_in(host, policy.locked);
        let before = self.me.take().filter(|me| (me.peer_id, me.epoch) == (peer_id, epoch));
        let rebooted = before.as_ref().is_some_and(|me| me.boot_id != boot_id);
        let returned = before.is_some();
        if !returned {
            self.drop_pairs();
            if self.hides_address && !offers_relay(&ice_servers) {
                return self.cannot_hide();
            }
        }
        let resume_window = Duration::from_millis(policy.resume_window_ms);
        self.me = Some(Me { peer_id, epoch, token: session_token, boot_id, resume_window, ice_servers: Vec::new() });
        self.phase = Phase::InCall;
        if !returned {
            self.tell_tabs(Word::Mine(peer_id));
        }
        self.store_session();
        self.renew_servers(ice_servers);
        if rebooted {
            self.restart_relayed();
        }
        self.forget_absent(&roster, rebooted);
        for entry in roster {
            if returned { self.meet(entry) } else { self.ensure_pair(entry) }
        }
    }

    /// Whatever is negotiated from now on uses these.
    fn renew_servers(&mut self, ice_servers: Vec<IceServer>) {
        let Some(me) = &mut self.me else { return };
        me.ice_servers = ice_servers.clone();
        let ice = self.ice_setup(ice_servers);
        let renew = |peer: &PeerId| Command::Peer(*peer, PeerCommand::UseServers(ice.clone()));
        self.out.extend(self.pairs.keys().map(renew));
    }

    /// Whoever wants to be hidden and cannot be is not let in with their address in sight.
    fn cannot_hide(&mut self) {
        self.say(&ClientMessage::Leave {});
        self.close_socket();
        self.stay_outside(Phase::Lobby);
        self.greeted = false;
        self.notices.insert(Notice::CannotHide);
    }

    pub(super) fn ice_setup(&self, servers: Vec<IceServer>) -> IceSetup {
        IceSetup { servers, relay_only: self.hides_address }
    }

    /// Who is not on the roster has left while we were away, or has not come back to a restarted server yet.
    pub(super) fn forget_absent(&mut self, roster: &[RosterEntry], rebooted: bool) {
        let absent = |id: &PeerId| !roster.iter().any(|entry| entry.peer_id == *id);
        let absent: Vec<PeerId> = self.pairs.keys().copied().filter(absent).collect();
        for peer in absent {
            let (Some(pair), Some(me)) = (self.pairs.get_mut(&peer), &self.me) else { continue };
            if rebooted {
                pair.awaited_until.get_or_insert(self.now + me.resume_window);
            }
            pair.reachable = false;
            if pair.awaited_until.is_none() {
                self.part(peer);
            }
        }
    }

    pub(super) fn refused(&mut self, code: ErrorCode, limit: Option<u16>) {
        if code == ErrorCode::RoomFull {
            self.stay_outside(Phase::Lobby);
            self.notices.insert(Notice::RoomFull(limit.unwrap_or_default()));
        } else if code == ErrorCode::Refused {
            self.stay_outside(Phase::Lobby);
            self.notices.insert(Notice::NotLetIn);
        } else if code == ErrorCode::Crowded {
            self.stay_outside(Phase::Lobby);
            self.notices.insert(Notice::Crowded);
        } else if code == ErrorCode::CreateCodeNeeded {
            self.stay_outside(Phase::Lobby);
            self.notices.insert(Notice::NotOpen);
            self.host.asks_code = true;
        } else if code == ErrorCode::BadToken {
            // The way back is closed; the front door is not.
            self.stay_outside(Phase::Joining);
            self.send_join();
        }
    }

    /// The server knows of no session of ours; its greeting stands.
    fn stay_outside(&mut self, phase: Phase) {
        self.has_room();
        self.drop_pairs();
        self.me = None;
        self.stored = None;
        self.gestures = Gestures::default();
        self.out.push(Command::ForgetSession);
        self.socket.greeted(self.now);
        self.greeted = true;
        self.phase = phase;
    }

    pub(super) fn store_session(&mut self) {
        let (Some(me), Some(name)) = (&self.me, &self.name) else { return };
        let (microphone, camera) = self.media.wanted();
        let stored = StoredSession {
            room: self.room.clone(),
            token: me.token.clone(),
            name: name.as_str().to_owned(),
            microphone,
            camera,
            low_data: self.low_data.is_on,
            hand: self.gestures.raised(),
        };
        if let Ok(text) = serde_json::to_string(&stored) {
            self.out.push(Command::StoreSession(text));
        }
    }
}
