//! What the page `/check` says: which sentence of its table goes with which result.

pub(super) mod en;
mod words;
pub(super) mod zh;

use std::borrow::Cow;

use super::fill;
use crate::check::{Finding, Note, Outcome, Problem, Reason, Step, Verdict};

pub use words::{CheckWords, StepWords};

impl CheckWords {
    /// The words of a step.
    pub fn step(&self, step: Step) -> &StepWords {
        // The table has a place for each.
        self.steps.get(step as usize).unwrap_or(&self.steps[0])
    }

    /// The state of a step in a word.
    pub fn state(&self, outcome: Outcome) -> &'static str {
        match outcome {
            Outcome::Waiting => self.waiting,
            Outcome::Running => self.running,
            Outcome::Ok(_) => self.ok,
            Outcome::Failed(_) => self.failed,
            Outcome::Skipped(_) => self.skipped,
        }
    }

    /// The one sentence that a step has to say.
    pub fn sentence(&self, step: Step, outcome: Outcome) -> Cow<'static, str> {
        Cow::Borrowed(match (step, outcome) {
            (Step::Microphone, Outcome::Running) => self.speak,
            (Step::Speaker, Outcome::Running) => self.do_you_hear,
            (_, Outcome::Waiting | Outcome::Running) => self.step(step).what,
            (_, Outcome::Ok(finding)) => return self.finding(step, finding),
            (_, Outcome::Failed(problem)) => return self.problem(step, problem),
            (_, Outcome::Skipped(reason)) => self.reason(step, reason),
        })
    }

    /// What all results mean together, and what to do.
    pub fn verdict(&self, verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Insecure => self.verdict_insecure,
            Verdict::NoWebRtc => self.verdict_no_webrtc,
            Verdict::ServerAway => self.verdict_server_away,
            Verdict::Direct => self.verdict_direct,
            Verdict::OftenRelayed => self.verdict_often_relayed,
            Verdict::OverTcp => self.verdict_over_tcp,
            Verdict::OverTls => self.verdict_over_tls,
            Verdict::RelayLacksUdp => self.verdict_relay_lacks_udp,
            Verdict::RelayFails => self.verdict_relay_fails,
            Verdict::NoRelay => self.verdict_no_relay,
            Verdict::OtherRelay => self.verdict_other_relay,
            Verdict::NoWay => self.verdict_no_way,
        }
    }

    /// What is to be said besides.
    pub fn note(&self, note: Note) -> &'static str {
        match note {
            Note::Camera => self.note_camera,
            Note::Microphone => self.note_microphone,
            Note::Speaker => self.note_speaker,
            Note::AddressUnknown => self.note_address,
        }
    }

    fn finding(&self, step: Step, finding: Finding) -> Cow<'static, str> {
        Cow::Borrowed(match finding {
            Finding::Works => self.step(step).works,
            Finding::Answers { round_trip_ms } => return Cow::Owned(fill(self.answers, &round_trip_ms.to_string())),
            Finding::Relayed { round_trip_ms, arrived_percent } => {
                let sentence = fill(self.relayed, &round_trip_ms.to_string());
                return Cow::Owned(fill(&sentence, &arrived_percent.to_string()));
            }
            Finding::NoTranslation => self.no_translation,
            Finding::SameMapping => self.same_mapping,
            Finding::OtherMapping => self.other_mapping,
        })
    }

    fn problem(&self, step: Step, problem: Problem) -> Cow<'static, str> {
        Cow::Borrowed(match (problem, step) {
            (Problem::Missing, Step::Camera) => self.camera_missing,
            (Problem::Missing, Step::Microphone) => self.microphone_missing,
            (Problem::Missing, _) => self.no_webrtc,
            (Problem::Blocked, Step::Camera) => self.camera_blocked,
            (Problem::Blocked, Step::Microphone) => self.microphone_blocked,
            (Problem::Blocked, _) => self.insecure,
            (Problem::Busy, Step::Microphone) => self.microphone_busy,
            (Problem::Busy, _) => self.camera_busy,
            (Problem::Silent, Step::Microphone) => self.microphone_silent,
            (Problem::Silent, _) => self.nothing_heard,
            (Problem::NoAnswer, Step::Socket) => self.socket_silent,
            (Problem::NoAnswer, Step::Stun) => self.stun_silent,
            (Problem::NoAnswer, _) => self.relay_silent,
            (Problem::TooOften, _) => self.too_often,
            (Problem::Refused(code), _) => return Cow::Owned(fill(self.refused, &code.to_string())),
            (Problem::Lossy { arrived_percent }, _) => {
                return Cow::Owned(fill(self.lossy, &arrived_percent.to_string()));
            }
        })
    }

    fn reason(&self, step: Step, reason: Reason) -> &'static str {
        match (reason, step) {
            (Reason::Insecure, _) => self.skipped_insecure,
            (Reason::NoWebRtc, _) => self.skipped_no_webrtc,
            (Reason::NoServer, _) => self.skipped_no_server,
            (Reason::NotHere, Step::Ipv6) => self.skipped_no_ipv6,
            (Reason::NotServed, _) => self.skipped_not_served,
            (Reason::NotHere | Reason::Unknown, _) => self.skipped_unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;

    const OUTCOMES: [Outcome; 21] = [
        Outcome::Waiting,
        Outcome::Running,
        Outcome::Ok(Finding::Works),
        Outcome::Ok(Finding::Answers { round_trip_ms: 12 }),
        Outcome::Ok(Finding::Relayed { round_trip_ms: 12, arrived_percent: 98 }),
        Outcome::Ok(Finding::NoTranslation),
        Outcome::Ok(Finding::SameMapping),
        Outcome::Ok(Finding::OtherMapping),
        Outcome::Failed(Problem::Missing),
        Outcome::Failed(Problem::Blocked),
        Outcome::Failed(Problem::Busy),
        Outcome::Failed(Problem::Silent),
        Outcome::Failed(Problem::NoAnswer),
        Outcome::Failed(Problem::Refused(486)),
        Outcome::Failed(Problem::TooOften),
        Outcome::Failed(Problem::Lossy { arrived_percent: 50 }),
        Outcome::Skipped(Reason::Insecure),
        Outcome::Skipped(Reason::NoWebRtc),
        Outcome::Skipped(Reason::NotServed),
        Outcome::Skipped(Reason::Unknown),
        Outcome::Skipped(Reason::NotHere),
    ];

    #[test]
    fn every_result_has_one_or_two_whole_sentences_in_every_language() {
        for lang in Lang::ALL {
            let words = lang.check_words();
            let of_steps = Step::ALL.into_iter().flat_map(|step| OUTCOMES.map(|outcome| words.sentence(step, outcome)));
            let verdicts = VERDICTS.map(|verdict| words.verdict(verdict).into());
            let notes = NOTES.map(|note| words.note(note).into());
            let plain = [words.lead, words.permission, words.copy_by_hand, words.report_hint].map(Cow::from);
            for sentence in of_steps.chain(verdicts).chain(notes).chain(plain) {
                let ends = sentence.matches(['.', '。', '?', '？']).count();
                assert!((1..=2).contains(&ends), "{sentence}");
                assert!(sentence.ends_with(['.', '。', '?', '？']) && !sentence.contains("{}"), "{sentence}");
            }
        }
    }

    #[test]
    fn numbers_are_in_the_sentences() {
        for lang in Lang::ALL {
            let words = lang.check_words();
            let relayed = Finding::Relayed { round_trip_ms: 12, arrived_percent: 98 };
            let sentence = words.sentence(Step::TurnTcp, Outcome::Ok(relayed));
            assert!(sentence.contains("12") && sentence.contains("98"), "{sentence}");
            assert!(words.sentence(Step::TurnTcp, Outcome::Failed(Problem::Refused(486))).contains("486"));
            assert!(
                words.sentence(Step::TurnTcp, Outcome::Failed(Problem::Lossy { arrived_percent: 5 })).contains('5')
            );
        }
    }

    #[test]
    fn steps_have_different_names() {
        for lang in Lang::ALL {
            let mut names: Vec<_> = Step::ALL.into_iter().map(|step| lang.check_words().step(step).name).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), Step::ALL.len());
        }
    }

    const NOTES: [Note; 4] = [Note::Camera, Note::Microphone, Note::Speaker, Note::AddressUnknown];

    const VERDICTS: [Verdict; 12] = [
        Verdict::Insecure,
        Verdict::NoWebRtc,
        Verdict::ServerAway,
        Verdict::Direct,
        Verdict::OftenRelayed,
        Verdict::OverTcp,
        Verdict::OverTls,
        Verdict::RelayLacksUdp,
        Verdict::RelayFails,
        Verdict::NoRelay,
        Verdict::OtherRelay,
        Verdict::NoWay,
    ];
}
