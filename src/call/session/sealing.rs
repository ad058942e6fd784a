//! What keeps the server out of what people say to each other: sealed cards and bodies, and the short code to compare.
//!
//! Fails closed: whatever does not open, and whoever shows two faces, costs that one pair its connection until the person
//! wants it tried again.

use std::collections::BTreeMap;

use base64ct::{Base64UrlUnpadded, Encoding};

use super::{Command, PeerCommand, Session};
use crate::call::code::{Exchange, Interference, Step};
use crate::call::negotiation::Event;
use crate::call::peer_message::{Channel, CodeStep, PeerMessage};
use crate::call::seal::{CardKeys, CardText, PairKeys, Place, RoomSeal, SealError};
use crate::call::signal::SignalBody;
use crate::protocol::{Card, DisplayName, Envelope, Epoch, PeerId};

/// What this page keeps of it.
#[derive(Debug, Default)]
pub(super) struct Sealing {
    /// Of a sealed room.
    room: Option<RoomSeal>,
    /// Whose the keys on a card are. A page has one id, so the keys of one page under two ids are a trick.
    bearers: BTreeMap<CardKeys, PeerId>,
    /// One for each page of the others, however often the connection to it is made.
    codes: BTreeMap<PeerId, (Epoch, Exchange)>,
}

/// How what is said to one person is protected on its way through the server.
#[derive(Debug, Clone, Default)]
pub(super) enum PairSeal {
    /// Not at all: in a named room nobody has a key that the server does not have.
    #[default]
    None,
    /// In a sealed room.
    Keys(Box<PairKeys>),
    /// Their card is not from someone with the link: nothing is said to them.
    Refused,
}

impl Sealing {
    pub(super) fn new(room: Option<RoomSeal>) -> Self {
        Self { room, ..Self::default() }
    }

    /// The others are met anew, as ourselves are another page to them.
    pub(super) fn forget_codes(&mut self) {
        self.codes.clear();
    }

    fn open(&self, card: &Card) -> Result<(String, Option<CardKeys>), SealError> {
        match &self.room {
            None => CardText::parse(card.as_str()).map(|card| (card.name, None)).ok_or(SealError::BadCard),
            Some(seal) => seal.open_card(card.as_str()).map(|(name, keys)| (name, Some(keys))),
        }
    }

    fn agree(&mut self, peer: PeerId, keys: &CardKeys) -> Result<PairSeal, SealError> {
        if *self.bearers.entry(*keys).or_insert(peer) != peer {
            return Err(SealError::BadCard);
        }
        let room = self.room.as_ref().ok_or(SealError::NotSealed)?;
        room.pair(keys).map(|keys| PairSeal::Keys(Box::new(keys)))
    }
}

impl Session {
    /// The own card, in a sealed room sealed for those who have the link.
    pub(super) fn card(&mut self) -> Option<Card> {
        let name = self.name.as_ref()?.as_str();
        let text = match &self.sealing.room {
            None => CardText::plain(name),
            Some(seal) => seal.card(name, &mut self.environment.random),
        };
        Card::parse(text).ok()
    }

    /// Whoever joins does so with keys that nobody has seen.
    pub(super) fn renew_card(&mut self) {
        self.sealing.bearers.clear();
        if let Some(seal) = &mut self.sealing.room {
            seal.renew(&mut self.environment.random);
        }
    }

    /// The name on a card; one that cannot be read still needs something to be called.
    pub(super) fn name_on(&self, card: &Card) -> DisplayName {
        let name = self.sealing.open(card).ok().and_then(|(name, _)| self.environment.name(&name));
        name.unwrap_or_else(DisplayName::unknown)
    }

    /// How to talk to the bearer of a card.
    pub(super) fn seal_for(&mut self, peer: PeerId, card: &Card) -> PairSeal {
        if self.sealing.room.is_none() {
            return PairSeal::None;
        }
        let keys = self.sealing.open(card).ok().and_then(|(_, keys)| keys);
        keys.and_then(|keys| self.sealing.agree(peer, &keys).ok()).unwrap_or(PairSeal::Refused)
    }

