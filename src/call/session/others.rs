//! The others: one pair each, from the roster to the last candidate.

use super::pair::{ACK_DELAY, Pair, Says};
use super::passages::Passages;
use super::sealing::PairSeal;
use super::{Command, PeerCommand, PeerEvent, Session};
use crate::call::chime::Chime;
use crate::call::gestures::Hand;
use crate::call::hiding::hidden;
use crate::call::negotiation;
use crate::call::peer_message::{Channel, PeerMessage};
use crate::call::signal::SignalBody;
use crate::call::view::{Passage, Turn};
use crate::protocol::{ClientMessage, Envelope, Generation, PeerId, RosterEntry};

impl Session {
    /// Somebody is there, and is announced unless we knew: a reload is the same person.
    pub(super) fn meet(&mut self, entry: RosterEntry) {
        let (peer, known) = (entry.peer_id, self.pairs.contains_key(&entry.peer_id));
        self.ensure_pair(entry);
        if let Some(pair) = self.pairs.get(&peer).filter(|_| !known) {
            self.passages.add(self.now, Passage { peer, name: pair.name.clone(), turn: Turn::Came });
            self.chime(Chime::Joined);
        }
    }

    /// Somebody is gone for good, and that is announced.
    pub(super) fn part(&mut self, peer: PeerId) {
        if let Some(pair) = self.pairs.get(&peer) {
            self.passages.add(self.now, Passage { peer, name: pair.name.clone(), turn: Turn::Left });
        }
        self.gestures.forget(peer);
        self.chat.part(peer);
        self.drop_pair(peer);
    }

    pub(super) fn ensure_pair(&mut self, entry: RosterEntry) {
        let Some((own_id, own_epoch)) = self.me.as_ref().map(|me| (me.peer_id, me.epoch)) else { return };
        if entry.peer_id == own_id {
            return;
        }
        match self.pairs.get(&entry.peer_id) {
            Some(pair) if pair.epoch > entry.epoch => {}
            Some(pair) if pair.epoch == entry.epoch => self.peer_state(entry.peer_id, entry.connected),
            Some(_) | None => {
                let newcomer = (own_epoch, own_id) > (entry.epoch, entry.peer_id);
                let first = Generation::first(own_epoch, entry.epoch);
                let past = self.last_generation(entry.peer_id).filter(|past| *past >= first);
                // A pair that was given up and is back may still stand on the other side: ours must be a later one.
                let (generation, offers) = past.map_or((first, newcomer), |past| (past.rebuilt(newcomer), true));
                let (name, seal) = self.bearer(entry.peer_id, &entry.card);
                let mut pair = Pair::new(self.now, entry.epoch, name, offers, generation);
                pair.reachable = entry.connected;
                pair.seal = seal;
                // A fresh page says it again, if it is still so.
                self.gestures.forget(entry.peer_id);
                self.open_pair(entry.peer_id, pair);
            }
        }
    }

    /// The last generation with somebody. It never goes back, whatever epochs the server gives: what was said once cannot
    /// be repeated.
    fn last_generation(&self, peer: PeerId) -> Option<Generation> {
        let standing = self.pairs.get(&peer).map(|pair| pair.generation);
        standing.max(self.past.get(&peer).copied())
    }

    pub(super) fn open_pair(&mut self, peer: PeerId, mut pair: Pair) {
        self.drop_pair(peer);
        let Some(me) = &self.me else { return };
        if matches!(pair.seal, PairSeal::Refused) {
            pair.refuse();
            self.pairs.insert(peer, pair);
            return;
        }
        let (generation, offers) = (pair.generation, pair.polite);
        let ice = self.ice_setup(me.ice_servers.clone());
        self.pairs.insert(peer, pair);
        self.out.push(Command::OpenPeer { peer, generation, offers, ice });
        if offers {
            self.negotiate(peer, negotiation::Event::NegotiationNeeded);
        }
    }

    pub(super) fn drop_pair(&mut self, peer: PeerId) {
        if let Some(pair) = self.pairs.remove(&peer) {
            self.past.insert(peer, pair.generation);
            self.out.push(Command::ClosePeer(peer));
        }
    }

    /// All connections go because we do: there is nobody to speak of.
    pub(super) fn drop_pairs(&mut self) {
        self.passages = Passages::default();
        self.gestures.forget_others();
        self.sealing.forget_codes();
        let peers: Vec<PeerId> = self.pairs.keys().copied().collect();
        peers.into_iter().for_each(|peer| self.drop_pair(peer));
    }

