//! The server of the simulation: the real room and tokens behind the phases of a socket's life.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::agenda::Wire;
use crate::protocol::{ClientMessage, CloseReason, ErrorCode, PeerId, Role, RoomId, ServerMessage};
use crate::room::token::TokenKey;
use crate::room::{Ending, Input, Output, Room, RoomConfig, RoomPolicy, SocketId, Timestamp};

/// What the server puts on a wire.
pub(super) enum Said {
    Text(Wire, String),
    Close(Wire, CloseReason),
}

pub(super) struct Server {
    room: Room,
    id: RoomId,
    boot: u64,
    key: Arc<TokenKey>,
    wires: BTreeMap<Wire, SocketId>,
    admitted: BTreeMap<SocketId, PeerId>,
    /// What their links entitle to.
    roles: BTreeMap<Wire, Role>,
    /// What everybody came in with, over all restarts.
    rights: BTreeMap<PeerId, Role>,
    /// What hosts have decided, as a journal has it.
    kept: RoomPolicy,
    count: u64,
}

impl Server {
    /// A server that was started at this time; all of them have the same secret.
    pub(super) fn new(id: RoomId, now_ms: u64, kept: RoomPolicy) -> Self {
        let key = Arc::new(TokenKey::new(&[9; 32]));
        let config = RoomConfig {
            capacity: 8,
            resume_window_ms: super::WINDOW_MS,
            reload_grace_ms: 5_000,
            max_waiting: 8,
            token_lifetime_ms: 3_600_000,
            boot_id: now_ms.to_string(),
            token_key: Arc::clone(&key),
        };
        let room = Room::new(id.clone(), config).under(kept.clone());
        let (wires, admitted) = (BTreeMap::new(), BTreeMap::new());
        let (roles, rights) = (BTreeMap::new(), BTreeMap::new());
        Self { room, id, boot: now_ms, key, wires, admitted, roles, rights, kept, count: 0 }
    }

    /// The next one, which remembers what hosts have decided and nothing else; what it may not change is looked after from outside.
    pub(super) fn started_again(&self, now_ms: u64) -> Self {
        Self { rights: self.rights.clone(), ..Self::new(self.id.clone(), now_ms, self.kept.clone()) }
    }

    /// Every open socket.
    pub(super) fn wires(&self) -> Vec<Wire> {
        self.wires.keys().copied().collect()
    }

    pub(super) fn connect(&mut self, wire: Wire) {
        self.count += 1;
        self.wires.insert(wire, SocketId(self.count));
    }

    pub(super) fn receive(&mut self, now_ms: u64, wire: Wire, text: &str) -> Vec<Said> {
        let Some(socket) = self.wires.get(&wire).copied() else { return Vec::new() };
        let now = Timestamp(now_ms);
        if let Ok(command) = serde_json::from_str(text) {
            let outputs = self.room.handle(now, Input::Host { socket, command });
            return self.carry_out(outputs);
        }
        let message: ClientMessage = serde_json::from_str(text).unwrap();
        if let (ClientMessage::Hello { proof: Some(proof), .. }, RoomId::Sealed(id)) = (&message, &self.id) {
            self.roles.insert(wire, id.judge(proof).unwrap());
        }
        let input = match message {
            ClientMessage::Hello { resume: None, .. } => {
                let greeted = ServerMessage::Greeted { boot_id: self.boot.to_string() };
                return self.carry_out(vec![Output::Send { socket, message: greeted }]);
            }
            ClientMessage::Hello { resume: Some(resume), .. } => match self.key.verify(&self.id, &resume.token, now) {
                Ok(claims) => {
                    let (reload, card) = (resume.reload, resume.card);
                    Input::Resume { socket, claims, role: Role::Guest, reload, card, ice_servers: vec![] }
                }
                Err(_) => {
                    let message = ServerMessage::Error { code: ErrorCode::BadToken, limit: None };
                    return self.carry_out(vec![Output::Send { socket, message }]);
                }
            },
            ClientMessage::Join { card, attempt, .. } => {
                let mut bytes = [0; 16];
                bytes[..8].copy_from_slice(&self.count.to_be_bytes());
                bytes[8..].copy_from_slice(&(self.boot + socket.0).to_be_bytes());
                let peer_id = PeerId::from_bytes(bytes);
                let role = self.roles.get(&wire).copied().unwrap_or(Role::Guest);
                self.rights.insert(peer_id, role);
                Input::Join { socket, peer_id, role, card, attempt, may_open: true, ice_servers: vec![] }
            }
            ClientMessage::Signal { to, envelope } => Input::Signal { socket, to, envelope },
            ClientMessage::Leave {} => Input::SocketClosed { socket, ending: Ending::Left },
        };
        let outputs = self.room.handle(now, input);
        self.carry_out(outputs)
    }

