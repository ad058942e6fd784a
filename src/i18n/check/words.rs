//! The table of the page `/check`: a sentence that a language lacks does not compile.

use crate::check::Step;
use crate::i18n::table::table;

table! {
/// Every word of the page in one language.
pub struct CheckWords {
    pub heading: &'static str,
    pub lead: &'static str,
    /// What will be asked for, and what becomes of it.
    pub permission: &'static str,
    pub start: &'static str,
    pub again: &'static str,
    pub list: &'static str,
    pub level: &'static str,
    pub hear: &'static str,
    pub hear_nothing: &'static str,
    pub play_again: &'static str,
    pub under_way: &'static str,
    pub copy_report: &'static str,
    pub copied: &'static str,
    pub copy_by_hand: &'static str,
    pub report: &'static str,
    pub report_hint: &'static str,

    // The states of a step
    pub waiting: &'static str,
    pub running: &'static str,
    pub ok: &'static str,
    pub failed: &'static str,
    pub skipped: &'static str,

    /// In the order of [`Step::ALL`]: name, what it is for, what it means that it works.
    pub steps: [StepWords; Step::ALL.len()],
    pub speak: &'static str,
    pub do_you_hear: &'static str,
    /// `{}`: milliseconds.
    pub answers: &'static str,
    /// Twice `{}`: milliseconds, percent.
    pub relayed: &'static str,
    pub no_translation: &'static str,
    pub same_mapping: &'static str,
    pub other_mapping: &'static str,

    pub insecure: &'static str,
    pub no_webrtc: &'static str,
    pub camera_missing: &'static str,
    pub microphone_missing: &'static str,
    pub camera_blocked: &'static str,
    pub microphone_blocked: &'static str,
    pub camera_busy: &'static str,
    pub microphone_busy: &'static str,
    pub microphone_silent: &'static str,
    pub nothing_heard: &'static str,
    pub socket_silent: &'static str,
    pub stun_silent: &'static str,
    pub relay_silent: &'static str,
    /// `{}`: the number.
    pub refused: &'static str,
    pub too_often: &'static str,
    /// `{}`: percent.
    pub lossy: &'static str,

    pub skipped_insecure: &'static str,
    pub skipped_no_webrtc: &'static str,
    pub skipped_no_server: &'static str,
    pub skipped_not_served: &'static str,
    pub skipped_unknown: &'static str,
    pub skipped_no_ipv6: &'static str,

    pub verdict_insecure: &'static str,
    pub verdict_no_webrtc: &'static str,
    pub verdict_server_away: &'static str,
    pub verdict_direct: &'static str,
    pub verdict_often_relayed: &'static str,
    pub verdict_over_tcp: &'static str,
    pub verdict_over_tls: &'static str,
    pub verdict_relay_lacks_udp: &'static str,
    pub verdict_relay_fails: &'static str,
    pub verdict_no_relay: &'static str,
    pub verdict_other_relay: &'static str,
    pub verdict_no_way: &'static str,

    pub note_camera: &'static str,
    pub note_microphone: &'static str,
    pub note_speaker: &'static str,
    pub note_address: &'static str,
}
}

table! {
/// What is said of one step.
pub struct StepWords {
    /// Its name.
    pub name: &'static str,
    /// Before and while it is taken.
    pub what: &'static str,
    /// When it works.
    pub works: &'static str,
}
}
