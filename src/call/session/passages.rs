//! Who came, who went and who raised a hand, said at a pace that can be listened to.
//!
//! What happens within a second becomes one announcement; it stands long enough to be read out, then the place is
//! empty for a second at least, so that the same words are heard again.

use std::time::Duration;

use crate::call::view::{Passage, Turn};
use crate::protocol::PeerId;

/// What happens within this time of the first is said together.
pub(super) const GATHERING: Duration = Duration::from_secs(1);
/// How long an announcement stands.
pub(super) const STANDING: Duration = Duration::from_secs(4);

/// What is said, and what is still to be said.
#[derive(Debug, Default)]
pub(super) struct Passages {
    said: Vec<Passage>,
    waiting: Vec<Passage>,
    /// When something is to be said, or to be silent again.
    due: Duration,
}

impl Passages {
    /// Somebody came or went. Who does both before either is said is not spoken of. A raised hand is said once.
    pub(super) fn add(&mut self, now: Duration, passage: Passage) {
        if self.poll_timeout().is_none() {
            self.due = now + GATHERING;
        }
        if passage.turn == Turn::Left {
            self.take_back_hand(passage.peer);
        }
        let before = self.waiting.len();
        let is_hand = |passage: &Passage| passage.turn == Turn::RaisedHand;
        self.waiting.retain(|other| other.peer != passage.peer || is_hand(other) != is_hand(&passage));
        if self.waiting.len() == before || is_hand(&passage) {
            self.waiting.push(passage);
        }
    }

    /// A hand that is down again before it is said is not spoken of.
    pub(super) fn take_back_hand(&mut self, peer: PeerId) {
        self.waiting.retain(|other| other.peer != peer || other.turn != Turn::RaisedHand);
    }

    /// Says what is due.
    pub(super) fn check_time(&mut self, now: Duration) {
        if self.poll_timeout().is_none_or(|due| now < due) {
            return;
        }
        if self.said.is_empty() {
            self.said = std::mem::take(&mut self.waiting);
            self.due = now + STANDING;
        } else {
            self.said.clear();
            self.due = now + GATHERING;
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Duration> {
        (!self.said.is_empty() || !self.waiting.is_empty()).then_some(self.due)
    }

    pub(super) fn announcement(&self) -> Vec<Passage> {
        self.said.clone()
    }
}
