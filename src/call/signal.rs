//! What two peers tell each other to get connected: descriptions and candidates, in the body of an envelope.
//!
//! Invariant: a [`SignalBody`] that was parsed has passed its limits, and every description in it names one SHA-256
//! DTLS fingerprint. See RFC 8839 (candidates in SDP), RFC 8838 (trickle), RFC 8122 (fingerprints), RFC 8843 (mid).

use serde::{Deserialize, Serialize};

/// Longest description that is looked at, in bytes; it must fit a signaling message with its escapes, sealed.
pub const MAX_SDP_BYTES: usize = 40 * 1024;
/// Most lines in a description.
pub const MAX_SDP_LINES: usize = 2_000;
/// Longest candidate line, in bytes.
pub const MAX_CANDIDATE_BYTES: usize = 1_024;
/// Most candidates taken from one peer for one connection; more are dropped and counted.
pub const MAX_CANDIDATES: usize = 256;
/// Most media sections in one description.
const MAX_MEDIA_LINES: usize = 16;

/// One signal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SignalBody {
    /// An offer or an answer.
    Description(Description),
    /// Some more addresses to try.
    Candidates(Candidates),
}

/// An RTCSessionDescription, with what its media sections carry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Description {
    /// Offer or answer.
    pub kind: SdpKind,
    /// The text that the browser made.
    pub sdp: String,
    /// What the sender sends in each media section.
    pub media: Vec<MediaLine>,
}

/// RTCSdpType, as far as it is ever sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SdpKind {
    /// Proposes.
    Offer,
    /// Accepts.
    Answer,
}

/// What one media section carries: the owner is whoever sent the description.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaLine {
    /// The section's `a=mid`.
    pub mid: String,
    /// Of what.
    pub source: MediaSource,
}

/// Where a track comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaSource {
    /// A person's voice.
    Microphone,
    /// A person's picture.
    Camera,
    /// A shared screen.
    Screen,
    /// The sound of a shared screen.
    ScreenAudio,
}

/// A batch of ICE candidates, in the order in which they were gathered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Candidates {
    /// The candidates.
    pub candidates: Vec<Candidate>,
    /// Whether these are the last of this gathering (RFC 8838, section 14).
    pub end: bool,
}

/// RTCIceCandidateInit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The `candidate-attribute`.
    pub candidate: String,
    /// The `a=mid` of its media section.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sdp_mid: Option<String>,
    /// The index of its media section.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sdp_m_line_index: Option<u16>,
    /// The ICE username fragment that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username_fragment: Option<String>,
}

/// Why a peer's signal is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSignal {
    /// Not a signal of this version.
    #[error("not a signal")]
    Malformed,
    /// Too long, or too many lines or sections.
    #[error("description over its limits")]
    TooLarge,
    /// A description without `a=fingerprint`.
    #[error("no fingerprint")]
    NoFingerprint,
    /// A fingerprint by another hash than SHA-256.
    #[error("fingerprint is not sha-256")]
    WeakFingerprint,
    /// Two fingerprints that differ.
    #[error("two different fingerprints")]
    TwoFingerprints,
}

impl SignalBody {
    /// Reads and checks what a peer sent.
    pub fn parse(text: &str) -> Result<Self, BadSignal> {
        let text: SignalText = serde_json::from_str(text).map_err(|_| BadSignal::Malformed)?;
        let body = text.signal().ok_or(BadSignal::Malformed)?;
        if let Self::Description(description) = &body {
            description.check()?;
        }
        Ok(body)
    }

    /// As it travels.
    pub fn to_text(&self) -> String {
        // Strings, numbers and lists of them always serialize.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// A signal before it is known which: one flat object, for the reason given at the server's messages.
#[derive(Deserialize)]
struct SignalText {
    #[serde(rename = "type")]
    which: String,
    kind: Option<SdpKind>,
    sdp: Option<String>,
    media: Option<Vec<MediaLine>>,
    candidates: Option<Vec<Candidate>>,
    end: Option<bool>,
}

impl SignalText {
    fn signal(self) -> Option<SignalBody> {
        Some(match self.which.as_str() {
            "description" => {
                let (kind, sdp, media) = (self.kind?, self.sdp?, self.media?);
                SignalBody::Description(Description { kind, sdp, media })
            }
            "candidates" => {
                let (candidates, end) = (self.candidates?, self.end.unwrap_or_default());
                SignalBody::Candidates(Candidates { candidates, end })
            }
            _ => return None,
        })
    }
}

impl Description {
    fn check(&self) -> Result<(), BadSignal> {
        let too_large = self.sdp.len() > MAX_SDP_BYTES
            || self.sdp.lines().count() > MAX_SDP_LINES
            || self.media.len() > MAX_MEDIA_LINES;
        if too_large {
            return Err(BadSignal::TooLarge);
        }
        let mut found = None;
        for value in self.sdp.lines().filter_map(|line| line.trim_end().strip_prefix("a=fingerprint:")) {
            let (hash, fingerprint) = value.split_once(' ').ok_or(BadSignal::WeakFingerprint)?;
            if !hash.eq_ignore_ascii_case("sha-256") {
                return Err(BadSignal::WeakFingerprint);
            }
            match found {
                None => found = Some(fingerprint),
                Some(first) if fingerprint.eq_ignore_ascii_case(first) => {}
                Some(_) => return Err(BadSignal::TwoFingerprints),
            }
        }
        if found.is_some() { Ok(()) } else { Err(BadSignal::NoFingerprint) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(sdp: &str) -> String {
        let sdp = sdp.to_owned();
        SignalBody::Description(Description { kind: SdpKind::Offer, sdp, media: vec![] }).to_text()
    }

    #[test]
    fn a_description_with_one_fingerprint_is_taken() {
        let text = offer("v=0\r\na=fingerprint:sha-256 AA:BB\r\nm=audio\r\na=fingerprint:SHA-256 aa:bb\r\n");
        assert!(SignalBody::parse(&text).is_ok());
    }

    #[test]
    fn descriptions_without_one_strong_fingerprint_are_refused() {
        for (sdp, why) in [
            ("v=0\r\n", BadSignal::NoFingerprint),
            ("a=fingerprint:sha-1 AA\r\n", BadSignal::WeakFingerprint),
            ("a=fingerprint:sha-256\r\n", BadSignal::WeakFingerprint),
            ("a=fingerprint:sha-256 AA\r\na=fingerprint:sha-256 BB\r\n", BadSignal::TwoFingerprints),
        ] {
            assert_eq!(SignalBody::parse(&offer(sdp)), Err(why), "{sdp}");
        }
    }

    #[test]
    fn endless_descriptions_are_refused() {
        let lines = "a=x\r\n".repeat(10_000);
        assert_eq!(SignalBody::parse(&offer(&lines)), Err(BadSignal::TooLarge));
        assert_eq!(SignalBody::parse(&offer(&"x".repeat(MAX_SDP_BYTES + 1))), Err(BadSignal::TooLarge));
    }

    #[test]
    fn other_texts_are_no_signals() {
        for text in ["", "{}", "[]", r#"{"type":"description"}"#, r#"{"type":"hangup"}"#, &"[".repeat(10_000)] {
            assert_eq!(SignalBody::parse(text), Err(BadSignal::Malformed));
        }
    }
}
