use super::*;
use crate::protocol::{CheckInvitation, IceServer};

const WORKS: Outcome = Outcome::Ok(Finding::Works);
const SILENCE: Outcome = Outcome::Failed(Problem::NoAnswer);
const RELAYED: Outcome = Outcome::Ok(Finding::Relayed { round_trip_ms: 12, arrived_percent: 100 });

fn invitation(turn: &[&str]) -> CheckInvitation {
    let login = |text: &str| Some(text.to_owned());
    let stun = IceServer { urls: vec!["stun:call.example:3478".into()], username: None, credential: None };
    let urls = turn.iter().map(|url| (*url).to_owned()).collect();
    CheckInvitation {
        ice_servers: vec![stun, IceServer { urls, username: login("1:check-0"), credential: login("secret") }],
        alternative_stun: Some("stun:call.example:3479".into()),
        address_unknown: false,
        other_servers: false,
        now_ms: 1_700_000_000_000,
        expires_ms: 1_700_000_120_000,
    }
}

fn all_ways() -> Served {
    Served::of(&invitation(&[
        "turn:call.example:3478?transport=udp",
        "turn:call.example:3478?transport=tcp",
        "turns:call.example:443?transport=tcp",
    ]))
}

/// Takes every step as told, the others well.
fn taken(served: Option<Served>, told: &[(Step, Outcome)]) -> Checkup {
    let mut checkup = Checkup::default();
    while let Some(step) = checkup.advance() {
        let well = if matches!(step, Step::TurnUdp | Step::TurnTcp | Step::TurnTls) { RELAYED } else { WORKS };
        let outcome = told.iter().find(|(other, _)| *other == step).map_or(well, |(_, outcome)| *outcome);
        checkup.settle(step, outcome);
        if let (Step::Socket, Some(served)) = (step, served) {
            checkup.learn(served);
        }
    }
    checkup
}

fn verdict(told: &[(Step, Outcome)]) -> Verdict {
    taken(Some(all_ways()), told).verdict().unwrap()
}

#[test]
fn steps_are_taken_one_after_the_other_and_each_once() {
    let mut checkup = Checkup::default();
    assert!(!checkup.has_begun());
    checkup.learn(all_ways());
    for step in Step::ALL {
        assert_eq!(checkup.advance(), Some(step));
        assert_eq!(checkup.outcome(step), Outcome::Running);
        assert!(checkup.has_begun() && checkup.verdict().is_none());
        checkup.settle(step, WORKS);
    }
    assert_eq!(checkup.advance(), None);
    assert!(checkup.is_done());
}

#[test]
fn the_places_of_steps_are_their_order() {
    for (place, step) in Step::ALL.into_iter().enumerate() {
        assert_eq!(step as usize, place);
    }
}

#[test]
fn what_has_no_ground_is_skipped_and_says_why() {
    let insecure = taken(Some(all_ways()), &[(Step::Secure, Outcome::Failed(Problem::Blocked))]);
    assert_eq!(insecure.outcome(Step::Camera), Outcome::Skipped(Reason::Insecure));
    assert_eq!(insecure.outcome(Step::TurnTls), RELAYED);
    let old = taken(Some(all_ways()), &[(Step::WebRtc, Outcome::Failed(Problem::Missing))]);
    assert_eq!(old.outcome(Step::TurnUdp), Outcome::Skipped(Reason::NoWebRtc));
    let alone = taken(None, &[(Step::Socket, SILENCE)]);
    assert_eq!(alone.outcome(Step::Stun), Outcome::Skipped(Reason::NoServer));
    let no_tls = Served::of(&invitation(&["turn:call.example:3478?transport=udp"]));
    assert_eq!(taken(Some(no_tls), &[]).outcome(Step::TurnTls), Outcome::Skipped(Reason::NotServed));
    let blocked = taken(Some(all_ways()), &[(Step::Stun, SILENCE)]);
    assert_eq!(blocked.outcome(Step::Nat), Outcome::Skipped(Reason::Unknown));
}

#[test]
fn the_verdict_fits_the_results() {
    let no_udp = [(Step::Stun, SILENCE), (Step::TurnUdp, SILENCE)];
    assert_eq!(verdict(&[]), Verdict::Direct);
    assert_eq!(verdict(&[(Step::Nat, Outcome::Ok(Finding::OtherMapping))]), Verdict::OftenRelayed);
    assert_eq!(verdict(&no_udp), Verdict::OverTcp);
    assert_eq!(verdict(&[&no_udp[..], &[(Step::TurnTcp, SILENCE)]].concat()), Verdict::OverTls);
    assert_eq!(verdict(&[&no_udp[..], &[(Step::TurnTcp, SILENCE), (Step::TurnTls, SILENCE)]].concat()), Verdict::NoWay);
    assert_eq!(verdict(&[(Step::TurnUdp, SILENCE)]), Verdict::RelayLacksUdp);
    let no_relay = [(Step::TurnUdp, SILENCE), (Step::TurnTcp, SILENCE), (Step::TurnTls, SILENCE)];
    assert_eq!(verdict(&no_relay), Verdict::RelayFails);
    assert_eq!(verdict(&[(Step::Secure, Outcome::Failed(Problem::Blocked))]), Verdict::Insecure);
    assert_eq!(verdict(&[(Step::WebRtc, Outcome::Failed(Problem::Missing))]), Verdict::NoWebRtc);
    assert_eq!(verdict(&[(Step::Socket, SILENCE)]), Verdict::ServerAway);
    assert_eq!(taken(None, &[]).verdict(), Some(Verdict::ServerAway));
}

