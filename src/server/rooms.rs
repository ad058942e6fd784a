//! The rooms that somebody is in. Drives [`crate::room::Room`]: inputs go in one at a time, outputs go to outboxes.
//!
//! A room is made by the first who joins and dropped when nobody is in it, waited for, or waiting in front of it. Nothing here waits: the locks
//! (registry, then room, then outbox, then deadlines) are held for moments and never over an await.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::clock::Clock;
use super::comeback;
use super::journal::Journal;
use super::outbox::Outbox;
use super::relay::driver::RelayLink;
use crate::protocol::{Envelope, ErrorCode, HostCommand, IceServer, PeerId, RoomId};
use crate::room::{DropReason, Ending, Input, Output, Room, RoomConfig, SocketId, Timestamp};

/// All rooms.
#[derive(Debug)]
pub struct Rooms {
    config: RoomConfig,
    max: usize,
    clock: Clock,
    relay: Option<RelayLink>,
    journal: Journal,
    by_id: Mutex<HashMap<RoomId, Arc<Mutex<LocalRoom>>>>,
    deadlines: Mutex<BinaryHeap<Reverse<(Timestamp, RoomId)>>>,
    deadlines_changed: Notify,
    dropped: DropCounts,
}

/// How many signals and commands were dropped, by reason.
#[derive(Debug, Default)]
struct DropCounts {
    not_admitted: AtomicU64,
    to_self: AtomicU64,
    no_such_peer: AtomicU64,
    unreachable: AtomicU64,
    not_host: AtomicU64,
}

/// A room with the outboxes of those who are in it.
#[derive(Debug)]
struct LocalRoom {
    room: Room,
    outboxes: HashMap<SocketId, Outbox>,
    /// The earliest deadline that the timer knows of.
    scheduled: Option<Timestamp>,
}

/// The way to their room of a member, or of somebody who waits to be let in.
#[derive(Debug, Clone)]
pub struct RoomHandle {
    id: RoomId,
    socket: SocketId,
    rooms: Arc<Rooms>,
    room: Arc<Mutex<LocalRoom>>,
}

impl Rooms {
    /// No rooms yet, and never more than `max`.
    pub fn new(config: RoomConfig, max: usize, clock: Clock, relay: Option<RelayLink>, journal: Journal) -> Self {
        Self {
            config,
            max,
            clock,
            relay,
            journal,
            by_id: Mutex::default(),
            deadlines: Mutex::default(),
            deadlines_changed: Notify::new(),
            dropped: DropCounts::default(),
        }
    }

    /// Gives a socket's Join or Resume to its room. `None` when the room refuses; the socket has then been told why.
    pub fn enter(self: &Arc<Self>, id: &RoomId, socket: SocketId, outbox: Outbox, input: Input) -> Option<RoomHandle> {
        // The registry stays locked, so that a room cannot be dropped between being found and being entered.
        let mut by_id = lock(&self.by_id);
        if by_id.len() >= self.max && !by_id.contains_key(id) {
            // Closed, not only refused: the page comes back by itself, and says meanwhile that the server is full.
            outbox.close(comeback::when_there_is_room(ErrorCode::ServerFull, comeback::chance(socket.0)));
            return None;
        }
        let room = by_id.entry(id.clone()).or_insert_with(|| Arc::new(Mutex::new(self.new_room(id)))).clone();
        let mut local = lock(&room);
        local.outboxes.insert(socket, outbox);
        let outputs = local.room.handle(self.clock.now(), input);
        self.carry_out(id, &mut local, outputs);
        self.schedule(id, &mut local);
        if !local.room.knows(socket) {
            local.outboxes.remove(&socket);
            if local.room.is_empty() {
                by_id.remove(id);
            }
            return None;
        }
        drop(local);
        Some(RoomHandle { id: id.clone(), socket, rooms: self.clone(), room })
    }

    /// How many rooms there are.
    pub fn count(&self) -> usize {
        lock(&self.by_id).len()
    }

    /// Who has a live socket in this room.
    #[cfg(test)]
    pub(crate) fn live_in(&self, id: &RoomId) -> Vec<PeerId> {
        lock(&self.by_id).get(id).map_or_else(Vec::new, |room| lock(room).room.live())
    }

    /// How many signals and commands were dropped for this reason.
    pub fn dropped(&self, reason: DropReason) -> u64 {
        self.dropped.of(reason).load(Ordering::Relaxed)
    }

    /// The earliest moment at which a room wants to be called.
    fn next_deadline(&self) -> Option<Timestamp> {
        lock(&self.deadlines).peek().map(|Reverse((at, _))| *at)
    }

    /// Calls the rooms whose time has come.
    fn fire_deadlines(&self, now: Timestamp) {
        while let Some(id) = self.take_due(now) {
            let room = lock(&self.by_id).get(&id).cloned();
            let Some(room) = room else { continue };
            let mut local = lock(&room);
            local.scheduled = None;
            self.handle(&id, &mut local, Input::Timeout);
            let empty = local.room.is_empty();
            drop(local);
            if empty {
                self.drop_if_empty(&id);
            }
        }
    }

