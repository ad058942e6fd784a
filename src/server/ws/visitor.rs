//! A socket's life: connected, greeted, waiting or admitted, gone. Decides what a message means in each; moves no bytes.
//!
//! Invariant: what a client says of who it is counts only if a token of ours says so.

use std::net::IpAddr;

use crate::protocol::{
    Card, ClientMessage, Envelope, ErrorCode, HostCommand, IceServer, PeerId, Proof, Resume, Role, RoomId,
    ServerMessage, VERSION,
};
use crate::room::{Ending, Input, SocketId, Timestamp};
use crate::server::comeback;
use crate::server::ice::CREDENTIAL_LIFETIME_MS;
use crate::server::outbox::Outbox;
use crate::server::rooms::RoomHandle;
use crate::server::state::ServerState;

/// Credentials are replaced when half of their time is over.
const RENEW_AFTER_MS: u64 = CREDENTIAL_LIFETIME_MS / 2;

/// Someone with an open socket.
#[derive(Debug)]
pub struct Visitor {
    state: ServerState,
    socket: SocketId,
    outbox: Outbox,
    /// The host of their page.
    host: String,
    /// Whose joins are counted together.
    address: IpAddr,
    phase: Phase,
}

#[derive(Debug)]
enum Phase {
    /// Has not said hello.
    Connected,
    /// Stands in front of a room.
    Greeted(Door),
    /// Is a member, or waits to be one: the room knows.
    Inside(Membership),
}

#[derive(Debug)]
struct Membership {
    room: RoomHandle,
    door: Door,
    peer: PeerId,
    /// When their credentials for TURN are to be replaced.
    renew_at: Timestamp,
}

/// The room that a visitor stands in front of, and what their link entitles them to.
#[derive(Debug, Clone)]
struct Door {
    room: RoomId,
    role: Role,
}

/// What a message leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Go on listening.
    Continue,
    /// The person left.
    Leave,
    /// The socket is to be closed.
    Refuse(ErrorCode),
}

impl Visitor {
    /// Someone who has just connected.
    pub fn new(state: ServerState, socket: SocketId, host: String, address: IpAddr) -> Self {
        let outbox = Outbox::new(state.outbox_limits());
        Self { state, socket, outbox, host, address, phase: Phase::Connected }
    }

    /// Which socket.
    pub fn socket(&self) -> SocketId {
        self.socket
    }

    /// What waits to be told to them.
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// Whether they have said hello.
    pub fn is_greeted(&self) -> bool {
        !matches!(self.phase, Phase::Connected)
    }

    /// Takes a text frame.
    pub fn hear(&mut self, text: &str) -> Step {
        let Ok(message) = serde_json::from_str::<ClientMessage>(text) else {
            return self.hear_as_host(text);
        };
        if matches!(message, ClientMessage::Join { .. }) {
            self.stand_outside_again();
        }
        match (message, &self.phase) {
            (ClientMessage::Hello { version, room, proof, resume }, Phase::Connected) => {
                self.hello(version, room, proof.as_ref(), resume)
            }
            (ClientMessage::Join { card, attempt, create_code }, Phase::Greeted(door)) => {
                let door = door.clone();
                self.join(door, card, attempt, create_code.as_deref())
            }
            (ClientMessage::Signal { to, envelope }, Phase::Inside(member)) => signal(&member.room, to, envelope),
            (ClientMessage::Leave {}, Phase::Greeted(_) | Phase::Inside(_)) => Step::Leave,
            (
                ClientMessage::Hello { .. }
                | ClientMessage::Join { .. }
                | ClientMessage::Signal { .. }
                | ClientMessage::Leave {},
                _,
            ) => Step::Refuse(ErrorCode::BadMessage),
        }
    }

    /// The socket has ended.
    pub fn end(&mut self, ending: Ending) {
        if let Phase::Inside(member) = std::mem::replace(&mut self.phase, Phase::Connected) {
            member.room.close(ending);
        }
    }

    /// Time has passed: credentials that will soon be good for nothing are replaced.
    pub fn tick(&mut self) {
        let now = self.state.now();
        let Phase::Inside(member) = &mut self.phase else { return };
        if member.renew_at > now {
            return;
        }
        member.renew_at = now.after_ms(RENEW_AFTER_MS);
        let ice_servers = self.state.ice.made_for(member.peer, &self.host, now);
        member.room.renew(ice_servers);
    }