#[test]
fn a_server_without_a_relay_is_told_apart_from_one_that_names_others() {
    let nothing = Served { now_ms: 1, ..Served::default() };
    assert_eq!(taken(Some(nothing), &[]).verdict(), Some(Verdict::NoRelay));
    let others = Served { other_servers: true, ..nothing };
    assert_eq!(taken(Some(others), &[]).verdict(), Some(Verdict::OtherRelay));
}

#[test]
fn the_speaker_waits_for_the_person_and_holds_nothing_up() {
    let mut checkup = taken(Some(all_ways()), &[(Step::Speaker, Outcome::Running)]);
    assert_eq!(checkup.verdict(), Some(Verdict::Direct));
    assert_eq!(checkup.notes(), []);
    checkup.answer(false);
    assert_eq!(checkup.notes(), [Note::Speaker]);
    checkup.answer(true);
    assert_eq!(checkup.notes(), [Note::Speaker], "an answer is final");
}

#[test]
fn what_is_wrong_besides_is_noted() {
    let served = Served { address_unknown: true, ..all_ways() };
    let told =
        [(Step::Camera, Outcome::Failed(Problem::Blocked)), (Step::Microphone, Outcome::Failed(Problem::Silent))];
    assert_eq!(taken(Some(served), &told).notes(), [Note::Camera, Note::Microphone, Note::AddressUnknown]);
}

#[test]
fn a_report_has_every_result_and_no_addresses() {
    let told = [(Step::TurnTcp, Outcome::Failed(Problem::Refused(486))), (Step::Speaker, Outcome::Running)];
    let report = taken(Some(all_ways()), &told).report("Browser 1.0\nverdict: forged");
    for line in [
        "verdict: direct",
        "browser: Browser 1.0verdict: forged",
        "turn_udp: ok, 12 ms, 100 % arrived",
        "turn_tcp: failed, refused with 486",
        "speaker: no result",
        "server_time_ms: 1700000000000",
        "address_unknown: no",
    ] {
        assert!(report.lines().any(|other| other == line), "{line} in\n{report}");
    }
    assert!(!report.contains("call.example") && !report.contains("secret"), "{report}");
    assert_eq!(report.lines().count(), 7 + Step::ALL.len());
}

#[test]
fn servers_are_tried_one_transport_at_a_time() {
    let invitation = invitation(&["turn:[2001:db8::1]:3478?transport=tcp", "turns:call.example:443?transport=tcp"]);
    assert_eq!(stun_url(&invitation), Some("stun:call.example:3478"));
    assert_eq!(relay_over(&invitation, Transport::Udp), None);
    let tcp = relay_over(&invitation, Transport::Tcp).unwrap();
    assert_eq!(tcp.urls, ["turn:[2001:db8::1]:3478?transport=tcp"]);
    assert_eq!(tcp.credential.as_deref(), Some("secret"));
    let url = ServerUrl::parse(&tcp.urls[0]).unwrap();
    assert_eq!((url.transport, url.host.as_str(), url.port), (Transport::Tcp, "2001:db8::1", 3478));
    for wrong in ["", "turn:", "http://call.example", "turn:call.example", "turn:a:1?transport=sctp"] {
        assert_eq!(ServerUrl::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn a_second_of_data_is_judged_by_its_median_and_its_loss() {
    let series = |sent, arrived_us: &[u32]| Series { sent, arrived_us: arrived_us.to_vec() }.outcome();
    let relayed = |round_trip_ms, arrived_percent| Outcome::Ok(Finding::Relayed { round_trip_ms, arrived_percent });
    assert_eq!(series(4, &[9_000, 200, 1_500, 900_000]), relayed(9, 100));
    assert_eq!(series(4, &[1, 1, 1]), relayed(1, 75));
    assert_eq!(series(4, &[1, 1]), Outcome::Failed(Problem::Lossy { arrived_percent: 50 }));
    assert_eq!(series(4, &[]), SILENCE);
    assert_eq!(series(0, &[]), SILENCE);
}
