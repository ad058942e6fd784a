//! One room: who is in it, who is told what, who is waited for.
//!
//! Pure. Drive it in three steps: call [`Room::handle`] with what happened and the time, carry out every [`Output`]
//! in order, and come back with [`Input::Timeout`] at [`Room::poll_timeout`]. When [`Room::is_empty`], drop it: a room
//! that nobody is in has no state.
//!
//! Design decisions
//! - A person is a [`PeerId`]; a page is an [`Epoch`] of that person; a socket is how the page is reached just now.
//!   A member has at most one live socket (I4): a newer one takes over and the older one is closed. Which is newer says
//!   [`SocketId`]: of what a page said on two sockets, the older may come last.
//! - Signals are handed to a live socket or dropped. Nothing waits here: senders keep what was not acknowledged and
//!   send it again when they are told `peer_state connected` (that alone survives a killed server).
//! - Rights come from the signed token, never from being back (I5).
//!
//! - Who may come in is decided at the door ([`door`]); what hosts may do, in [`host`].
//!
//! Invariant I2: nothing is sent to a socket that was not admitted, save the answer to its own request: a refusal, or
//! that it waits.

#![warn(missing_docs)]

mod door;
mod event;
mod host;
mod member;
pub mod token;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::protocol::{
    Card, Envelope, Epoch, ErrorCode, IceServer, PeerId, Policy, Role, RoomId, ServerMessage, Welcome,
};
pub use door::RoomPolicy;
use door::{Door, Newcomer};
pub use event::{DropReason, Ending, Input, Output};
use member::{Member, Presence};
use token::{Claims, TokenKey};

/// A moment in milliseconds since 1970, never going back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// This many milliseconds later.
    pub fn after_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }
}

/// One accepted socket; never used again after it was closed. Later ones have larger numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SocketId(pub u64);

/// What holds in every room of this server.
#[derive(Debug, Clone)]
pub struct RoomConfig {
    /// How many people fit.
    pub capacity: u16,
    /// How long a member whose socket was lost is waited for.
    pub resume_window_ms: u64,
    /// How long a member whose page went away is waited for: it may be reloading.
    pub reload_grace_ms: u64,
    /// How many may wait to be let in.
    pub max_waiting: usize,
    /// How long a session token is good for.
    pub token_lifetime_ms: u64,
    /// Changes when the server is started anew.
    pub boot_id: String,
    /// Signs session tokens.
    pub token_key: Arc<TokenKey>,
}

/// The room.
#[derive(Debug)]
pub struct Room {
    id: RoomId,
    config: RoomConfig,
    members: BTreeMap<PeerId, Member>,
    sockets: BTreeMap<SocketId, PeerId>,
    last_epoch: Epoch,
    door: Door,
}

impl Room {
    /// An empty room.
    pub fn new(id: RoomId, config: RoomConfig) -> Self {
        let (members, sockets) = (BTreeMap::new(), BTreeMap::new());
        Self { id, config, members, sockets, last_epoch: Epoch(0), door: Door::default() }
    }

    /// The same with what was kept of it ([`Output::Keep`]).
    pub fn under(self, policy: RoomPolicy) -> Self {
        let last_epoch = self.last_epoch.max(policy.void);
        Self { last_epoch, door: Door::under(policy), ..self }
    }

    /// Takes what happened at `now`; says what to do, in order.
    pub fn handle(&mut self, now: Timestamp, input: Input) -> Vec<Output> {
        let mut outputs = match input {
            Input::Join { socket, peer_id, role, card, attempt, may_open, ice_servers } => {
                let newcomer = Newcomer { socket, peer_id, role, card, attempt, ice_servers };
                self.handle_join(now, newcomer, may_open)
            }
            Input::Resume { socket, claims, role, reload, card, ice_servers } => {
                let claims = Claims { role: claims.role.max(role), ..claims };
                self.handle_resume(now, socket, claims, reload, card, ice_servers)
            }
            Input::Host { socket, command } => self.handle_host(now, socket, command),
            Input::Servers { socket, ice_servers } => self.handle_servers(socket, ice_servers),
            Input::Signal { socket, to, envelope } => self.handle_signal(socket, to, envelope),
            Input::SocketClosed { socket, ending } => self.handle_closed(now, socket, ending),
            Input::Timeout => self.handle_timeout(now),
        };
        outputs.extend(self.tell_who_waits_of_hosts());
        // Nobody is told of what would be undone if the server were killed now.
        outputs.sort_by_key(|output| !matches!(output, Output::Keep(_)));
        outputs
    }

