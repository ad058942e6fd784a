//! The door: who may come in, who waits in front of it, and which tokens lead back no more.
//!
//! In a locked room a newcomer waits until a host decides. Hosts pass by their link, members by their token. Who waits is
//! told that they wait and whether a host is there to see it, and nothing else (I2); their socket's end ends the waiting.
//!
//! [`RoomPolicy`] is what outlives the room and the server: for as long as a token may live that it concerns.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::token::Claims;
use super::{Member, Output, Presence, Room, SocketId, Timestamp, refuse};
use crate::protocol::{Card, Epoch, ErrorCode, IceServer, PeerId, Role, ServerMessage};

/// So many are remembered by their ids; to put out yet another voids every token there is.
const MAX_REMOVED: usize = 128;

/// What hosts have decided about a room, and what is kept of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomPolicy {
    /// Whether newcomers have to knock.
    pub locked: bool,
    /// Who was put out, and until when a token of theirs could be good.
    pub removed: BTreeMap<PeerId, Timestamp>,
    /// Tokens up to this epoch lead back no more: the call was ended.
    pub void: Epoch,
    /// Until when all this has to be remembered.
    pub until: Timestamp,
}

impl RoomPolicy {
    /// Whether there is nothing to remember, or no longer.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.until <= now || (!self.locked && self.removed.is_empty() && self.void == Epoch(0))
    }
}

/// Somebody who asks to come in.
#[derive(Debug)]
pub(super) struct Newcomer {
    pub(super) socket: SocketId,
    pub(super) peer_id: PeerId,
    pub(super) role: Role,
    pub(super) card: Card,
    pub(super) attempt: u64,
    pub(super) ice_servers: Vec<IceServer>,
}

/// The door of one room.
#[derive(Debug, Default)]
pub(super) struct Door {
    policy: RoomPolicy,
    /// In the order in which they knocked.
    waiting: Vec<Newcomer>,
    /// What those who wait were told last of whether a host is there.
    hosted: bool,
}

impl Door {
    pub(super) fn under(policy: RoomPolicy) -> Self {
        Self { policy, ..Self::default() }
    }

    pub(super) fn is_locked(&self) -> bool {
        self.policy.locked
    }

    /// Whether nobody waits.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(super) fn waits(&self, socket: SocketId) -> bool {
        self.waiting.iter().any(|waiting| waiting.socket == socket)
    }

    /// Whether the token's holder was put out, alone or with all; members are in whatever is said of tokens.
    pub(super) fn why_void(&self, claims: &Claims, is_member: bool) -> Option<ErrorCode> {
        if self.policy.removed.contains_key(&claims.peer_id) {
            return Some(ErrorCode::Removed);
        }
        (!is_member && claims.epoch <= self.policy.void).then_some(ErrorCode::Ended)
    }

    pub(super) fn set_locked(&mut self, locked: bool) {
        self.policy.locked = locked;
    }

    /// This person's tokens lead back no more; `last`: the largest epoch given so far.
    pub(super) fn put_out(&mut self, peer_id: PeerId, expires: Timestamp, last: Epoch) {
        if self.policy.removed.len() >= MAX_REMOVED {
            return self.put_all_out(last);
        }
        self.policy.removed.insert(peer_id, expires);
    }

    /// No token up to this epoch leads back.
    pub(super) fn put_all_out(&mut self, last: Epoch) {
        self.policy.removed.clear();
        self.policy.void = last;
    }

    /// What is to be kept now that it has changed.
    pub(super) fn changed(&mut self, now: Timestamp, lifetime_ms: u64) -> RoomPolicy {
        self.policy.removed.retain(|_, until| *until > now);
        // Twice as long as tokens live, so that it need not be written again for each new token.
        self.policy.until = now.after_ms(lifetime_ms).after_ms(lifetime_ms);
        self.policy.clone()
    }

    /// Nobody waits any more; these did.
    pub(super) fn leave_nobody(&mut self) -> Vec<SocketId> {
        std::mem::take(&mut self.waiting).into_iter().map(|waiting| waiting.socket).collect()
    }

    /// A token until `expires` was given; what is to be kept if that is longer than what is kept now.
    pub(super) fn keep_as_long_as(&mut self, expires: Timestamp, lifetime_ms: u64) -> Option<RoomPolicy> {
        if self.policy.until >= expires || self.policy.is_over(Timestamp(0)) {
            return None;
        }
        self.policy.until = expires.after_ms(lifetime_ms);
        Some(self.policy.clone())
    }
}

impl Room {
    pub(super) fn handle_join(&mut self, now: Timestamp, newcomer: Newcomer, may_open: bool) -> Vec<Output> {
        let (socket, attempt) = (newcomer.socket, newcomer.attempt);
        if self.knows(socket) {
            return vec![refuse(socket, ErrorCode::BadMessage)];
        }
        let is_late = |waiting: &Newcomer| waiting.attempt == attempt && waiting.socket > socket;
        if self.is_overtaken(socket, |_, member| member.attempt == Some(attempt))
            || self.door.waiting.iter().any(is_late)
        {
            return vec![Output::Close { socket, reason: ErrorCode::Replaced.into() }];
        }
        let mut outputs = self.retire_former_self(attempt);
        let was_in = !outputs.is_empty();
        outputs.extend(self.replace_waiting(attempt));
        if was_in {
            outputs.extend(self.enter(now, newcomer));
        } else if self.members.is_empty() && !may_open {
            outputs.push(refuse(socket, ErrorCode::CreateCodeNeeded));
        } else if self.door.is_locked() && newcomer.role != Role::Host {
            outputs.extend(self.knock(newcomer));
        } else {
            outputs.extend(self.enter(now, newcomer));
        }
        outputs
    }

