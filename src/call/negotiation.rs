//! Perfect negotiation with one peer (W3C WebRTC 1.0, section 10.7; RFC 9429), one operation at a time.
//!
//! Drive it like this: feed every [`Event`] to [`Negotiation::handle`], carry out the [`Command`]s in order, and report
//! [`Event::LocalApplied`] or [`Event::RemoteApplied`] for each [`Command::NegotiateLocal`] or [`Command::ApplyRemote`].
//!
//! Design decisions
//! - The pattern's flags are here under their names: `making_offer` and `is_setting_remote_answer_pending` are the
//!   operation under way, `ignore_offer` is a field. What arrives meanwhile waits in the inbox, as it would in the
//!   browser's operations chain, so a collision is judged when the state is known and never guessed.
//! - The newcomer is polite, and offers first. The other side's wishes to negotiate wait until it has answered once:
//!   it adopts the newcomer's transceivers, two sets would never meet.
//! - Whoever is the DTLS client stays it: offers name the role that was agreed.
//! - Candidates wait until there is a remote description. Those that come with an ignored offer are handed to the browser
//!   none the less: they may be of the description before it, found while the offer was made, and only the browser can
//!   tell. It refuses the others.
//!
//! Invariant: at most one operation is under way, and an answer is only ever applied to our own standing offer.

use std::collections::VecDeque;

use super::dtls::DtlsRole;
use super::signal::{Candidates, Description, MAX_CANDIDATE_BYTES, MAX_CANDIDATES, SdpKind, SignalBody};

/// Most signals that wait for an operation to end; a peer that sends more does not negotiate.
const MAX_INBOX: usize = 512;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The browser's `negotiationneeded`.
    NegotiationNeeded,
    /// `setLocalDescription()` came to an end; `None` is a failure.
    LocalApplied(Option<Description>),
    /// `setRemoteDescription()` came to an end; whether it worked.
    RemoteApplied(bool),
    /// The browser has found addresses of ours.
    LocalCandidates(Candidates),
    /// The peer says.
    Signal(SignalBody),
    /// The path is broken: look for a new one.
    RestartWanted,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// `setLocalDescription()` without argument, then [`Event::LocalApplied`].
    NegotiateLocal,
    /// Take the own standing offer back. Browsers do that by themselves when they are given the other offer.
    Rollback,
    /// `setRemoteDescription()` (an offer's transceivers are adopted), then [`Event::RemoteApplied`].
    ApplyRemote(Description),
    /// `addIceCandidate()` for each; one that cannot be used is counted, never fatal.
    AddCandidates(Candidates),
    /// `restartIce()`; the browser will ask to negotiate.
    RestartIce,
    /// Tell the peer.
    Send(SignalBody),
    /// This connection cannot be negotiated any further.
    Fail,
}

/// RTCSignalingState, as this side knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signaling {
    Stable,
    HaveLocalOffer,
    HaveRemoteOffer,
}

/// The operation under way in the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    LocalOffer,
    LocalAnswer,
    RemoteOffer,
    RemoteAnswer,
}

/// The negotiation with one peer over one connection.
#[derive(Debug)]
pub struct Negotiation {
    polite: bool,
    signaling: Signaling,
    operation: Option<Operation>,
    negotiation_needed: bool,
    ignore_offer: bool,
    has_remote: bool,
    /// Whether one offer and its answer have gone through.
    established: bool,
    inbox: VecDeque<SignalBody>,
    early: Vec<Candidates>,
    unsent: Candidates,
    candidates_taken: usize,
    candidates_dropped: usize,
    /// Ours, once it is agreed.
    role: Option<DtlsRole>,
    failed: bool,
}

impl Negotiation {
    /// A negotiation in which we are the newcomer (`polite`: we offer, we yield), or they are.
    pub fn new(polite: bool) -> Self {
        Self {
            polite,
            signaling: Signaling::Stable,
            operation: None,
            negotiation_needed: false,
            ignore_offer: false,
            has_remote: false,
            established: false,
            inbox: VecDeque::new(),
            early: Vec::new(),
            unsent: Candidates::default(),
            candidates_taken: 0,
            candidates_dropped: 0,
            role: None,
            failed: false,
        }
    }

    /// Takes what happened; says what to do, in order.
    pub fn handle(&mut self, event: Event) -> Vec<Command> {
        let mut commands = Vec::new();
        if self.failed {
            return commands;
        }
        match event {
            Event::NegotiationNeeded => self.negotiation_needed = true,
            Event::LocalApplied(description) => self.local_applied(description, &mut commands),
            Event::RemoteApplied(true) => self.remote_applied(&mut commands),
            Event::RemoteApplied(false) => self.fail(&mut commands),
            Event::LocalCandidates(candidates) => self.local_candidates(candidates, &mut commands),
            Event::Signal(_) if self.inbox.len() >= MAX_INBOX => self.fail(&mut commands),
            Event::Signal(body) => self.inbox.push_back(body),
            Event::RestartWanted => commands.push(Command::RestartIce),
        }
        self.proceed(&mut commands);
        commands
    }

    /// Whether nothing is under way and both sides agree.
    pub fn is_settled(&self) -> bool {
        self.established && self.signaling == Signaling::Stable && self.operation.is_none() && self.inbox.is_empty()
    }

    /// How many of the peer's candidates were not used.
    pub fn candidates_dropped(&self) -> usize {
        self.candidates_dropped
    }

