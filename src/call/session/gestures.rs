//! Hands, reactions, and that somebody types: said to everybody who can hear it now.

use super::{Command, PeerCommand, Session};
use crate::call::gestures::{Hand, Reaction};
use crate::call::peer_message::{Channel, PeerMessage};
use crate::call::view::{Passage, Phase, Turn};
use crate::protocol::{DisplayName, PeerId};

impl Session {
    pub(super) fn toggle_hand(&mut self) {
        if self.phase == Phase::InCall {
            let hand = self.gestures.toggle();
            self.tell(Channel::Control, &hand.into());
            // A page that is loaded again keeps its place.
            self.store_session();
        }
    }

    pub(super) fn react(&mut self, reaction: Reaction) {
        // More than the others would show is not sent.
        if self.phase == Phase::InCall && self.gestures.react(self.now, None, reaction) {
            self.tell(Channel::Control, &PeerMessage::Reaction { emoji: reaction });
        }
    }

    pub(super) fn type_on(&mut self) {
        if self.phase == Phase::InCall && self.chat.type_on(self.now) {
            self.tell(Channel::Chat, &PeerMessage::Typing);
        }
    }

    pub(super) fn hear_hand(&mut self, peer: PeerId, hand: Hand) {
        let news = self.gestures.hear(peer, hand);
        if !hand.up {
            self.passages.take_back_hand(peer);
        } else if let Some(pair) = self.pairs.get(&peer).filter(|_| news) {
            self.passages.add(self.now, Passage { peer, name: pair.name.clone(), turn: Turn::RaisedHand });
        }
    }

    /// Those who type, by name.
    pub(super) fn typing(&self) -> Vec<DisplayName> {
        self.chat.typing().filter_map(|peer| self.pairs.get(&peer)).map(|pair| pair.name.clone()).collect()
    }

    /// Says this to everybody to whom the channel is open.
    pub(super) fn tell(&mut self, channel: Channel, message: &PeerMessage) {
        let text = message.to_text();
        for (peer, pair) in self.pairs.iter() {
            if pair.is_open(channel) {
                self.out.push(Command::Peer(*peer, PeerCommand::SendMessage(channel, text.clone())));
            }
        }
    }
}