    pub(super) fn end(&mut self, now_ms: u64, wire: Wire, ending: Ending) -> Vec<Said> {
        let Some(socket) = self.wires.remove(&wire) else { return Vec::new() };
        self.admitted.remove(&socket);
        let outputs = self.room.handle(Timestamp(now_ms), Input::SocketClosed { socket, ending });
        self.carry_out(outputs)
    }

    pub(super) fn pass_time(&mut self, now_ms: u64) -> Vec<Said> {
        let outputs = self.room.handle(Timestamp(now_ms), Input::Timeout);
        self.carry_out(outputs)
    }

    pub(super) fn poll_timeout(&self) -> Option<u64> {
        self.room.poll_timeout().map(|at| at.0)
    }

    pub(super) fn tick(&mut self) -> Vec<Said> {
        let sockets: Vec<SocketId> = self.wires.values().copied().collect();
        let tick = |socket| Output::Send { socket, message: ServerMessage::Tick {} };
        self.carry_out(sockets.into_iter().map(tick).collect())
    }

    /// Everybody who has a live socket in the room.
    pub(super) fn members(&self) -> Vec<PeerId> {
        let mut members: Vec<PeerId> = self.admitted.values().copied().collect();
        members.sort();
        members
    }

    fn carry_out(&mut self, outputs: Vec<Output>) -> Vec<Said> {
        let mut said = Vec::new();
        for output in outputs {
            match output {
                Output::Send { socket, message } => {
                    self.watch(socket, &message);
                    if let Some(wire) = self.wire_of(socket) {
                        said.push(Said::Text(wire, serde_json::to_string(&message).unwrap()));
                    }
                }
                Output::Close { socket, reason } => {
                    self.admitted.remove(&socket);
                    if let Some(wire) = self.wire_of(socket) {
                        self.wires.remove(&wire);
                        said.push(Said::Close(wire, reason));
                    }
                }
                Output::Keep(policy) => self.kept = policy,
                Output::Admitted(_) | Output::Left(_) | Output::Dropped(_) => {}
            }
        }
        said
    }

    /// I2, I4 and I5: only admitted sockets hear of others, a person has one of them, and the same rights at any time.
    fn watch(&mut self, socket: SocketId, message: &ServerMessage) {
        match message {
            ServerMessage::Welcome(welcome) => {
                assert!(!self.admitted.values().any(|peer| *peer == welcome.peer_id), "I4: one live socket");
                self.admitted.insert(socket, welcome.peer_id);
                let claims = self.key.verify(&self.id, &welcome.session_token, Timestamp(0)).unwrap();
                assert_eq!(Some(&claims.role), self.rights.get(&claims.peer_id), "I5: the same rights");
            }
            ServerMessage::PeerJoined { .. }
            | ServerMessage::PeerState { .. }
            | ServerMessage::PeerLeft { .. }
            | ServerMessage::Lock { .. }
            | ServerMessage::Knock { .. }
            | ServerMessage::KnockGone { .. }
            | ServerMessage::Mute { .. }
            | ServerMessage::IceServers { .. }
            | ServerMessage::Signal { .. } => {
                assert!(self.admitted.contains_key(&socket), "I2: {message:?} to a stranger");
            }
            _ => {}
        }
    }

    fn wire_of(&self, socket: SocketId) -> Option<Wire> {
        self.wires.iter().find(|(_, other)| **other == socket).map(|(wire, _)| *wire)
    }
}