    fn proceed(&mut self, commands: &mut Vec<Command>) {
        while self.operation.is_none() && !self.failed {
            if let Some(body) = self.inbox.pop_front() {
                match body {
                    SignalBody::Description(description) => self.remote_description(description, commands),
                    SignalBody::Candidates(candidates) => self.remote_candidates(candidates, commands),
                }
            } else if self.signaling == Signaling::HaveRemoteOffer {
                self.begin(Operation::LocalAnswer, Command::NegotiateLocal, commands);
            } else if self.may_offer() {
                self.negotiation_needed = false;
                self.begin(Operation::LocalOffer, Command::NegotiateLocal, commands);
            } else {
                return;
            }
        }
    }

    fn may_offer(&self) -> bool {
        self.negotiation_needed && self.signaling == Signaling::Stable && (self.polite || self.established)
    }

    fn begin(&mut self, operation: Operation, command: Command, commands: &mut Vec<Command>) {
        self.operation = Some(operation);
        commands.push(command);
    }

    fn remote_description(&mut self, description: Description, commands: &mut Vec<Command>) {
        match (description.kind, self.signaling) {
            (SdpKind::Offer, Signaling::HaveLocalOffer) if !self.polite => self.ignore_offer = true,
            (SdpKind::Offer, Signaling::HaveLocalOffer) => {
                commands.push(Command::Rollback);
                self.take_remote(Operation::RemoteOffer, description, commands);
            }
            (SdpKind::Offer, Signaling::Stable | Signaling::HaveRemoteOffer) => {
                self.take_remote(Operation::RemoteOffer, description, commands);
            }
            (SdpKind::Answer, Signaling::HaveLocalOffer) => {
                self.role = self.role.or_else(|| DtlsRole::in_answer(&description.sdp).map(DtlsRole::opposite));
                self.take_remote(Operation::RemoteAnswer, description, commands);
            }
            // The answer to an offer that we took back.
            (SdpKind::Answer, Signaling::Stable | Signaling::HaveRemoteOffer) => {}
        }
    }

    fn take_remote(&mut self, operation: Operation, description: Description, commands: &mut Vec<Command>) {
        self.ignore_offer = false;
        self.begin(operation, Command::ApplyRemote(description), commands);
    }

    fn remote_candidates(&mut self, mut candidates: Candidates, commands: &mut Vec<Command>) {
        let before = candidates.candidates.len();
        // The end is the ignored offer's.
        candidates.end &= !self.ignore_offer;
        candidates.candidates.retain(|candidate| candidate.candidate.len() <= MAX_CANDIDATE_BYTES);
        candidates.candidates.truncate(MAX_CANDIDATES - self.candidates_taken.min(MAX_CANDIDATES));
        self.candidates_taken += candidates.candidates.len();
        self.candidates_dropped += before - candidates.candidates.len();
        if candidates.candidates.is_empty() && !candidates.end {
            return;
        }
        if self.has_remote { commands.push(Command::AddCandidates(candidates)) } else { self.early.push(candidates) }
    }

    fn local_candidates(&mut self, candidates: Candidates, commands: &mut Vec<Command>) {
        if self.operation == Some(Operation::LocalOffer) || self.operation == Some(Operation::LocalAnswer) {
            // They belong to the description that is about to be sent, and must not overtake it.
            self.unsent.candidates.extend(candidates.candidates);
            self.unsent.end |= candidates.end;
        } else {
            commands.push(Command::Send(SignalBody::Candidates(candidates)));
        }
    }

    fn local_applied(&mut self, description: Option<Description>, commands: &mut Vec<Command>) {
        let operation = self.operation.take();
        let Some(mut description) = description else {
            return self.fail(commands);
        };
        match operation {
            Some(Operation::LocalOffer) => {
                self.signaling = Signaling::HaveLocalOffer;
                if let Some(role) = self.role {
                    description.sdp = role.named_in(&description.sdp);
                }
            }
            Some(Operation::LocalAnswer) => {
                self.role = self.role.or_else(|| DtlsRole::in_answer(&description.sdp));
                self.settle();
            }
            Some(Operation::RemoteOffer | Operation::RemoteAnswer) | None => return self.fail(commands),
        }
        commands.push(Command::Send(SignalBody::Description(description)));
        let unsent = std::mem::take(&mut self.unsent);
        if unsent.end || !unsent.candidates.is_empty() {
            commands.push(Command::Send(SignalBody::Candidates(unsent)));
        }
    }

    fn remote_applied(&mut self, commands: &mut Vec<Command>) {
        match self.operation.take() {
            Some(Operation::RemoteOffer) => self.signaling = Signaling::HaveRemoteOffer,
            Some(Operation::RemoteAnswer) => self.settle(),
            Some(Operation::LocalOffer | Operation::LocalAnswer) | None => return self.fail(commands),
        }
        self.has_remote = true;
        self.candidates_taken = 0;
        commands.extend(self.early.drain(..).map(Command::AddCandidates));
    }

    /// Both sides agree again. A browser that still has something to negotiate says so anew.
    fn settle(&mut self) {
        self.signaling = Signaling::Stable;
        self.established = true;
        self.negotiation_needed = false;
    }

    fn fail(&mut self, commands: &mut Vec<Command>) {
        self.failed = true;
        commands.push(Command::Fail);
    }
}

#[cfg(test)]
mod tests;