    fn take_due(&self, now: Timestamp) -> Option<RoomId> {
        let mut deadlines = lock(&self.deadlines);
        let due = deadlines.peek().is_some_and(|Reverse((at, _))| *at <= now);
        if due { deadlines.pop().map(|Reverse((_, id))| id) } else { None }
    }

    fn handle(&self, id: &RoomId, local: &mut LocalRoom, input: Input) {
        let outputs = local.room.handle(self.clock.now(), input);
        self.carry_out(id, local, outputs);
        self.schedule(id, local);
    }

    fn carry_out(&self, id: &RoomId, local: &mut LocalRoom, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::Send { socket, message } => {
                    if let Some(outbox) = local.outboxes.get(&socket) {
                        outbox.send(&message);
                    }
                }
                Output::Close { socket, reason } => {
                    if let Some(outbox) = local.outboxes.remove(&socket) {
                        outbox.close(reason);
                    }
                }
                Output::Admitted(peer) => self.relay.iter().for_each(|relay| relay.peer_returned(peer)),
                Output::Left(peer) => self.relay.iter().for_each(|relay| relay.peer_left(peer)),
                Output::Keep(policy) => self.journal.keep(id, &policy, self.clock.now()),
                Output::Dropped(reason) => {
                    self.dropped.of(reason).fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    }

    /// Tells the timer of the room's next deadline, unless it knows of an earlier one.
    fn schedule(&self, id: &RoomId, local: &mut LocalRoom) {
        let Some(at) = local.room.poll_timeout() else { return };
        if local.scheduled.is_some_and(|scheduled| scheduled <= at) {
            return;
        }
        local.scheduled = Some(at);
        lock(&self.deadlines).push(Reverse((at, id.clone())));
        self.deadlines_changed.notify_one();
    }

    fn drop_if_empty(&self, id: &RoomId) {
        let mut by_id = lock(&self.by_id);
        let empty = by_id.get(id).is_some_and(|room| lock(room).room.is_empty());
        if empty {
            by_id.remove(id);
        }
    }

    fn new_room(&self, id: &RoomId) -> LocalRoom {
        let policy = self.journal.find(id, self.clock.now());
        let room = Room::new(id.clone(), self.config.clone()).under(policy);
        LocalRoom { room, outboxes: HashMap::new(), scheduled: None }
    }
}

impl RoomHandle {
    /// The member's signal to another.
    pub fn signal(&self, to: PeerId, envelope: Envelope) {
        let mut local = lock(&self.room);
        self.rooms.handle(&self.id, &mut local, Input::Signal { socket: self.socket, to, envelope });
    }

    /// What a host wants; of anybody else it is dropped.
    pub fn command(&self, command: HostCommand) {
        self.change(lock(&self.room), Input::Host { socket: self.socket, command });
    }

    /// What they may use from now on to get through NATs.
    pub fn renew(&self, ice_servers: Vec<IceServer>) {
        let mut local = lock(&self.room);
        self.rooms.handle(&self.id, &mut local, Input::Servers { socket: self.socket, ice_servers });
    }

    /// Whether they are in, or still wait.
    pub fn is_open(&self) -> bool {
        lock(&self.room).room.knows(self.socket)
    }

    /// Their socket has ended.
    pub fn close(&self, ending: Ending) {
        let mut local = lock(&self.room);
        local.outboxes.remove(&self.socket);
        self.change(local, Input::SocketClosed { socket: self.socket, ending });
    }

    /// What may leave nobody in the room.
    fn change(&self, mut local: MutexGuard<'_, LocalRoom>, input: Input) {
        self.rooms.handle(&self.id, &mut local, input);
        let empty = local.room.is_empty();
        drop(local);
        if empty {
            self.rooms.drop_if_empty(&self.id);
        }
    }
}

impl DropCounts {
    fn of(&self, reason: DropReason) -> &AtomicU64 {
        match reason {
            DropReason::NotAdmitted => &self.not_admitted,
            DropReason::ToSelf => &self.to_self,
            DropReason::NoSuchPeer => &self.no_such_peer,
            DropReason::Unreachable => &self.unreachable,
            DropReason::NotHost => &self.not_host,
        }
    }
}

/// Calls rooms when their time has come. Never ends.
pub async fn run_timer(rooms: Arc<Rooms>) {
    loop {
        let next = rooms.next_deadline();
        let sleep = async {
            match next {
                Some(at) => rooms.clock.sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = sleep => rooms.fire_deadlines(rooms.clock.now()),
            () = rooms.deadlines_changed.notified() => {}
        }
    }
}

/// A lock whose holder panicked is used on: room and outbox are whole between any two statements that can panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
