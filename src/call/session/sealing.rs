//! What keeps the server out of what people say to each other: sealed cards and bodies, and the short code to compare.
//!
//! Fails closed: whatever does not open, and whoever shows two faces, costs that one pair its connection until the person
//! wants it tried again.

use super::{Command, PeerCommand, Session};
use crate::call::base64url;
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
    /// Whose the public key on a card is. A page has one id, so the key of one page under two ids is a trick.
    bearers: Vec<([u8; 32], PeerId)>,
    /// One for each page of the others, however often the connection to it is made. (Lists: there are few, and maps are large
    /// in WebAssembly.)
    codes: Vec<(PeerId, Epoch, Box<Exchange>)>,
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

    fn agree(&mut self, peer: PeerId, keys: &CardKeys) -> Result<PairSeal, SealError> {
        match self.bearers.iter().find(|(public, _)| *public == keys.public) {
            Some((_, bearer)) if *bearer != peer => return Err(SealError::BadCard),
            Some(_) => {}
            None => self.bearers.push((keys.public, peer)),
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

    /// What is on a card: the name as it was typed, and in a sealed room the keys. Only those with the link make one that
    /// can be read there.
    pub(super) fn read_card(&self, card: &Card) -> Option<(String, Option<CardKeys>)> {
        match &self.sealing.room {
            None => CardText::parse(card.as_str()).map(|card| (card.name, None)),
            Some(seal) => seal.open_card(card.as_str()).ok().map(|(name, keys)| (name, Some(keys))),
        }
    }

    /// The name on a card. Who has none that can be read still needs something to be called.
    pub(super) fn name_on(&self, card: &Card) -> DisplayName {
        let (name, _) = self.read_card(card).unwrap_or_default();
        self.environment.name(&name).unwrap_or_else(DisplayName::unknown)
    }

    /// What the bearer of a card is called, and how to talk to them.
    pub(super) fn bearer(&mut self, peer: PeerId, card: &Card) -> (DisplayName, PairSeal) {
        let name = self.name_on(card);
        let keys = self.read_card(card).and_then(|(_, keys)| keys);
        let seal = match keys {
            _ if self.sealing.room.is_none() => PairSeal::None,
            Some(keys) => self.sealing.agree(peer, &keys).unwrap_or(PairSeal::Refused),
            None => PairSeal::Refused,
        };
        (name, seal)
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
        self.sealing.codes.retain(|(of, ..)| *of != peer);
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
        let value = base64url::decode(value).and_then(|value| value.try_into().ok());
        let Some(value) = value else { return self.cut_pair(peer) };
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
        let exchange = self.sealing.codes.iter().find(|(of, at, _)| (*of, *at) == (peer, epoch));
        exchange.map(|(_, _, exchange)| &**exchange)
    }

    fn say_step(&mut self, peer: PeerId, step: Step) {
        let (step, value) = match step {
            Step::Commit(value) => (CodeStep::Commit, value),
            Step::Nonce(value) => (CodeStep::Nonce, value),
            Step::Reveal(value) => (CodeStep::Reveal, value),
        };
        let text = PeerMessage::Code { step, value: base64url::encode(&value) }.to_text();
        self.out.push(Command::Peer(peer, PeerCommand::SendMessage(Channel::Control, text)));
    }

    /// Another page of theirs begins anew.
    fn exchange(&mut self, peer: PeerId) -> Option<&mut Exchange> {
        let epoch = self.pairs.get(&peer)?.epoch;
        if self.code_with(peer).is_none() {
            let exchange = Box::new(Exchange::new(self.environment.random.draw()));
            self.sealing.codes.retain(|(of, ..)| *of != peer);
            self.sealing.codes.push((peer, epoch, exchange));
        }
        self.sealing.codes.iter_mut().find(|(of, ..)| *of == peer).map(|(_, _, exchange)| &mut **exchange)
    }
}
