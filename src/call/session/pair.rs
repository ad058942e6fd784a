//! One other person in the call: who they are, and how the one connection to them is.

use std::collections::VecDeque;
use std::time::Duration;

use crate::call::delivery::Delivery;
use crate::call::encoding::VideoEncoding;
use crate::call::negotiation::Negotiation;
use crate::call::pace::Pace;
use crate::call::path::{CandidateKind, PathStats, Watch};
use crate::call::peer_message::Channel;
use crate::call::seal::Place;
use crate::call::story::{Circumstances, Story, Trouble};
use crate::call::view::{ConnectionView, PairStatus, Source, TileKey, TileView};
use crate::protocol::{DisplayName, Epoch, Generation, PeerId};

use super::quality::Condition;
use super::rescue::Rescue;
use super::sealing::PairSeal;

/// A connection that is not up after this time is shown as failed (it goes on trying).
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
/// An arrival is acknowledged after this time, if nothing else was sent meanwhile.
pub(super) const ACK_DELAY: Duration = Duration::from_millis(100);
/// The polite side looks for a new path at once when the old one has failed; the other side if nothing has come of that.
const IMPOLITE_PATIENCE: Duration = Duration::from_secs(4);
/// What they may say over data channels: a connection that was made anew begins with up to [`MAX_KEPT`] lines of chat.
const MESSAGES: Pace = Pace::new(600, 50);
/// What they may propose or answer.
const DESCRIPTIONS: Pace = Pace::new(200, 10);
/// Most chat messages kept for a connection that is not up yet, or has to be made anew.
const MAX_KEPT: usize = 256;

/// RTCPeerConnectionState, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionState {
    /// New or connecting.
    Connecting,
    /// At least one path works.
    Connected,
    /// The path has gone quiet; it may come back.
    Disconnected,
    /// No path works.
    Failed,
}

/// What somebody says that they send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Says {
    pub(super) microphone: bool,
    pub(super) camera: bool,
    pub(super) screen: bool,
}

/// What the session knows of one other person.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) epoch: Epoch,
    pub(super) name: DisplayName,
    pub(super) polite: bool,
    pub(super) generation: Generation,
    pub(super) delivery: Delivery,
    pub(super) negotiation: Negotiation,
    pub(super) seal: PairSeal,
    /// Whether the server says that signals reach them.
    pub(super) reachable: bool,
    /// A restarted server has not seen them again; they are given up then.
    pub(super) awaited_until: Option<Duration>,
    pub(super) ack_due: Option<Duration>,
    pub(super) encoding: Option<VideoEncoding>,
    pub(super) screen_encoding: Option<VideoEncoding>,
    pub(super) story: Story,
    /// The path has failed, and this is when we do something about it.
    pub(super) restart_due: Option<Duration>,
    pub(super) watch: Watch,
    pub(super) condition: Condition,
    /// Whether they want pictures; a connection begins with that.
    pub(super) wants_pictures: bool,
    rescue: Rescue,
    state: ConnectionState,
    was_connected: bool,
    broken: bool,
    /// We have closed it, for what came over it.
    cut: bool,
    /// Somebody interferes.
    refused: bool,
    down_since: Duration,
    /// What they say of their devices, once they have said it.
    media: Option<Says>,
    picture_flowing: bool,
    open_channels: Vec<Channel>,
    /// A channel that had been open is not any more.
    lost_channel: bool,
    messages: Pace,
    descriptions: Pace,
    /// The latest chat messages to them. Nobody acknowledges these: a new connection begins with all of them again.
    written: VecDeque<String>,
    /// How many of the last ones wait for the channel.
    waiting: usize,
}

impl Pair {
    pub(super) fn new(now: Duration, epoch: Epoch, name: DisplayName, polite: bool, generation: Generation) -> Self {
        Self {
            epoch,
            name,
            polite,
            generation,
            delivery: Delivery::new(generation),
            negotiation: Negotiation::new(polite),
            seal: PairSeal::None,
            reachable: true,
            awaited_until: None,
            ack_due: None,
            encoding: None,
            screen_encoding: None,
            story: Story::default(),
            restart_due: None,
            watch: Watch::default(),
            condition: Condition::default(),
            wants_pictures: true,
            rescue: Rescue::default(),
            state: ConnectionState::Connecting,
            was_connected: false,
            broken: false,
            cut: false,
            refused: false,
            down_since: now,
            media: None,
            picture_flowing: false,
            open_channels: Vec::new(),
            lost_channel: false,
            messages: MESSAGES,
            descriptions: DESCRIPTIONS,
            written: VecDeque::new(),
            waiting: 0,
        }
    }

