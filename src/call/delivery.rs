//! Signals between two peers, each exactly once and in order, over a relay that may lose its socket or its life.
//!
//! The sender numbers its signals and keeps each until the other end acknowledges it; after an interruption it sends
//! the rest again. The receiver hands bodies out in order and drops what it already had. One [`Delivery`] serves one
//! generation of a pair (invariant I1).

use std::collections::VecDeque;

use super::few::Few;
use crate::protocol::{Envelope, Generation};

/// Most signals kept for each direction; a pair that needs more has lost its way.
const MAX_KEPT: usize = 512;

/// Both directions of one pair's signals in one generation.
#[derive(Debug)]
pub struct Delivery {
    generation: Generation,
    sent: u32,
    outbox: VecDeque<(u32, String)>,
    received: u32,
    early: Few<u32, String>,
    owes_ack: bool,
}

impl Delivery {
    /// Nothing sent, nothing received.
    pub fn new(generation: Generation) -> Self {
        let (outbox, early) = (VecDeque::new(), Few::new());
        Self { generation, sent: 0, outbox, received: 0, early, owes_ack: false }
    }

    /// Numbers a signal and keeps it. `None` when the other side has acknowledged nothing for far too long.
    pub fn send(&mut self, body: String) -> Option<Envelope> {
        if self.outbox.len() >= MAX_KEPT {
            return None;
        }
        self.sent += 1;
        self.outbox.push_back((self.sent, body.clone()));
        Some(self.envelope(self.sent, body))
    }

    /// The number of the next signal.
    pub fn next_seq(&self) -> u32 {
        self.sent + 1
    }

    /// Takes an envelope of this generation; hands out the bodies whose turn it is.
    pub fn receive(&mut self, envelope: Envelope) -> Vec<String> {
        while self.outbox.front().is_some_and(|(seq, _)| *seq <= envelope.ack) {
            self.outbox.pop_front();
        }
        if envelope.seq == 0 {
            return Vec::new();
        }
        self.owes_ack = true;
        if envelope.seq > self.received && self.early.len() < MAX_KEPT {
            self.early.insert(envelope.seq, envelope.body);
        }
        let mut bodies = Vec::new();
        while let Some(body) = self.early.remove(&(self.received + 1)) {
            self.received += 1;
            bodies.push(body);
        }
        bodies
    }

    /// Everything that was not acknowledged, to be sent again.
    pub fn resend(&mut self) -> Vec<Envelope> {
        let kept: Vec<_> = self.outbox.iter().cloned().collect();
        kept.into_iter().map(|(seq, body)| self.envelope(seq, body)).collect()
    }

    /// Whether something arrived that no envelope has acknowledged yet.
    pub fn owes_ack(&self) -> bool {
        self.owes_ack
    }

    /// An envelope that only acknowledges.
    pub fn acknowledge(&mut self) -> Envelope {
        self.envelope(0, String::new())
    }

    fn envelope(&mut self, seq: u32, body: String) -> Envelope {
        self.owes_ack = false;
        Envelope { generation: self.generation, seq, ack: self.received, body }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pair() -> (Delivery, Delivery) {
        (Delivery::new(Generation(1)), Delivery::new(Generation(1)))
    }

    #[test]
    fn acknowledged_signals_are_not_sent_again() {
        let (mut a, mut b) = pair();
        let first = a.send("1".into()).unwrap();
        a.send("2".into()).unwrap();
        assert_eq!(b.receive(first), ["1"]);
        assert!(b.owes_ack());
        a.receive(b.acknowledge());
        assert!(!b.owes_ack());
        assert_eq!(a.resend().iter().map(|e| e.seq).collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn a_pair_that_never_acknowledges_is_given_up() {
        let (mut a, _) = pair();
        let taken = (0..MAX_KEPT + 1).filter(|n| a.send(n.to_string()).is_some()).count();
        assert_eq!(taken, MAX_KEPT);
    }

    proptest! {
        /// Whatever is lost, doubled or reordered, and however often all is sent again, each arrives once, in order.
        #[test]
        fn each_signal_arrives_once_in_order(rounds in prop::collection::vec((0..6_usize, prop::collection::vec(any::<u8>(), 0..12), any::<bool>()), 1..20)) {
            let (mut a, mut b) = pair();
            let (mut wire, mut arrived, mut count) = (Vec::new(), Vec::new(), 0);
            for (sends, picks, interrupted) in rounds {
                for _ in 0..sends {
                    count += 1;
                    wire.push(a.send(count.to_string()).unwrap());
                }
                for pick in picks {
                    if !wire.is_empty() {
                        let at = usize::from(pick) % wire.len();
                        let envelope = if pick > 127 { wire.remove(at) } else { wire[at].clone() };
                        arrived.extend(b.receive(envelope));
                        a.receive(b.acknowledge());
                    }
                }
                if interrupted {
                    wire = a.resend();
                }
            }
            for envelope in a.resend() {
                arrived.extend(b.receive(envelope));
            }
            a.receive(b.acknowledge());
            prop_assert_eq!(arrived, (1..=count).map(|n: u32| n.to_string()).collect::<Vec<_>>());
            prop_assert!(a.resend().is_empty());
        }
    }
}