    /// Nothing stands in their way but the size of the room.
    pub(super) fn enter(&mut self, now: Timestamp, newcomer: Newcomer) -> Vec<Output> {
        let Newcomer { socket, peer_id, role, card, attempt, ice_servers } = newcomer;
        if self.is_full() {
            return vec![self.refuse_for_room(socket)];
        }
        let epoch = self.next_epoch(now);
        let member = Member { epoch, role, card, attempt: Some(attempt), presence: Presence::Live(socket) };
        self.admit(now, socket, peer_id, member, ice_servers)
    }

    fn knock(&mut self, newcomer: Newcomer) -> Vec<Output> {
        let socket = newcomer.socket;
        if self.door.waiting.len() >= self.config.max_waiting {
            return vec![refuse(socket, ErrorCode::Crowded)];
        }
        let hosted = self.hosts().next().is_some();
        let mut outputs = vec![Output::Send { socket, message: ServerMessage::Waiting { hosted } }];
        outputs.extend(self.tell_hosts(&newcomer.knock()));
        self.door.waiting.push(newcomer);
        outputs
    }

    /// A page that asks again on another socket waits once.
    fn replace_waiting(&mut self, attempt: u64) -> Vec<Output> {
        let former = self.door.waiting.iter().find(|waiting| waiting.attempt == attempt);
        let close = |socket| Output::Close { socket, reason: ErrorCode::Replaced.into() };
        let mut outputs: Vec<Output> = former.map(|waiting| close(waiting.socket)).into_iter().collect();
        outputs.extend(self.forget_waiting(|waiting| waiting.attempt == attempt));
        outputs
    }

    /// These wait no longer.
    pub(super) fn forget_waiting(&mut self, who: impl Fn(&Newcomer) -> bool) -> Vec<Output> {
        let gone: Vec<Newcomer> = self.door.waiting.extract_if(.., |waiting| who(waiting)).collect();
        gone.iter().flat_map(|waiting| self.tell_hosts(&waiting.gone())).collect()
    }

    /// Takes somebody who waits away from the door, and tells the hosts.
    pub(super) fn take_waiting(&mut self, peer_id: PeerId) -> Option<(Newcomer, Vec<Output>)> {
        let at = self.door.waiting.iter().position(|waiting| waiting.peer_id == peer_id)?;
        let waiting = self.door.waiting.remove(at);
        let outputs = self.tell_hosts(&waiting.gone());
        Some((waiting, outputs))
    }

    /// Everybody who waits, first come first.
    pub(super) fn all_waiting(&self) -> Vec<PeerId> {
        self.door.waiting.iter().map(|waiting| waiting.peer_id).collect()
    }

    /// A host who has just come in sees who waits.
    pub(super) fn tell_host_who_waits(&self, socket: SocketId) -> Vec<Output> {
        let knocks = self.door.waiting.iter().map(|waiting| Output::Send { socket, message: waiting.knock() });
        if self.hosts().any(|host| host == socket) { knocks.collect() } else { Vec::new() }
    }

    /// Who waits is told when the first host comes or the last one is gone.
    pub(super) fn tell_who_waits_of_hosts(&mut self) -> Vec<Output> {
        let hosted = self.hosts().next().is_some();
        if std::mem::replace(&mut self.door.hosted, hosted) == hosted {
            return Vec::new();
        }
        let sockets = self.door.waiting.iter().map(|waiting| waiting.socket);
        sockets.map(|socket| Output::Send { socket, message: ServerMessage::Waiting { hosted } }).collect()
    }

    /// A page that comes back may wait for them: it saw them last before the server was started anew.
    pub(super) fn tell_who_was_put_out(&self, socket: SocketId) -> Vec<Output> {
        let removed = self.door.policy.removed.keys();
        removed.map(|peer_id| Output::Send { socket, message: ServerMessage::PeerLeft { peer_id: *peer_id } }).collect()
    }

    /// Members are told; for who waits it is put aside until they are let in.
    pub(super) fn handle_servers(&mut self, socket: SocketId, ice_servers: Vec<IceServer>) -> Vec<Output> {
        if self.sockets.contains_key(&socket) {
            return vec![Output::Send { socket, message: ServerMessage::IceServers { ice_servers } }];
        }
        if let Some(waiting) = self.door.waiting.iter_mut().find(|waiting| waiting.socket == socket) {
            waiting.ice_servers = ice_servers;
        }
        Vec::new()
    }

    /// The sockets of the hosts who are there.
    fn hosts(&self) -> impl Iterator<Item = SocketId> {
        self.members.values().filter(|member| member.role == Role::Host).filter_map(Member::live_socket)
    }

    fn tell_hosts(&self, message: &ServerMessage) -> Vec<Output> {
        self.hosts().map(|socket| Output::Send { socket, message: message.clone() }).collect()
    }
}

impl Newcomer {
    fn knock(&self) -> ServerMessage {
        ServerMessage::Knock { peer_id: self.peer_id, card: self.card.clone() }
    }

    fn gone(&self) -> ServerMessage {
        ServerMessage::KnockGone { peer_id: self.peer_id }
    }
}