    /// Another connection to the same person, in place of this one.
    pub(super) fn successor(&self, now: Duration, offers: bool, generation: Generation) -> Self {
        let mut next = Self::new(now, self.epoch, self.name.clone(), offers, generation);
        next.reachable = self.reachable;
        next.awaited_until = self.awaited_until;
        next.was_connected = self.was_connected;
        next.down_since = if self.is_connected() { now } else { self.down_since };
        next.media = self.media;
        // Another connection is no fresh start for who floods this one.
        (next.messages, next.descriptions) = (self.messages, self.descriptions);
        next.condition = self.condition.successor();
        next.seal = self.seal.clone();
        next.waiting = self.written.len();
        next.written = self.written.clone();
        next.rescue = self.rescue;
        next.rescue.rebuild();
        next.is_in_trouble(now);
        next
    }

    pub(super) fn is_connected(&self) -> bool {
        self.state == ConnectionState::Connected
    }

    pub(super) fn set_state(&mut self, now: Duration, state: ConnectionState) {
        if self.is_connected() && state != ConnectionState::Connected {
            self.down_since = now;
        }
        self.restart_due = (state == ConnectionState::Failed).then(|| now + self.patience());
        self.state = state;
        if !self.is_connected() {
            self.condition.begin_anew();
        }
        if state == ConnectionState::Connecting {
            // A browser that is disconnected says some time that it has failed. One that looks for a path may do so for ever.
            self.is_in_trouble(now);
        }
        self.was_connected |= state == ConnectionState::Connected;
        if self.is_well(now) {
            self.rescue.well(now);
        }
    }

    /// A new path is looked for. One that has never been found is the person's to try again.
    pub(super) fn is_in_trouble(&mut self, now: Duration) {
        if self.was_connected {
            self.rescue.trouble(now, self.polite);
        }
    }

    /// The browser cannot follow the negotiation any further; that may be better with a new connection.
    pub(super) fn is_hopeless(&mut self, now: Duration) {
        self.set_broken();
        self.rescue.hopeless(now, self.polite);
    }

    /// When a new connection is due, unless this one recovers.
    pub(super) fn rebuild_due(&self) -> Option<Duration> {
        self.rescue.due()
    }

    /// That time has come; whether this connection is given up. `admitted`: whether anything can be agreed.
    pub(super) fn gives_up(&mut self, now: Duration, admitted: bool) -> bool {
        if self.is_well(now) {
            self.rescue.well(now);
            return false;
        }
        if !admitted || !self.reachable {
            self.rescue.postpone(now);
            return false;
        }
        true
    }

    fn is_well(&self, now: Duration) -> bool {
        self.status(now) == PairStatus::Connected && !self.lost_channel
    }

    /// Whether packets go over a relay, or may have to.
    pub(super) fn may_be_relayed(&self) -> bool {
        let chosen = self.watch.stats().chosen;
        !self.is_connected() || chosen.is_none_or(|chosen| chosen.local.kind == CandidateKind::Relay)
    }

    fn patience(&self) -> Duration {
        if self.polite { Duration::ZERO } else { IMPOLITE_PATIENCE }
    }

    /// Takes a measurement; says whether a new path should be looked for. `pictures`: whether theirs may come.
    pub(super) fn measured(&mut self, now: Duration, stats: PathStats, pictures: bool) -> bool {
        // With all of them off, some browsers send nothing for longer than a path may be silent. Nor need a still screen.
        let expected = self.media.is_none_or(|says| says.microphone || (says.camera && pictures));
        let restart = self.watch.take(now, stats, self.is_connected(), expected);
        if self.watch.is_alive() && self.is_well(now) {
            self.rescue.well(now);
        }
        if self.status(now) == PairStatus::Connected {
            self.condition.take(now, &self.watch);
        }
        restart
    }

    /// What was measured means nothing.
    pub(super) fn forget_measures(&mut self) {
        self.watch = Watch::default();
    }

    #[cfg(test)]
    pub(super) fn stats(&self) -> PathStats {
        self.watch.stats()
    }

    /// The connection cannot be negotiated any further.
    pub(super) fn set_broken(&mut self) {
        self.broken = true;
    }

    /// A message of theirs has come over a data channel; whether they keep within bounds.
    pub(super) fn admits_message(&mut self, now: Duration) -> bool {
        self.messages.admits(now)
    }

    /// An offer or an answer of theirs has come; whether they keep within bounds.
    pub(super) fn admits_description(&mut self, now: Duration) -> bool {
        self.descriptions.admits(now)
    }

    /// The connection has been closed for what came over it, and is left at that.
    pub(super) fn cut(&mut self) {
        (self.broken, self.cut) = (true, true);
        self.state = ConnectionState::Failed;
        (self.restart_due, self.ack_due, self.rescue) = (None, None, Rescue::default());
        (self.media, self.picture_flowing) = (Some(Says { microphone: true, camera: false, screen: false }), false);
        self.open_channels.clear();
    }

