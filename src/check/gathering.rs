//! What a browser's candidates say of the network: whether STUN answered, how ports are mapped, whether there is IPv6.
//!
//! Browsers do not tell what STUN answered; they tell addresses that are new. A server-reflexive candidate that equals one
//! that is already there is left out (RFC 8445, section 5.1.3), so from one socket two STUN ports that see the same address
//! make one candidate, and two that see different ones make two.

use std::collections::BTreeMap;

use super::{Finding, Outcome, Problem, Reason};

/// The parts of a candidate line that matter here (RFC 8839, section 5.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    kind: Kind,
    address: String,
    port: u16,
    /// Port of the socket that asked; 0 where the browser hides it.
    related_port: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Host,
    ServerReflexive,
    Other,
}

/// What was gathered with two STUN servers and nothing else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gathering {
    /// Each candidate over UDP.
    pub candidates: Vec<Candidate>,
    /// Addresses of servers that the browser says did not answer.
    pub unanswered: Vec<String>,
    /// The browser came to an end by itself, before it would have given up on a server that is silent.
    pub completed: bool,
}

impl Candidate {
    /// Reads a candidate over UDP; others are `None`.
    pub fn parse(line: &str) -> Option<Self> {
        let mut words = line.trim().strip_prefix("candidate:")?.split_ascii_whitespace();
        let transport = words.nth(2)?;
        if !transport.eq_ignore_ascii_case("udp") {
            return None;
        }
        let (address, port) = (words.nth(1)?.to_owned(), words.next()?.parse().ok()?);
        let rest: Vec<&str> = words.collect();
        let value = |name: &str| rest.iter().position(|word| *word == name).and_then(|at| rest.get(at + 1));
        let kind = match *value("typ")? {
            "host" => Kind::Host,
            "srflx" => Kind::ServerReflexive,
            _ => Kind::Other,
        };
        let related_port = value("rport").and_then(|port| port.parse().ok()).unwrap_or(0);
        Some(Self { kind, address, port, related_port })
    }

    fn is_ipv6(&self) -> bool {
        self.address.contains(':')
    }

    /// IPv6 that leads beyond this network: 2000::/3.
    fn is_global_ipv6(&self) -> bool {
        self.is_ipv6() && matches!(self.address.as_bytes().first(), Some(b'2' | b'3'))
    }
}

impl Gathering {
    /// Whether the server at this address answered over UDP.
    pub fn stun(&self, url: &str) -> Outcome {
        let has = |kind| self.candidates.iter().any(|candidate| candidate.kind == kind);
        // Without translation there is nothing new to tell.
        let nothing_new = has(Kind::Host) && self.completed && !self.is_unanswered(url);
        match has(Kind::ServerReflexive) || nothing_new {
            true => Outcome::Ok(Finding::Works),
            false => Outcome::Failed(Problem::NoAnswer),
        }
    }

    /// What the server at another port saw.
    pub fn nat(&self, alternative: &str) -> Outcome {
        let mut seen: BTreeMap<(bool, u16), Vec<(&str, u16)>> = BTreeMap::new();
        for candidate in self.candidates.iter().filter(|candidate| candidate.kind == Kind::ServerReflexive) {
            let from_here = seen.entry((candidate.is_ipv6(), candidate.related_port)).or_default();
            let mapped = (candidate.address.as_str(), candidate.port);
            if !from_here.contains(&mapped) {
                from_here.push(mapped);
            }
        }
        if seen.values().any(|mapped| mapped.len() > 1) {
            return Outcome::Ok(Finding::OtherMapping);
        }
        if self.is_unanswered(alternative) || !self.completed {
            return Outcome::Skipped(Reason::Unknown);
        }
        Outcome::Ok(if seen.is_empty() { Finding::NoTranslation } else { Finding::SameMapping })
    }

    /// Whether there is IPv6.
    pub fn ipv6(&self) -> Outcome {
        let reaches = |candidate: &Candidate| match candidate.kind {
            Kind::ServerReflexive => candidate.is_ipv6(),
            Kind::Host => candidate.is_global_ipv6(),
            Kind::Other => false,
        };
        match self.candidates.iter().any(reaches) {
            true => Outcome::Ok(Finding::Works),
            false => Outcome::Skipped(Reason::NotHere),
        }
    }

