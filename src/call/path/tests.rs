use super::*;

#[test]
fn three_seconds_without_packets_are_suspect_and_then_ever_more_patience() {
    let mut line = Line::busy();
    assert_eq!(line.silent_seconds(24), [3, 9, 21]);
    assert!(line.watch.is_suspect());
}

#[test]
fn one_packet_ends_the_suspicion_and_the_next_silence_is_judged_anew() {
    let mut line = Line::busy();
    assert_eq!(line.silent_seconds(4), [3]);
    line.second(50, 0);
    assert!(!line.watch.is_suspect());
    assert_eq!(line.silent_seconds(4), [3]);
}

#[test]
fn whoever_never_sent_much_is_not_suspect() {
    let mut line = Line::default();
    for _ in 0..10 {
        line.second(2, 0);
    }
    assert_eq!(line.silent_seconds(60), [0; 0]);
}

#[test]
fn whoever_stopped_sending_but_answers_checks_is_not_suspect() {
    let mut line = Line::busy();
    for second in 0..40 {
        assert!(!line.second(0, u64::from(second % 2 == 0)));
    }
    // By now that is no flow any more, and its end no surprise.
    assert_eq!(line.silent_seconds(60), [0; 0]);
}

#[test]
fn a_path_that_the_browser_still_holds_up_after_its_consent_ran_out_is_just_quiet() {
    let mut line = Line::busy();
    assert_eq!(line.silent_seconds(120), [3, 9, 21]);
    assert!(!line.watch.is_suspect());
}

#[test]
fn a_path_that_the_browser_gave_up_is_tried_for_as_long_as_it_takes() {
    let mut line = Line::busy();
    line.connected = false;
    assert_eq!(line.silent_seconds(100), [3, 9, 21, 45, 93]);
}

#[test]
fn whoever_said_that_their_devices_are_off_may_be_silent() {
    let mut line = Line::busy();
    line.expected = false;
    assert_eq!(line.silent_seconds(60), [0; 0]);
}

#[test]
fn a_path_that_takes_seconds_at_its_best_is_given_more() {
    let mut line = Line::busy();
    line.stats.round_trip_ms = Some(2_000);
    assert_eq!(line.silent_seconds(20), [6, 18]);
}

#[test]
fn a_machine_that_slept_does_not_blame_the_network() {
    let mut line = Line::busy();
    line.now += Duration::from_secs(30);
    assert!(!line.second(0, 0));
    assert_eq!(line.silent_seconds(3), [3]);
}

#[test]
fn loss_is_that_of_the_last_seconds() {
    let mut watch = Watch::default();
    assert_eq!(watch.loss_permille(), None);
    for second in 0..20_u64 {
        // Bad at first, then one in a hundred.
        let media_lost = if second < 10 { second * 50 } else { 500 + second };
        let stats = PathStats { media_packets: second * 99, media_lost, ..PathStats::default() };
        watch.take(Duration::from_secs(second), stats, true, true);
    }
    assert_eq!(watch.loss_permille(), Some(10));
}

#[test]
fn routes_are_named_by_their_ends() {
    use CandidateKind::{Host, Prflx, Relay, Srflx};
    let end = |kind, public| End { kind, public };
    for (local, remote, transport, route) in [
        (end(Host, false), end(Host, false), None, Route::Local),
        (end(Host, false), end(Prflx, false), None, Route::Local),
        (end(Prflx, false), end(Prflx, false), None, Route::Local),
        (end(Host, true), end(Host, true), None, Route::Open),
        (end(Host, true), end(Srflx, true), None, Route::Nat),
        (end(Srflx, false), end(Host, false), None, Route::Nat),
        (end(Host, false), end(Prflx, true), None, Route::Nat),
        (end(Prflx, true), end(Host, true), None, Route::Nat),
        (end(Relay, true), end(Host, true), Some(Transport::Tls), Route::Relayed(Transport::Tls)),
        (end(Relay, true), end(Relay, true), Some(Transport::Tcp), Route::Relayed(Transport::Tcp)),
        (end(Relay, true), end(Srflx, true), None, Route::Relayed(Transport::Udp)),
        (end(Prflx, true), end(Relay, true), None, Route::RelayedThere),
    ] {
        assert_eq!(Chosen { local, remote, transport }.route(), route, "{local:?} {remote:?}");
    }
}

#[test]
fn addresses_of_the_internet_are_told_from_others() {
    for address in ["8.8.8.8", "100.63.1.1", "172.32.0.1", "192.169.0.1", "2001:db8::1"] {
        assert!(is_public(address), "{address}");
    }
    for address in [
        "10.0.0.1",
        "127.0.0.1",
        "172.16.0.1",
        "172.31.255.1",
        "192.168.1.2",
        "169.254.1.1",
        "100.64.0.1",
        "::1",
        "fe80::1",
        "fd00::1",
        "0b5f.local",
        "",
    ] {
        assert!(!is_public(address), "{address}");
    }
}

#[test]
fn candidate_lines_say_their_kind() {
    let line = |kind: &str| format!("candidate:1 1 udp 2122260223 192.0.2.1 50000 typ {kind} generation 0");
    assert_eq!(CandidateKind::of_line(&line("host")), Some(CandidateKind::Host));
    assert_eq!(CandidateKind::of_line(&line("relay raddr 0.0.0.0 rport 0")), Some(CandidateKind::Relay));
    for odd in [line("other"), "candidate:1".into(), "candidate:typ typ typ typ typ typ relay".into(), String::new()] {
        assert_eq!(CandidateKind::of_line(&odd), None, "{odd}");
    }
}

/// A connection that is measured once a second.
struct Line {
    watch: Watch,
    now: Duration,
    stats: PathStats,
    connected: bool,
    expected: bool,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            watch: Watch::default(),
            now: Duration::ZERO,
            stats: PathStats::default(),
            connected: true,
            expected: true,
        }
    }
}

impl Line {
    fn busy() -> Self {
        let mut line = Self::default();
        for _ in 0..10 {
            line.second(100, 1);
        }
        line
    }

    fn second(&mut self, packets: u64, signs: u64) -> bool {
        self.now += interval(1);
        self.stats.packets += packets;
        self.stats.signs += signs;
        self.watch.take(self.now, self.stats, self.connected, self.expected)
    }

    /// After how many seconds of silence a restart was wanted.
    fn silent_seconds(&mut self, seconds: u32) -> Vec<u32> {
        (1..=seconds).filter(|_| self.second(0, 0)).collect()
    }
}