    pub(super) fn is_cut(&self) -> bool {
        self.cut
    }

    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }

    /// Somebody interferes: there is no connection any more, and none is made without the person's word.
    pub(super) fn refuse(&mut self) {
        self.cut();
        self.refused = true;
    }

    pub(super) fn is_refused(&self) -> bool {
        self.refused
    }

    /// Of the next thing that is said to them.
    pub(super) fn next_place(&self) -> Place {
        Place { generation: self.generation, seq: self.delivery.next_seq() }
    }

    /// The person wants it tried again: it counts as connecting from now on.
    pub(super) fn start_over(&mut self, now: Duration) {
        self.down_since = now;
    }

    pub(super) fn set_media(&mut self, says: Says) {
        self.media = Some(says);
    }

    pub(super) fn is_muted(&self) -> bool {
        self.media.is_some_and(|says| !says.microphone)
    }

    pub(super) fn set_picture_flowing(&mut self, flowing: bool) {
        self.picture_flowing = flowing;
    }

    /// Marks a channel as open; for the chat, hands out what waited for it.
    pub(super) fn open_channel(&mut self, channel: Channel) -> Vec<String> {
        if !self.is_open(channel) {
            self.open_channels.push(channel);
        }
        match channel {
            Channel::Chat => {
                let sent = self.written.len() - std::mem::take(&mut self.waiting);
                self.written.range(sent..).cloned().collect()
            }
            Channel::Control => Vec::new(),
        }
    }

    pub(super) fn close_channel(&mut self, now: Duration, channel: Channel) {
        self.lost_channel |= self.is_open(channel);
        self.open_channels.retain(|open| *open != channel);
        if self.lost_channel {
            self.is_in_trouble(now);
        }
    }

    pub(super) fn is_open(&self, channel: Channel) -> bool {
        self.open_channels.contains(&channel)
    }

    /// A chat message to them; says whether it can be sent now, else it is when the channel opens.
    pub(super) fn write(&mut self, text: String) -> bool {
        let is_open = self.is_open(Channel::Chat);
        if self.written.len() == MAX_KEPT {
            self.written.pop_front();
        }
        self.written.push_back(text);
        self.waiting = if is_open { 0 } else { (self.waiting + 1).min(self.written.len()) };
        is_open
    }

    /// When [`Pair::status`] turns to failed by itself.
    pub(super) fn fails_at(&self) -> Option<Duration> {
        (!self.is_connected() && !self.broken).then(|| self.down_since + CONNECT_TIMEOUT)
    }

    pub(super) fn status(&self, now: Duration) -> PairStatus {
        let late = self.fails_at().is_some_and(|at| at <= now);
        match (self.state, self.was_connected) {
            _ if self.broken || late => PairStatus::Failed,
            (ConnectionState::Connected, _) if self.watch.is_suspect() => PairStatus::Reconnecting,
            (ConnectionState::Connected, _) => PairStatus::Connected,
            (_, true) => PairStatus::Reconnecting,
            (_, false) => PairStatus::Connecting,
        }
    }

    pub(super) fn connection(&self, now: Duration, peer: PeerId, hidden: bool, relay_offered: bool) -> ConnectionView {
        let stats = self.watch.stats();
        let circumstances = Circumstances { broken: self.broken, reachable: self.reachable, hidden, relay_offered };
        let failed = self.status(now) == PairStatus::Failed;
        let trouble = if self.refused { Trouble::Interference } else { self.story.trouble(circumstances) };
        ConnectionView {
            peer,
            route: stats.chosen.map(|chosen| chosen.route()),
            ends: stats.chosen.map(|chosen| (chosen.local.kind, chosen.remote.kind)),
            round_trip_ms: stats.round_trip_ms,
            loss_permille: self.watch.loss_permille(),
            grade: self.grade(now),
            story: self.story,
            tried: stats.tried,
            trouble: failed.then_some(trouble),
            code: None,
            compared: false,
        }
    }

    pub(super) fn tile(&self, now: Duration, peer: PeerId, speaking: bool) -> TileView {
        TileView {
            key: TileKey { owner: Some(peer), source: Source::Camera },
            name: self.name.clone(),
            muted: self.is_muted(),
            // Until they have said how their devices are, a picture that arrives says it.
            has_picture: self.media.map_or(self.picture_flowing, |says| says.camera),
            speaking: speaking && !self.is_muted(),
            status: self.status(now),
            reachable: self.reachable,
            compared: false,
            hand: None,
            reaction: None,
        }
    }

    /// The tile of the screen that they share; without pictures it still sounds.
    pub(super) fn screen_tile(&self, now: Duration, peer: PeerId, has_picture: bool) -> Option<TileView> {
        let key = TileKey { owner: Some(peer), source: Source::Screen };
        let shares = self.media.is_some_and(|says| says.screen);
        shares.then(|| TileView { key, muted: false, has_picture, ..self.tile(now, peer, false) })
    }
}