    pub(super) fn peer_state(&mut self, peer: PeerId, connected: bool) {
        let Some(pair) = self.pairs.get_mut(&peer) else { return };
        pair.reachable = connected;
        if connected {
            pair.awaited_until = None;
            for envelope in pair.delivery.resend() {
                self.say(&ClientMessage::Signal { to: peer, envelope });
            }
        }
    }

    pub(super) fn signal(&mut self, from: PeerId, mut envelope: Envelope) {
        let Some(pair) = self.pairs.get(&from) else { return };
        // What only acknowledges is not sealed: in a sealed room it begins nothing.
        let proves_nothing = envelope.seq == 0 && !matches!(pair.seal, PairSeal::None);
        if envelope.generation < pair.generation || (proves_nothing && envelope.generation > pair.generation) {
            return;
        }
        if envelope.seq > 0 {
            let Some(body) = self.unsealed(from, &envelope) else { return self.refuse_pair(from) };
            envelope.body = body;
        }
        let Some(pair) = self.pairs.get_mut(&from) else { return };
        if pair.is_refused() {
            // A new attempt of ours has to be newer than theirs.
            pair.generation = envelope.generation;
            return;
        }
        if envelope.generation > pair.generation {
            // They have given this connection up and begun another; it is theirs to offer.
            let mut pair = pair.successor(self.now, false, envelope.generation);
            (pair.reachable, pair.awaited_until) = (true, None);
            self.open_pair(from, pair);
        }
        let Some(pair) = self.pairs.get_mut(&from) else { return };
        if pair.is_cut() {
            return;
        }
        let bodies = pair.delivery.receive(envelope);
        if pair.delivery.owes_ack() {
            pair.ack_due.get_or_insert(self.now + ACK_DELAY);
        }
        for body in bodies {
            match SignalBody::parse(&body) {
                Ok(body) if self.keeps_pace(from, &body) => self.negotiate(from, negotiation::Event::Signal(body)),
                Ok(_) | Err(_) => return self.cut_pair(from),
            }
        }
    }

    fn keeps_pace(&mut self, from: PeerId, body: &SignalBody) -> bool {
        let now = self.now;
        let counts = matches!(body, SignalBody::Description(_));
        !counts || self.pairs.get_mut(&from).is_none_or(|pair| pair.admits_description(now))
    }

    pub(super) fn peer_event(&mut self, peer: PeerId, generation: Generation, event: PeerEvent) {
        let is_meant = |pair: &&mut Pair| pair.generation == generation && !pair.is_cut();
        let Some(pair) = self.pairs.get_mut(&peer).filter(is_meant) else { return };
        match event {
            PeerEvent::NegotiationNeeded => self.negotiate(peer, negotiation::Event::NegotiationNeeded),
            PeerEvent::LocalApplied(result) => self.negotiate(peer, negotiation::Event::LocalApplied(result)),
            PeerEvent::RemoteApplied(good) => self.negotiate(peer, negotiation::Event::RemoteApplied(good)),
            PeerEvent::LocalCandidates(found) => self.negotiate(peer, negotiation::Event::LocalCandidates(found)),
            PeerEvent::State(state) => pair.set_state(self.now, state),
            PeerEvent::Measured(stats) => {
                if self.measuring.is_late(self.now) {
                    pair.forget_measures();
                } else if pair.measured(self.now, stats, !self.low_data.is_on) {
                    self.restart(peer);
                }
            }
            PeerEvent::ChannelOpened(channel) => self.channel_opened(peer, channel),
            PeerEvent::ChannelClosed(channel) => pair.close_channel(self.now, channel),
            PeerEvent::Message(_, text) => self.peer_message(peer, &text),
            PeerEvent::PictureFlowing(flowing) => pair.set_picture_flowing(flowing),
        }
    }

    pub(super) fn channel_opened(&mut self, peer: PeerId, channel: Channel) {
        let hand = self.gestures.own().map(|hand| PeerMessage::from(hand).to_text());
        // Whoever is told nothing of it sends pictures.
        let pictures = self.low_data.is_on.then(|| self.pictures_message());
        let state = [Some(self.media_message().to_text()), hand, pictures].into_iter().flatten();
        let Some(pair) = self.pairs.get_mut(&peer) else { return };
        let waiting = pair.open_channel(channel);
        let messages = match channel {
            Channel::Control => state.collect(),
            Channel::Chat => waiting,
        };
        if channel == Channel::Chat {
            self.chat.meet(peer, pair.epoch);
        }
        let send = |text| Command::Peer(peer, PeerCommand::SendMessage(channel, text));
        self.out.extend(messages.into_iter().map(send));
        if channel == Channel::Control {
            self.begin_code(peer);
        }
    }

