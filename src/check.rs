//! The call doctor: which steps there are, in which order they are taken, and what their results mean together.
//!
//! Pure: no socket, browser or clock. Whoever takes the steps (`browser/check.rs`) drives it in three moves: ask
//! [`Checkup::advance`] for a step, take it, [`Checkup::settle`] its outcome, until there is no next one. The sentences are in
//! `i18n`; [`Checkup::report`] is for the operator and has neither addresses nor names.
//!
//! Invariant: a step whose ground is missing is skipped with the reason, never failed.

mod gathering;
mod loudness;
mod plan;
mod report;
mod series;
#[cfg(test)]
mod tests;
mod verdict;

pub use gathering::{Candidate, Gathering};
pub use loudness::Loudness;
pub use plan::{Served, ServerUrl, Transport, relay_over, stun_url};
pub use series::Series;
pub use verdict::{Level, Note, Verdict};

/// One thing to find out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The page may use camera and microphone.
    Secure,
    /// The browser can make calls.
    WebRtc,
    /// There is a picture.
    Camera,
    /// There is sound.
    Microphone,
    /// Sound is heard.
    Speaker,
    /// The server's socket answers.
    Socket,
    /// STUN answers over UDP.
    Stun,
    /// How the router in between maps ports.
    Nat,
    /// The relay over UDP.
    TurnUdp,
    /// The relay over TCP.
    TurnTcp,
    /// The relay over TLS.
    TurnTls,
    /// IPv6.
    Ipv6,
}

/// What has become of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Outcome {
    /// Its turn has not come.
    #[default]
    Waiting,
    /// It is being taken.
    Running,
    /// It is well.
    Ok(Finding),
    /// It is not.
    Failed(Problem),
    /// It could not be taken, or need not be.
    Skipped(Reason),
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// It works.
    Works,
    /// It answers after this time.
    Answers {
        /// There and back.
        round_trip_ms: u32,
    },
    /// Data went through.
    Relayed {
        /// There and back.
        round_trip_ms: u32,
        /// Of what was sent.
        arrived_percent: u8,
    },
    /// No router translates.
    NoTranslation,
    /// Both STUN ports see the same address.
    SameMapping,
    /// Each sees another one.
    OtherMapping,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// It is not there.
    Missing,
    /// The browser does not allow it.
    Blocked,
    /// Something else has it.
    Busy,
    /// There is nothing to hear from it.
    Silent,
    /// Nothing comes back.
    NoAnswer,
    /// An answer that refuses, with its code.
    Refused(u16),
    /// Asked too often.
    TooOften,
    /// Too little of what was sent came through.
    Lossy {
        /// Of what was sent.
        arrived_percent: u8,
    },
}

/// Why a step is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The page is not secure.
    Insecure,
    /// The browser cannot make calls.
    NoWebRtc,
    /// The server did not answer.
    NoServer,
    /// The server does not offer it.
    NotServed,
    /// An earlier step had to succeed first.
    Unknown,
    /// There is none here, and none is needed.
    NotHere,
}

/// All steps, and what has become of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checkup {
    outcomes: [Outcome; Step::ALL.len()],
    served: Option<Served>,
}

/// What a check under way has to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// How far it is.
    Checkup(Checkup),
    /// How loud the microphone is just now.
    Loudness(Loudness),
}

impl Step {
    /// In the order in which they are taken.
    pub const ALL: [Self; 12] = [
        Self::Secure,
        Self::WebRtc,
        Self::Camera,
        Self::Microphone,
        Self::Speaker,
        Self::Socket,
        Self::Stun,
        Self::Nat,
        Self::TurnUdp,
        Self::TurnTcp,
        Self::TurnTls,
        Self::Ipv6,
    ];

    /// The relay over this transport.
    pub fn turn(transport: Transport) -> Self {
        match transport {
            Transport::Udp => Self::TurnUdp,
            Transport::Tcp => Self::TurnTcp,
            Transport::Tls => Self::TurnTls,
        }
    }
}

impl Outcome {
    /// Whether it works.
    pub fn is_ok(self) -> bool {
        matches!(self, Self::Ok(_))
    }

    /// Whether it does not.
    pub fn has_failed(self) -> bool {
        matches!(self, Self::Failed(_))
    }

    /// Whether nothing more will become of it.
    pub fn is_settled(self) -> bool {
        !matches!(self, Self::Waiting | Self::Running)
    }
}

impl Checkup {
    /// What has become of a step.
    pub fn outcome(&self, step: Step) -> Outcome {
        self.outcomes.get(step as usize).copied().unwrap_or_default()
    }

    /// The next step to take, which is running from now on; those that cannot be taken are passed over.
    pub fn advance(&mut self) -> Option<Step> {
        for step in Step::ALL {
            if self.outcome(step) != Outcome::Waiting {
                continue;
            }
            match self.obstacle(step) {
                Some(reason) => self.settle(step, Outcome::Skipped(reason)),
                None => {
                    self.settle(step, Outcome::Running);
                    return Some(step);
                }
            }
        }
        None
    }

    /// A step has come out so.
    pub fn settle(&mut self, step: Step, outcome: Outcome) {
        if let Some(place) = self.outcomes.get_mut(step as usize) {
            *place = outcome;
        }
    }

    /// The person says whether they hear the tone. Only they know, and they may take their time.
    pub fn answer(&mut self, hears: bool) {
        if self.outcome(Step::Speaker) == Outcome::Running {
            let outcome = if hears { Outcome::Ok(Finding::Works) } else { Outcome::Failed(Problem::Silent) };
            self.settle(Step::Speaker, outcome);
        }
    }

    /// What the server has for the steps to come.
    pub fn learn(&mut self, served: Served) {
        self.served = Some(served);
    }

    /// What the server has, once it has said so.
    pub fn served(&self) -> Option<Served> {
        self.served
    }

    /// Whether it is under way or over.
    pub fn has_begun(&self) -> bool {
        self.outcomes.iter().any(|outcome| *outcome != Outcome::Waiting)
    }

    /// Whether all is known that can be known without asking the person.
    pub fn is_done(&self) -> bool {
        Step::ALL.into_iter().all(|step| step == Step::Speaker || self.outcome(step).is_settled())
    }

    fn obstacle(&self, step: Step) -> Option<Reason> {
        let failed = |step| self.outcome(step).has_failed();
        match step {
            Step::Secure | Step::WebRtc | Step::Speaker | Step::Socket => None,
            Step::Camera | Step::Microphone => failed(Step::Secure).then_some(Reason::Insecure),
            Step::Stun | Step::Nat | Step::TurnUdp | Step::TurnTcp | Step::TurnTls | Step::Ipv6 => {
                let Some(served) = self.served.filter(|_| !failed(Step::WebRtc)) else {
                    return Some(if failed(Step::WebRtc) { Reason::NoWebRtc } else { Reason::NoServer });
                };
                let lacks_ground = step == Step::Nat && !self.outcome(Step::Stun).is_ok();
                match (served.has(step), lacks_ground) {
                    (false, _) => Some(Reason::NotServed),
                    (true, true) => Some(Reason::Unknown),
                    (true, false) => None,
                }
            }
        }
    }
}