    /// When to call with [`Input::Timeout`], if nothing happens before.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.members.values().filter_map(Member::awaited_until).min()
    }

    /// Whether nobody is in the room, waited for, or waiting in front of it.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty() && self.door.is_empty()
    }

    /// Whether this socket is a member's, or waits to be let in.
    pub fn knows(&self, socket: SocketId) -> bool {
        self.sockets.contains_key(&socket) || self.door.waits(socket)
    }

    /// Who has a live socket.
    #[cfg(test)]
    pub(crate) fn live(&self) -> Vec<PeerId> {
        self.members.iter().filter(|(_, member)| member.live_socket().is_some()).map(|(id, _)| *id).collect()
    }

    /// Whether this page has a later socket in the room already: what it said on an earlier one came late, and is not to
    /// take the place of the one that it believes in.
    fn is_overtaken(&self, socket: SocketId, page: impl Fn(&PeerId, &Member) -> bool) -> bool {
        self.members
            .iter()
            .any(|(id, member)| page(id, member) && member.live_socket().is_some_and(|live| live > socket))
    }

    /// A page that asks again never heard of its admission: that one is void.
    fn retire_former_self(&mut self, attempt: u64) -> Vec<Output> {
        let former = self.members.iter().find(|(_, member)| member.attempt == Some(attempt));
        let Some((peer_id, socket)) = former.map(|(id, member)| (*id, member.live_socket())) else {
            return Vec::new();
        };
        let close = |socket| {
            self.sockets.remove(&socket);
            Output::Close { socket, reason: ErrorCode::Replaced.into() }
        };
        let mut outputs: Vec<Output> = socket.map(close).into_iter().collect();
        outputs.extend(self.remove(peer_id));
        outputs
    }

    fn handle_resume(
        &mut self,
        now: Timestamp,
        socket: SocketId,
        claims: Claims,
        reload: bool,
        card: Card,
        ice_servers: Vec<IceServer>,
    ) -> Vec<Output> {
        let known = self.members.get(&claims.peer_id);
        if let Some(reason) = self.door.why_void(&claims, known.is_some()) {
            return vec![Output::Close { socket, reason: reason.into() }];
        }
        // A fresh page may never have heard of its latest epoch; an old page must not come back over a newer one.
        if !reload && known.is_some_and(|member| member.epoch > claims.epoch) {
            return vec![refuse(socket, ErrorCode::BadToken)];
        }
        if self.is_overtaken(socket, |id, _| *id == claims.peer_id) {
            return vec![Output::Close { socket, reason: ErrorCode::Replaced.into() }];
        }
        if known.is_none() && self.is_full() {
            return vec![self.refuse_for_room(socket)];
        }
        let was_there = known.is_some();
        let old_socket = known.and_then(Member::live_socket);
        self.last_epoch = self.last_epoch.max(claims.epoch);
        let epoch = if reload { self.next_epoch(now) } else { claims.epoch };
        let mut outputs = Vec::new();
        if let Some(old) = old_socket {
            self.sockets.remove(&old);
            outputs.push(Output::Close { socket: old, reason: ErrorCode::Replaced.into() });
        }
        let member = Member { epoch, role: claims.role, card, attempt: None, presence: Presence::Live(socket) };
        if was_there && !reload {
            outputs.extend(self.welcome(now, socket, claims.peer_id, &member, ice_servers));
            self.sockets.insert(socket, claims.peer_id);
            self.members.insert(claims.peer_id, member);
            outputs.extend(self.announce_state(claims.peer_id, true));
            outputs.extend(self.tell_host_who_waits(socket));
        } else {
            outputs.extend(self.admit(now, socket, claims.peer_id, member, ice_servers));
        }
        if !reload {
            outputs.extend(self.tell_who_was_put_out(socket));
        }
        outputs
    }

    /// Lets a page in: it is welcomed, the others are told.
    fn admit(
        &mut self,
        now: Timestamp,
        socket: SocketId,
        peer_id: PeerId,
        member: Member,
        ice_servers: Vec<IceServer>,
    ) -> Vec<Output> {
        let mut outputs = self.welcome(now, socket, peer_id, &member, ice_servers);
        let peer = member.roster_entry(peer_id);
        self.sockets.insert(socket, peer_id);
        self.members.insert(peer_id, member);
        outputs.extend(self.tell_others(peer_id, &ServerMessage::PeerJoined { peer }));
        outputs.extend(self.tell_host_who_waits(socket));
        outputs
    }

    fn welcome(
        &mut self,
        now: Timestamp,
        socket: SocketId,
        peer_id: PeerId,
        member: &Member,
        ice_servers: Vec<IceServer>,
    ) -> Vec<Output> {
        let claims = Claims {
            peer_id,
            epoch: member.epoch,
            role: member.role,
            expires: now.after_ms(self.config.token_lifetime_ms),
        };
        let roster = self.members.iter().filter(|(id, _)| **id != peer_id).map(|(id, m)| m.roster_entry(*id)).collect();
        let message = ServerMessage::Welcome(Welcome {
            peer_id,
            epoch: member.epoch,
            session_token: self.config.token_key.mint(&self.id, &claims),
            boot_id: self.config.boot_id.clone(),
            policy: Policy {
                capacity: self.config.capacity,
                resume_window_ms: self.config.resume_window_ms,
                locked: self.door.is_locked(),
            },
            roster,
            ice_servers,
            host: member.role == Role::Host,
        });
        let mut outputs = vec![Output::Admitted(peer_id), Output::Send { socket, message }];
        outputs.extend(self.door.keep_as_long_as(claims.expires, self.config.token_lifetime_ms).map(Output::Keep));
        outputs
    }

    fn handle_signal(&self, socket: SocketId, to: PeerId, envelope: Envelope) -> Vec<Output> {
        let Some(from) = self.sockets.get(&socket).copied() else {
            return vec![Output::Dropped(DropReason::NotAdmitted)];
        };
        if from == to {
            return vec![Output::Dropped(DropReason::ToSelf)];
        }
        let Some(member) = self.members.get(&to) else {
            return vec![Output::Dropped(DropReason::NoSuchPeer)];
        };
        match member.live_socket() {
            Some(socket) => vec![Output::Send { socket, message: ServerMessage::Signal { from, envelope } }],
            None => vec![Output::Dropped(DropReason::Unreachable)],
        }
    }

    fn handle_closed(&mut self, now: Timestamp, socket: SocketId, ending: Ending) -> Vec<Output> {
        let Some(peer_id) = self.sockets.remove(&socket) else {
            return self.forget_waiting(|waiting| waiting.socket == socket);
        };
        let wait_ms = match ending {
            Ending::Left => return self.remove(peer_id),
            Ending::PageGone => self.config.reload_grace_ms,
            Ending::Lost => self.config.resume_window_ms,
        };
        if let Some(member) = self.members.get_mut(&peer_id) {
            member.presence = Presence::AwaitedUntil(now.after_ms(wait_ms));
        }
        self.announce_state(peer_id, false)
    }

    fn handle_timeout(&mut self, now: Timestamp) -> Vec<Output> {
        let late = |member: &Member| member.awaited_until().is_some_and(|until| until <= now);
        let gone: Vec<PeerId> = self.members.iter().filter(|(_, m)| late(m)).map(|(id, _)| *id).collect();
        gone.into_iter().flat_map(|peer_id| self.remove(peer_id)).collect()
    }

    fn remove(&mut self, peer_id: PeerId) -> Vec<Output> {
        self.members.remove(&peer_id);
        let mut outputs = vec![Output::Left(peer_id)];
        outputs.extend(self.tell_others(peer_id, &ServerMessage::PeerLeft { peer_id }));
        outputs
    }

    fn announce_state(&self, peer_id: PeerId, connected: bool) -> Vec<Output> {
        self.tell_others(peer_id, &ServerMessage::PeerState { peer_id, connected })
    }

    fn tell_others(&self, about: PeerId, message: &ServerMessage) -> Vec<Output> {
        let others = self.members.iter().filter(|(id, _)| **id != about).filter_map(|(_, member)| member.live_socket());
        others.map(|socket| Output::Send { socket, message: message.clone() }).collect()
    }

    fn refuse_for_room(&self, socket: SocketId) -> Output {
        let limit = Some(self.config.capacity);
        Output::Send { socket, message: ServerMessage::Error { code: ErrorCode::RoomFull, limit } }
    }

    fn is_full(&self) -> bool {
        self.members.len() >= usize::from(self.config.capacity)
    }

    fn next_epoch(&mut self, now: Timestamp) -> Epoch {
        self.last_epoch = Epoch(now.0.max(self.last_epoch.0 + 1));
        self.last_epoch
    }
}

fn refuse(socket: SocketId, code: ErrorCode) -> Output {
    Output::Send { socket, message: ServerMessage::Error { code, limit: None } }
}

#[cfg(test)]
mod tests;