    pub(super) fn peer_message(&mut self, peer: PeerId, text: &str) {
        let at_ms = self.wall_ms();
        let Some(pair) = self.pairs.get_mut(&peer) else { return };
        if !pair.admits_message(self.now) {
            return self.cut_pair(peer);
        }
        match PeerMessage::parse(text) {
            Ok(PeerMessage::Media { microphone, camera, screen }) => {
                pair.set_media(Says { microphone, camera, screen })
            }
            Ok(PeerMessage::Chat { lamport, text }) => {
                let is_news = self.chat.is_news(peer, pair.epoch, lamport);
                if is_news && self.chat.receive(peer, &pair.name, lamport, &text, at_ms) {
                    self.chime(Chime::Message);
                }
            }
            Ok(PeerMessage::Hand { up, lamport }) => self.hear_hand(peer, Hand { up, lamport }),
            Ok(PeerMessage::Reaction { emoji }) => drop(self.gestures.react(self.now, Some(peer), emoji)),
            Ok(PeerMessage::Typing) => self.chat.hear_typing(peer, self.now),
            Ok(PeerMessage::Code { step, value }) => self.take_step(peer, step, &value),
            Ok(PeerMessage::Pictures { wanted }) => self.pictures_wanted(peer, wanted),
            Ok(PeerMessage::Unknown) => {}
            Err(_) => self.cut_pair(peer),
        }
    }

    /// Feeds a negotiation and passes on what it wants.
    pub(super) fn negotiate(&mut self, peer: PeerId, event: negotiation::Event) {
        if !self.knows_fingerprints(peer, &event) {
            return self.refuse_pair(peer);
        }
        let Some(pair) = self.pairs.get_mut(&peer) else { return };
        pair.story.note(&event);
        for command in pair.negotiation.handle(event) {
            let command = match command {
                negotiation::Command::NegotiateLocal => PeerCommand::NegotiateLocal,
                negotiation::Command::Rollback => PeerCommand::Rollback,
                negotiation::Command::ApplyRemote(description) => PeerCommand::ApplyRemote(description),
                negotiation::Command::AddCandidates(candidates) => PeerCommand::AddCandidates(candidates),
                negotiation::Command::RestartIce => PeerCommand::RestartIce,
                negotiation::Command::Send(body) => {
                    self.say_to(peer, body);
                    continue;
                }
                negotiation::Command::Fail => {
                    self.give_pair_up(peer);
                    continue;
                }
            };
            self.out.push(Command::Peer(peer, command));
        }
    }

    /// What a person hides does not leave the page.
    fn say_to(&mut self, peer: PeerId, body: SignalBody) {
        let body = if self.hides_address { hidden(body) } else { Some(body) };
        if let Some(body) = body {
            self.send_signal(peer, &body);
        }
    }

    pub(super) fn send_signal(&mut self, peer: PeerId, body: &SignalBody) {
        let text = self.sealed(peer, body.to_text());
        let Some(pair) = self.pairs.get_mut(&peer) else { return };
        match pair.delivery.send(text) {
            None => self.give_pair_up(peer),
            Some(envelope) => {
                pair.ack_due = None;
                // Otherwise it waits in the outbox for the way to be open again.
                if self.admitted && pair.reachable {
                    self.say(&ClientMessage::Signal { to: peer, envelope });
                }
            }
        }
    }

    /// This one connection cannot be negotiated any further: another one may.
    fn give_pair_up(&mut self, peer: PeerId) {
        if let Some(pair) = self.pairs.get_mut(&peer) {
            pair.is_hopeless(self.now);
        }
    }

    /// The peer breaks the protocol or floods us: that one connection is closed, and is not made anew without the
    /// person's word, or theirs.
    pub(super) fn cut_pair(&mut self, peer: PeerId) {
        if let Some(pair) = self.pairs.get_mut(&peer) {
            pair.cut();
            self.gestures.forget(peer);
            self.out.push(Command::ClosePeer(peer));
        }
    }
}