    fn is_unanswered(&self, url: &str) -> bool {
        self.unanswered.iter().any(|other| other == url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STUN: &str = "stun:call.example:3478";
    const OTHER: &str = "stun:call.example:3479";
    const HOST: &str = "candidate:1 1 udp 2113937151 192.168.1.2 40000 typ host generation 0";

    fn gathered(lines: &[&str]) -> Gathering {
        let candidates = lines.iter().filter_map(|line| Candidate::parse(line)).collect();
        Gathering { candidates, unanswered: vec![], completed: true }
    }

    fn mapped(address: &str, port: u16, from: u16) -> String {
        format!("candidate:2 1 udp 1677729535 {address} {port} typ srflx raddr 192.168.1.2 rport {from} generation 0")
    }

    #[test]
    fn candidates_are_read_and_only_datagrams_count() {
        let candidate = Candidate::parse(&mapped("198.41.0.9", 5000, 40_000)).unwrap();
        assert_eq!((candidate.address.as_str(), candidate.port, candidate.related_port), ("198.41.0.9", 5000, 40_000));
        let hidden = "candidate:3 1 UDP 1 6f2b.local 40001 typ host";
        assert_eq!(Candidate::parse(hidden).map(|candidate| candidate.kind), Some(Kind::Host));
        for line in
            ["", "candidate:", "candidate:1 1 tcp 1 192.168.1.2 9 typ host tcptype active", "candidate:1 1 udp 1"]
        {
            assert_eq!(Candidate::parse(line), None, "{line}");
        }
    }

    #[test]
    fn one_address_for_both_ports_is_the_same_mapping_and_two_are_not() {
        let one = mapped("198.41.0.9", 5000, 40_000);
        assert_eq!(gathered(&[HOST, &one]).nat(OTHER), Outcome::Ok(Finding::SameMapping));
        let two = gathered(&[HOST, &one, &mapped("198.41.0.9", 5001, 40_000)]);
        assert_eq!(two.nat(OTHER), Outcome::Ok(Finding::OtherMapping));
        let second_socket = mapped("198.41.0.9", 5001, 40_001);
        assert_eq!(gathered(&[HOST, &one, &second_socket]).nat(OTHER), Outcome::Ok(Finding::SameMapping));
        let ipv6 = mapped("2001:db8::9", 5001, 40_000);
        assert_eq!(gathered(&[HOST, &one, &ipv6]).nat(OTHER), Outcome::Ok(Finding::SameMapping));
    }

    #[test]
    fn without_translation_there_is_nothing_new() {
        let open = gathered(&[HOST]);
        assert_eq!(open.stun(STUN), Outcome::Ok(Finding::Works));
        assert_eq!(open.nat(OTHER), Outcome::Ok(Finding::NoTranslation));
    }

    #[test]
    fn silence_is_no_answer() {
        let silent = Gathering { completed: false, ..gathered(&[HOST]) };
        assert_eq!(silent.stun(STUN), Outcome::Failed(Problem::NoAnswer));
        let refused = Gathering { unanswered: vec![STUN.into()], ..gathered(&[HOST]) };
        assert_eq!(refused.stun(STUN), Outcome::Failed(Problem::NoAnswer));
        assert_eq!(gathered(&[]).stun(STUN), Outcome::Failed(Problem::NoAnswer));
    }

    #[test]
    fn a_second_port_that_is_silent_leaves_the_mapping_unknown() {
        let one = mapped("198.41.0.9", 5000, 40_000);
        let waited = Gathering { completed: false, ..gathered(&[HOST, &one]) };
        let told = Gathering { unanswered: vec![OTHER.into()], ..gathered(&[HOST, &one]) };
        for gathering in [waited, told] {
            assert_eq!(gathering.stun(STUN), Outcome::Ok(Finding::Works));
            assert_eq!(gathering.nat(OTHER), Outcome::Skipped(Reason::Unknown));
        }
    }

    #[test]
    fn ipv6_counts_when_it_leads_beyond_the_network() {
        let host = |address: &str| format!("candidate:1 1 udp 1 {address} 40000 typ host");
        for (line, outcome) in [
            (host("2001:db8::1"), Outcome::Ok(Finding::Works)),
            (mapped("2001:db8::9", 1, 2), Outcome::Ok(Finding::Works)),
            (host("fd00::1"), Outcome::Skipped(Reason::NotHere)),
            (host("fe80::1"), Outcome::Skipped(Reason::NotHere)),
            (HOST.to_owned(), Outcome::Skipped(Reason::NotHere)),
        ] {
            assert_eq!(gathered(&[&line]).ipv6(), outcome, "{line}");
        }
    }
}
