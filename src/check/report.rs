//! The text for the operator: every result by its name, nothing that says who or where somebody is.

use std::fmt::Write;

use super::{Checkup, Finding, Outcome, Problem, Reason, Step, Verdict};

impl Checkup {
    /// One line a result, the same in every language. `browser` is what the browser calls itself.
    pub fn report(&self, browser: &str) -> String {
        let mut text = format!("Confab connection check\nversion: {}\n", env!("CARGO_PKG_VERSION"));
        let mut line = |name: &str, value: &str| {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{name}: {value}");
        };
        line("browser", &one_line(browser));
        if let Some(served) = self.served() {
            line("server_time_ms", &served.now_ms.to_string());
            line("address_unknown", if served.address_unknown { "yes" } else { "no" });
            line("other_servers", if served.other_servers { "yes" } else { "no" });
        }
        line("verdict", self.verdict().map_or("none", Verdict::name));
        for step in Step::ALL {
            line(step.name(), &describe(self.outcome(step)));
        }
        text
    }
}

impl Step {
    /// Stable: in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Secure => "secure",
            Self::WebRtc => "webrtc",
            Self::Camera => "camera",
            Self::Microphone => "microphone",
            Self::Speaker => "speaker",
            Self::Socket => "websocket",
            Self::Stun => "stun",
            Self::Nat => "nat",
            Self::TurnUdp => "turn_udp",
            Self::TurnTcp => "turn_tcp",
            Self::TurnTls => "turn_tls",
            Self::Ipv6 => "ipv6",
        }
    }
}

impl Verdict {
    /// Stable: in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Insecure => "insecure",
            Self::NoWebRtc => "no_webrtc",
            Self::ServerAway => "server_away",
            Self::Direct => "direct",
            Self::OftenRelayed => "often_relayed",
            Self::OverTcp => "over_tcp",
            Self::OverTls => "over_tls",
            Self::RelayLacksUdp => "relay_lacks_udp",
            Self::RelayFails => "relay_fails",
            Self::NoRelay => "no_relay",
            Self::OtherRelay => "other_relay",
            Self::NoWay => "no_way",
        }
    }
}

fn describe(outcome: Outcome) -> String {
    match outcome {
        Outcome::Waiting => "waiting".to_owned(),
        Outcome::Running => "no result".to_owned(),
        Outcome::Ok(finding) => format!("ok{}", found(finding)),
        Outcome::Failed(problem) => format!("failed, {}", wrong(problem)),
        Outcome::Skipped(reason) => format!("skipped, {}", why(reason)),
    }
}

fn found(finding: Finding) -> String {
    match finding {
        Finding::Works => String::new(),
        Finding::Answers { round_trip_ms } => format!(", {round_trip_ms} ms"),
        Finding::Relayed { round_trip_ms, arrived_percent } => {
            format!(", {round_trip_ms} ms, {arrived_percent} % arrived")
        }
        Finding::NoTranslation => ", no translation".to_owned(),
        Finding::SameMapping => ", same mapping".to_owned(),
        Finding::OtherMapping => ", other mapping".to_owned(),
    }
}

fn wrong(problem: Problem) -> String {
    match problem {
        Problem::Missing => "missing".to_owned(),
        Problem::Blocked => "blocked".to_owned(),
        Problem::Busy => "busy".to_owned(),
        Problem::Silent => "silent".to_owned(),
        Problem::NoAnswer => "no answer".to_owned(),
        Problem::Refused(code) => format!("refused with {code}"),
        Problem::TooOften => "asked too often".to_owned(),
        Problem::Lossy { arrived_percent } => format!("only {arrived_percent} % arrived"),
    }
}

fn why(reason: Reason) -> &'static str {
    match reason {
        Reason::Insecure => "insecure",
        Reason::NoWebRtc => "no webrtc",
        Reason::NoServer => "no server",
        Reason::NotServed => "not served",
        Reason::Unknown => "unknown",
        Reason::NotHere => "not here",
    }
}

/// A browser says what it likes; a line stays a line, and not a long one.
fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}