    /// What they said, as they said it; nothing if it is not from them.
    pub(super) fn unsealed(&self, from: PeerId, envelope: &Envelope) -> Option<String> {
        let place = Place { generation: envelope.generation, seq: envelope.seq };
        match &self.pairs.get(&from)?.seal {
            PairSeal::None => Some(envelope.body.clone()),
            PairSeal::Keys(keys) => keys.open(place, &envelope.body).ok(),
            PairSeal::Refused => None,
        }
    }

    /// What we say, as the server may see it.
    pub(super) fn sealed(&mut self, to: PeerId, text: String) -> String {
        let Some(pair) = self.pairs.get(&to) else { return text };
        match &pair.seal {
            PairSeal::None => text,
            PairSeal::Keys(keys) => keys.seal(pair.next_place(), &text, &mut self.environment.random),
            PairSeal::Refused => String::new(),
        }
    }

    /// Somebody interferes: the connection ends, and the person decides whether there is another.
    pub(super) fn refuse_pair(&mut self, peer: PeerId) {
        self.sealing.codes.remove(&peer);
        if let Some(pair) = self.pairs.get_mut(&peer).filter(|pair| !pair.is_refused()) {
            pair.refuse();
            self.out.push(Command::ClosePeer(peer));
        }
    }

    /// Takes the fingerprints of both sides from their descriptions; whether they are the ones that were known.
    pub(super) fn knows_fingerprints(&mut self, peer: PeerId, event: &Event) -> bool {
        let known = if let Event::LocalApplied(Some(ours)) = event {
            self.exchange(peer).map(|exchange| exchange.describe_us(&ours.sdp))
        } else if let Event::Signal(SignalBody::Description(theirs)) = event {
            self.exchange(peer).map(|exchange| exchange.describe_them(&theirs.sdp))
        } else {
            None
        };
        known.is_none_or(|known| known.is_ok())
    }

    /// The control channel is open.
    pub(super) fn begin_code(&mut self, peer: PeerId) {
        if let Some(step) = self.exchange(peer).and_then(|exchange| exchange.begin()) {
            self.say_step(peer, step);
        }
    }

    pub(super) fn take_step(&mut self, peer: PeerId, step: CodeStep, value: &str) {
        let value = Base64UrlUnpadded::decode_vec(value).ok().and_then(|value| value.try_into().ok());
        let Some(value) = value else { return self.break_pair(peer) };
        let step = match step {
            CodeStep::Commit => Step::Commit(value),
            CodeStep::Nonce => Step::Nonce(value),
            CodeStep::Reveal => Step::Reveal(value),
        };
        match self.exchange(peer).map(|exchange| exchange.take(step)) {
            Some(Ok(Some(answer))) => self.say_step(peer, answer),
            Some(Ok(None)) | None => {}
            Some(Err(Interference)) => self.refuse_pair(peer),
        }
    }

    pub(super) fn mark_compared(&mut self, peer: PeerId, compared: bool) {
        if let Some(exchange) = self.exchange(peer) {
            exchange.mark_compared(compared);
        }
    }

    /// The exchange with a page of theirs, if there is one yet.
    pub(super) fn code_with(&self, peer: PeerId) -> Option<&Exchange> {
        let epoch = self.pairs.get(&peer)?.epoch;
        self.sealing.codes.get(&peer).filter(|(of, _)| *of == epoch).map(|(_, exchange)| exchange)
    }

    fn say_step(&mut self, peer: PeerId, step: Step) {
        let (step, value) = match step {
            Step::Commit(value) => (CodeStep::Commit, value),
            Step::Nonce(value) => (CodeStep::Nonce, value),
            Step::Reveal(value) => (CodeStep::Reveal, value),
        };
        let text = PeerMessage::Code { step, value: Base64UrlUnpadded::encode_string(&value) }.to_text();
        self.out.push(Command::Peer(peer, PeerCommand::SendMessage(Channel::Control, text)));
    }

    /// Another page of theirs begins anew.
    fn exchange(&mut self, peer: PeerId) -> Option<&mut Exchange> {
        let epoch = self.pairs.get(&peer)?.epoch;
        if self.sealing.codes.get(&peer).is_none_or(|(of, _)| *of != epoch) {
            let exchange = Exchange::new(self.environment.random.draw());
            self.sealing.codes.insert(peer, (epoch, exchange));
        }
        self.sealing.codes.get_mut(&peer).map(|(_, exchange)| exchange)
    }
}
