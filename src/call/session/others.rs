//! The others: one pair each, from the roster to the last candidate.

use super::pair::{ACK_DELAY, Pair, Says};
use super::passages::Passages;
use super::{Command, PeerCommand, PeerEvent, Session};
use crate::call::hiding::hidden;
use crate::call::negotiation;
use crate::call::peer_message::{Channel, PeerMessage};
use crate::call::signal::SignalBody;
use crate::call::view::Passage;
use crate::protocol::{ClientMessage, Envelope, Generation, PeerId, RosterEntry};

impl Session {
    /// Somebody is there, and is announced unless we knew: a reload is the same person.
    pub(super) fn meet(&mut self, entry: RosterEntry) {
        let (peer, known) = (entry.peer_id, self.pairs.contains_key(&entry.peer_id));
        self.ensure_pair(entry);
        if let Some(pair) = self.pairs.get(&peer).filter(|_| !known) {
            self.passages.add(self.now, Passage { peer, name: pair.name.clone(), came: true });
        }
    }

    /// Somebody is gone for good, and that is announced.
    pub(super) fn part(&mut self, peer: PeerId) {
        if let Some(pair) = self.pairs.get(&peer) {
            self.passages.add(self.now, Passage { peer, name: pair.name.clone(), came: false });
        }
        self.drop_pair(peer);
    }

    pub(super) fn ensure_pair(&mut self, entry: RosterEntry) {
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
                let name = self.environment.name_on(&entry.card);
                let mut pair = Pair::new(self.now, entry.epoch, name, offers, generation);
                pair.reachable = entry.connected;
                self.open_pair(entry.peer_id, pair);
            }
        }
    }

    pub(super) fn open_pair(&mut self, peer: PeerId, pair: Pair) {
        self.drop_pair(peer);
        let Some(me) = &self.me else { return };
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

    pub(super) fn signal(&mut self, from: PeerId, envelope: Envelope) {
        let Some(pair) = self.pairs.get(&from) else { return };
        if envelope.generation < pair.generation {
            return;
        }
        if envelope.generation > pair.generation {
            // They have given this connection up and begun another; it is theirs to offer.
            let mut pair = pair.successor(self.now, false, envelope.generation);
            (pair.reachable, pair.awaited_until) = (true, None);
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

    pub(super) fn peer_event(&mut self, peer: PeerId, generation: Generation, event: PeerEvent) {
        let Some(pair) = self.pairs.get_mut(&peer).filter(|pair| pair.generation == generation) else { return };
        match event {
            PeerEvent::NegotiationNeeded => self.negotiate(peer, negotiation::Event::NegotiationNeeded),
            PeerEvent::LocalApplied(result) => self.negotiate(peer, negotiation::Event::LocalApplied(result)),
            PeerEvent::RemoteApplied(good) => self.negotiate(peer, negotiation::Event::RemoteApplied(good)),
            PeerEvent::LocalCandidates(found) => self.negotiate(peer, negotiation::Event::LocalCandidates(found)),
            PeerEvent::State(state) => pair.set_state(self.now, state),
            PeerEvent::Measured(stats) => {
                if self.measuring.is_late(self.now) {
                    pair.forget_measures();
                } else if pair.measured(self.now, stats) {
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

    pub(super) fn peer_message(&mut self, peer: PeerId, text: &str) {
        let at_ms = self.wall_ms();
        let Some(pair) = self.pairs.get_mut(&peer) else { return };
        match PeerMessage::parse(text) {
            Ok(PeerMessage::Media { microphone, camera, screen }) => {
                pair.set_media(Says { microphone, camera, screen })
            }
            Ok(PeerMessage::Chat { lamport, text }) => {
                if self.chat.is_news(peer, pair.epoch, lamport) {
                    self.chat.receive(peer, &pair.name, lamport, &text, at_ms);
                }
            }
            Ok(PeerMessage::Unknown) => {}
            Err(_) => self.break_pair(peer),
        }
    }

    /// Feeds a negotiation and passes on what it wants.
    pub(super) fn negotiate(&mut self, peer: PeerId, event: negotiation::Event) {
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
        let Some(pair) = self.pairs.get_mut(&peer) else { return };
        match pair.delivery.send(body.to_text()) {
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

    /// The peer breaks the protocol: that one connection has failed, and is not made anew without the person's word.
    pub(super) fn break_pair(&mut self, peer: PeerId) {
        if let Some(pair) = self.pairs.get_mut(&peer) {
            pair.set_broken();
        }
    }
}
