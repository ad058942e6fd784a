//! Who sent which signal to whom, and what arrived and was acknowledged, as seen on the wires (invariant I1).
//!
//! It knows nothing of what the pages believe: a signal is lost if its receiver acknowledges what never reached it, or
//! if it is not acknowledged when all is quiet.

use std::collections::{BTreeMap, BTreeSet};

use crate::protocol::{ClientMessage, Generation, PeerId, ServerMessage};

/// Every signal of a run.
#[derive(Debug, Default)]
pub(crate) struct Ledger(BTreeMap<(PeerId, PeerId, Generation), Lane>);

/// From one to another in one generation.
#[derive(Debug, Default)]
struct Lane {
    bodies: Vec<String>,
    arrived: BTreeSet<u32>,
    /// Everything up to here has arrived.
    whole: u32,
    acknowledged: u32,
}

impl Ledger {
    /// A member puts this on its socket.
    pub(crate) fn sent(&mut self, from: PeerId, text: &str) {
        let Ok(ClientMessage::Signal { to, envelope }) = serde_json::from_str(text) else { return };
        let back = self.0.entry((to, from, envelope.generation)).or_default();
        assert!(envelope.ack <= back.whole, "I1: {from} acknowledges {} of {to}, {} came", envelope.ack, back.whole);
        back.acknowledged = back.acknowledged.max(envelope.ack);
        if envelope.seq == 0 {
            return;
        }
        let lane = self.0.entry((from, to, envelope.generation)).or_default();
        match lane.bodies.get(envelope.seq as usize - 1) {
            Some(before) => assert_eq!(*before, envelope.body, "I1: one number, two signals"),
            None => {
                assert_eq!(envelope.seq as usize, lane.bodies.len() + 1, "I1: a number is left out");
                lane.bodies.push(envelope.body);
            }
        }
    }

    /// This reaches a member.
    pub(crate) fn arrived(&mut self, to: PeerId, text: &str) {
        let Ok(ServerMessage::Signal { from, envelope }) = serde_json::from_str(text) else { return };
        if envelope.seq == 0 {
            return;
        }
        let lane = self.0.entry((from, to, envelope.generation)).or_default();
        let sent = lane.bodies.get(envelope.seq as usize - 1);
        assert_eq!(sent, Some(&envelope.body), "I1: what arrives at {to} is what {from} sent");
        lane.arrived.insert(envelope.seq);
        while lane.arrived.remove(&(lane.whole + 1)) {
            lane.whole += 1;
        }
    }

    /// How many signals were not acknowledged.
    pub(crate) fn open(&self, from: PeerId, to: PeerId, generation: Generation) -> usize {
        self.0.get(&(from, to, generation)).map_or(0, |lane| lane.bodies.len() - lane.acknowledged as usize)
    }
}
