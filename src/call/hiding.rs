//! Hiding the own address: what leaves this page names relays only.
//!
//! The browser is told so too (`iceTransportPolicy`); this is the second lock on the same door. A relayed candidate names
//! the address behind it (`raddr`), and a description names one on its `c=` and `a=rtcp:` lines: they go as well, and so do
//! a description's candidates, since each is also sent by itself.

use super::path::CandidateKind;
use super::signal::{Candidates, Description, SignalBody};
use crate::protocol::IceServer;

/// The signal without anything that gives the sender's address away; `None` when nothing is left of it.
pub fn hidden(body: SignalBody) -> Option<SignalBody> {
    match body {
        SignalBody::Description(description) => {
            let mut sdp = String::new();
            for line in description.sdp.lines().filter(|line| !line.starts_with("a=candidate:")) {
                sdp.push_str(hidden_line(line));
                sdp.push_str("\r\n");
            }
            Some(SignalBody::Description(Description { sdp, ..description }))
        }
        SignalBody::Candidates(Candidates { mut candidates, end }) => {
            candidates.retain(|candidate| is_relayed(&candidate.candidate));
            for candidate in &mut candidates {
                forget_base(&mut candidate.candidate);
            }
            (end || !candidates.is_empty()).then_some(SignalBody::Candidates(Candidates { candidates, end }))
        }
    }
}

/// Whether there is a relay among these to hide behind.
pub fn offers_relay(servers: &[IceServer]) -> bool {
    servers.iter().flat_map(|server| &server.urls).any(|url| url.starts_with("turn:") || url.starts_with("turns:"))
}

fn hidden_line(line: &str) -> &str {
    match line {
        _ if line.starts_with("c=IN ") => "c=IN IP4 0.0.0.0",
        _ if line.starts_with("a=rtcp:") => "a=rtcp:9 IN IP4 0.0.0.0",
        _ => line,
    }
}

fn is_relayed(candidate: &str) -> bool {
    CandidateKind::of_line(candidate) == Some(CandidateKind::Relay)
}

/// A relayed candidate without the address behind it (RFC 8839, section 5.1 has this form for it). What stands behind
/// that are extensions: the username fragment travels beside the candidate as well.
fn forget_base(candidate: &mut String) {
    if let Some(at) = candidate.find(" raddr ") {
        candidate.truncate(at);
        candidate.push_str(" raddr 0.0.0.0 rport 9");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::signal::{Candidate, SdpKind};

    const SECRET: &str = "198.51.100.7";
    const RELAY: &str = "203.0.113.1";

    #[test]
    fn only_relayed_candidates_leave_and_they_do_not_name_what_is_behind_them() {
        let lines = [host(), srflx(), relay(), "candidate:odd".into(), String::new()];
        let body = SignalBody::Candidates(Candidates { candidates: lines.map(candidate).into(), end: false });
        let Some(SignalBody::Candidates(left)) = hidden(body) else { panic!() };
        let texts: Vec<&str> = left.candidates.iter().map(|candidate| candidate.candidate.as_str()).collect();
        assert_eq!(texts, [format!("candidate:3 1 udp 5 {RELAY} 50001 typ relay raddr 0.0.0.0 rport 9")]);
    }

    #[test]
    fn a_batch_without_relays_is_not_sent_but_the_end_is() {
        let batch = |end| SignalBody::Candidates(Candidates { candidates: vec![candidate(host())], end });
        assert_eq!(hidden(batch(false)), None);
        let nothing = Candidates { candidates: vec![], end: true };
        assert_eq!(hidden(batch(true)), Some(SignalBody::Candidates(nothing)));
    }

    #[test]
    fn descriptions_lose_every_address() {
        let (host, srflx, relay) = (host(), srflx(), relay());
        let sdp = format!(
            "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\nm=audio 4711 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 {SECRET}\r\n\
             a=rtcp:4711 IN IP4 {SECRET}\r\na={host}\r\na={srflx}\r\na={relay}\r\na=mid:0\r\n"
        );
        let body = SignalBody::Description(Description { kind: SdpKind::Offer, sdp, media: vec![] });
        let Some(SignalBody::Description(left)) = hidden(body) else { panic!() };
        assert!(!left.sdp.contains(SECRET), "{}", left.sdp);
        assert!(left.sdp.contains("o=- 1 2") && left.sdp.ends_with("\r\na=mid:0\r\n"));
        assert!(!left.sdp.contains(RELAY));
        assert_eq!(left.sdp.lines().count(), 6);
    }

    #[test]
    fn relays_are_told_from_other_servers() {
        let server = |url: &str| IceServer { urls: vec![url.into()], username: None, credential: None };
        assert!(offers_relay(&[server("stun:a"), server("turn:a?transport=tcp")]));
        assert!(offers_relay(&[server("turns:a")]));
        assert!(!offers_relay(&[server("stun:turn:"), server("stuns:a")]));
    }

    fn host() -> String {
        format!("candidate:1 1 udp 9 {SECRET} 50000 typ host generation 0")
    }

    fn srflx() -> String {
        format!("candidate:2 1 udp 7 {SECRET} 50000 typ srflx raddr 192.168.0.2 rport 50000 generation 0")
    }

    fn relay() -> String {
        format!("candidate:3 1 udp 5 {RELAY} 50001 typ relay raddr {SECRET} rport 50000 generation 0")
    }

    fn candidate(candidate: String) -> Candidate {
        Candidate { candidate, sdp_mid: None, sdp_m_line_index: None, username_fragment: None }
    }
}
