//! What hosts may do. A right belongs to the socket that a command comes on, never to what the command says of its sender.

use super::{DropReason, Member, Output, Room, SocketId, Timestamp, refuse};
use crate::protocol::{Epoch, ErrorCode, HostCommand, PeerId, Role, ServerMessage};

impl Room {
    pub(super) fn handle_host(&mut self, now: Timestamp, socket: SocketId, command: HostCommand) -> Vec<Output> {
        let Some(host) = self.sockets.get(&socket).copied() else {
            return vec![Output::Dropped(DropReason::NotAdmitted)];
        };
        if self.members.get(&host).is_none_or(|member| member.role != Role::Host) {
            return vec![Output::Dropped(DropReason::NotHost)];
        }
        match command {
            HostCommand::Lock { locked } => self.lock(now, locked),
            HostCommand::Admit { peer_id } => self.let_in(now, peer_id),
            HostCommand::Refuse { peer_id } => self.send_away(peer_id),
            HostCommand::Remove { peer_id } | HostCommand::Mute { peer_id } if peer_id == host => {
                vec![Output::Dropped(DropReason::ToSelf)]
            }
            HostCommand::Remove { peer_id } => self.put_out(now, peer_id),
            HostCommand::Mute { peer_id } => self.ask_for_silence(host, peer_id),
            HostCommand::End {} => self.end(now),
        }
    }

    fn lock(&mut self, now: Timestamp, locked: bool) -> Vec<Output> {
        if self.door.is_locked() == locked {
            return Vec::new();
        }
        let mut outputs = self.set_locked(locked);
        outputs.push(self.keep(now));
        if !locked {
            outputs.extend(self.all_waiting().into_iter().flat_map(|peer_id| self.let_in(now, peer_id)));
        }
        outputs
    }

    /// Without a word about what is to be kept: more may change.
    fn set_locked(&mut self, locked: bool) -> Vec<Output> {
        if self.door.is_locked() == locked {
            return Vec::new();
        }
        self.door.set_locked(locked);
        let members = self.members.values().filter_map(Member::live_socket);
        members.map(|socket| Output::Send { socket, message: ServerMessage::Lock { locked } }).collect()
    }

    fn let_in(&mut self, now: Timestamp, peer_id: PeerId) -> Vec<Output> {
        let Some((newcomer, mut outputs)) = self.take_waiting(peer_id) else {
            return vec![Output::Dropped(DropReason::NoSuchPeer)];
        };
        outputs.extend(self.enter(now, newcomer));
        outputs
    }

    fn send_away(&mut self, peer_id: PeerId) -> Vec<Output> {
        let Some((newcomer, mut outputs)) = self.take_waiting(peer_id) else {
            return vec![Output::Dropped(DropReason::NoSuchPeer)];
        };
        outputs.push(refuse(newcomer.socket, ErrorCode::Refused));
        outputs
    }

    /// Their token leads back no more. A fresh page with the link cannot be told from them, so newcomers knock from now on.
    fn put_out(&mut self, now: Timestamp, peer_id: PeerId) -> Vec<Output> {
        let Some(member) = self.members.get(&peer_id) else {
            return vec![Output::Dropped(DropReason::NoSuchPeer)];
        };
        let socket = member.live_socket();
        self.pass_every_token(now);
        self.door.put_out(peer_id, now.after_ms(self.config.token_lifetime_ms), self.last_epoch);
        let close = |socket| {
            self.sockets.remove(&socket);
            Output::Close { socket, reason: ErrorCode::Removed.into() }
        };
        let mut outputs: Vec<Output> = socket.map(close).into_iter().collect();
        outputs.extend(self.remove(peer_id));
        outputs.extend(self.set_locked(true));
        outputs.push(self.keep(now));
        outputs
    }

    /// A room that was made anew knows only of those who have come back; no token was given with an epoch later than now.
    fn pass_every_token(&mut self, now: Timestamp) {
        self.last_epoch = self.last_epoch.max(Epoch(now.0));
    }

    fn ask_for_silence(&self, host: PeerId, peer_id: PeerId) -> Vec<Output> {
        match self.members.get(&peer_id).map(Member::live_socket) {
            None => vec![Output::Dropped(DropReason::NoSuchPeer)],
            Some(None) => vec![Output::Dropped(DropReason::Unreachable)],
            Some(Some(socket)) => vec![Output::Send { socket, message: ServerMessage::Mute { from: host } }],
        }
    }

    /// Everybody is out, and nobody comes back in by themselves: not by a token, and by the link only a host.
    fn end(&mut self, now: Timestamp) -> Vec<Output> {
        self.pass_every_token(now);
        self.door.set_locked(true);
        self.door.put_all_out(self.last_epoch);
        let members = std::mem::take(&mut self.members);
        let sockets = std::mem::take(&mut self.sockets).into_keys().chain(self.door.leave_nobody());
        let mut outputs: Vec<Output> =
            sockets.map(|socket| Output::Close { socket, reason: ErrorCode::Ended.into() }).collect();
        outputs.extend(members.into_keys().map(Output::Left));
        outputs.push(self.keep(now));
        outputs
    }

    fn keep(&mut self, now: Timestamp) -> Output {
        Output::Keep(self.door.changed(now, self.config.token_lifetime_ms))
    }
}
