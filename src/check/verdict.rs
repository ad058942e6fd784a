//! What the results mean together, for the person and for the operator.

use super::{Checkup, Finding, Outcome, Served, Step};

/// Whether calls will work from here, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The page is not secure: nobody gives it a camera.
    Insecure,
    /// The browser cannot make calls.
    NoWebRtc,
    /// The server cannot be reached as calls need it.
    ServerAway,
    /// Directly where the other side can, over UDP.
    Direct,
    /// The router uses a new port for each destination: often through the relay, over UDP.
    OftenRelayed,
    /// UDP does not get through; the relay does, over TCP.
    OverTcp,
    /// Only the encrypted way to the relay gets through.
    OverTls,
    /// UDP gets through, and yet the relay works over connections alone.
    RelayLacksUdp,
    /// UDP gets through, but the relay does not work at all.
    RelayFails,
    /// The server has no relay.
    NoRelay,
    /// The server has none of its own, but others, which this does not test.
    OtherRelay,
    /// Nothing gets through.
    NoWay,
}

/// How good that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Nothing to do.
    Good,
    /// It works, with a limit.
    Caution,
    /// It does not.
    Bad,
}

/// What is to be said besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// Nobody will see you.
    Camera,
    /// Nobody will hear you.
    Microphone,
    /// You will hear nobody.
    Speaker,
    /// The relay does not know its address: for the operator.
    AddressUnknown,
}

impl Verdict {
    /// How good that is.
    pub fn level(self) -> Level {
        match self {
            Self::Direct | Self::OftenRelayed => Level::Good,
            Self::OverTcp
            | Self::OverTls
            | Self::RelayLacksUdp
            | Self::RelayFails
            | Self::NoRelay
            | Self::OtherRelay => Level::Caution,
            Self::Insecure | Self::NoWebRtc | Self::ServerAway | Self::NoWay => Level::Bad,
        }
    }
}

impl Checkup {
    /// The verdict, once everything is known that it needs.
    pub fn verdict(&self) -> Option<Verdict> {
        let failed = |step| self.outcome(step).has_failed();
        if !self.is_done() {
            return None;
        }
        if failed(Step::WebRtc) {
            return Some(Verdict::NoWebRtc);
        }
        if failed(Step::Secure) {
            return Some(Verdict::Insecure);
        }
        let served = self.served().filter(|_| !failed(Step::Socket));
        Some(served.map_or(Verdict::ServerAway, |served| self.connection(served)))
    }

    /// What is to be said besides, once there is a verdict.
    pub fn notes(&self) -> Vec<Note> {
        let failed = |step| self.outcome(step).has_failed();
        let notes = [
            (Note::Camera, failed(Step::Camera)),
            (Note::Microphone, failed(Step::Microphone)),
            (Note::Speaker, failed(Step::Speaker)),
            (Note::AddressUnknown, self.served().is_some_and(|served| served.address_unknown)),
        ];
        notes.into_iter().filter(|(_, holds)| *holds).map(|(note, _)| note).collect()
    }

    fn connection(&self, served: Served) -> Verdict {
        let ok = |step| self.outcome(step).is_ok();
        let (udp, tcp, tls) = (ok(Step::TurnUdp), ok(Step::TurnTcp), ok(Step::TurnTls));
        if !served.relays() {
            return if served.other_servers { Verdict::OtherRelay } else { Verdict::NoRelay };
        }
        match (udp, ok(Step::Stun), tcp, tls) {
            (true, ..) if self.outcome(Step::Nat) == Outcome::Ok(Finding::OtherMapping) => Verdict::OftenRelayed,
            (true, ..) => Verdict::Direct,
            (false, true, false, false) => Verdict::RelayFails,
            (false, true, ..) => Verdict::RelayLacksUdp,
            (false, false, true, _) => Verdict::OverTcp,
            (false, false, false, true) => Verdict::OverTls,
            (false, false, false, false) => Verdict::NoWay,
        }
    }
}