    fn hello(&mut self, version: u16, room: RoomId, proof: Option<&Proof>, resume: Option<Resume>) -> Step {
        if version != VERSION {
            return Step::Refuse(ErrorCode::UnsupportedVersion);
        }
        let Some(role) = role_of(&room, proof) else {
            return Step::Refuse(ErrorCode::BadLink);
        };
        let door = Door { room, role };
        match resume {
            None => {
                self.outbox.send(&ServerMessage::Greeted { boot_id: self.state.boot_id.to_string() });
                self.phase = Phase::Greeted(door);
            }
            Some(resume) => self.resume(door, resume),
        }
        Step::Continue
    }

    fn resume(&mut self, door: Door, resume: Resume) {
        let Resume { token, reload, card } = resume;
        match self.state.token_key.verify(&door.room, &token, self.state.now()) {
            Ok(claims) => {
                let (socket, peer, role) = (self.socket, claims.peer_id, door.role);
                let ice_servers = self.ice_servers(peer);
                self.enter(door, peer, Input::Resume { socket, claims, role, reload, card, ice_servers });
            }
            Err(reason) => {
                tracing::debug!(%reason, "session token refused");
                self.outbox.send(&ServerMessage::Error { code: ErrorCode::BadToken, limit: None });
                self.phase = Phase::Greeted(door);
            }
        }
    }

    fn join(&mut self, door: Door, card: Card, attempt: u64, create_code: Option<&str>) -> Step {
        if !self.state.joins.admit(self.state.now(), self.address) {
            // Closed, not only refused: the page comes back by itself and asks again.
            let reason = comeback::when_there_is_room(ErrorCode::RateLimited, comeback::chance(self.socket.0));
            self.outbox.close(reason);
            return Step::Continue;
        }
        let Some(peer_id) = self.state.ids.next() else { return Step::Refuse(ErrorCode::Internal) };
        let (socket, role, may_open) = (self.socket, door.role, self.state.config.may_open_rooms(create_code));
        let ice_servers = self.ice_servers(peer_id);
        self.enter(door, peer_id, Input::Join { socket, peer_id, role, card, attempt, may_open, ice_servers });
        Step::Continue
    }

    /// The room lets them in or wait, or has told them why not.
    fn enter(&mut self, door: Door, peer: PeerId, input: Input) {
        let admitted = self.state.rooms.enter(&door.room, self.socket, self.outbox.clone(), input);
        let renew_at = self.state.now().after_ms(RENEW_AFTER_MS);
        self.phase = match admitted {
            Some(room) => Phase::Inside(Membership { room, door, peer, renew_at }),
            None => Phase::Greeted(door),
        };
    }

    fn ice_servers(&self, peer: PeerId) -> Vec<IceServer> {
        self.state.ice.made_for(peer, &self.host, self.state.now())
    }

    /// Not what everybody may say: what a host may.
    fn hear_as_host(&self, text: &str) -> Step {
        match (serde_json::from_str::<HostCommand>(text), &self.phase) {
            (Ok(command), Phase::Inside(member)) => {
                member.room.command(command);
                Step::Continue
            }
            (Ok(_), Phase::Connected | Phase::Greeted(_)) => Step::Refuse(ErrorCode::BadMessage),
            (Err(_), _) => Step::Refuse(self.why_unreadable(text)),
        }
    }

    /// Who waited and was not let in may ask again.
    fn stand_outside_again(&mut self) {
        if let Phase::Inside(member) = &self.phase
            && !member.room.is_open()
        {
            self.phase = Phase::Greeted(member.door.clone());
        }
    }

    /// A newer client's hello may have fields that we do not know; its version says so.
    fn why_unreadable(&self, text: &str) -> ErrorCode {
        #[derive(serde::Deserialize)]
        struct AnyHello {
            version: u64,
        }
        let version = serde_json::from_str::<AnyHello>(text).map(|hello| hello.version);
        let other_version = version.is_ok_and(|version| version != u64::from(VERSION));
        if other_version && !self.is_greeted() { ErrorCode::UnsupportedVersion } else { ErrorCode::BadMessage }
    }
}

fn signal(room: &RoomHandle, to: PeerId, envelope: Envelope) -> Step {
    room.signal(to, envelope);
    Step::Continue
}

/// What a link entitles to; `None` if it does not open the room.
fn role_of(room: &RoomId, proof: Option<&Proof>) -> Option<Role> {
    match room {
        RoomId::Named(_) => Some(Role::Guest),
        RoomId::Sealed(id) => id.judge(proof?).ok(),
    }
}
