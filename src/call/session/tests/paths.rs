//! The paths to the others: measuring, restarting, hiding, telling.

use super::*;
use crate::call::path::{CandidateKind, Chosen, End, PathStats};
use crate::call::signal::{Candidate, Candidates};
use crate::call::view::{Route, Trouble};
use crate::protocol::IceServer;

const READ: PeerCommand = PeerCommand::ReadStats;
const RESTART: PeerCommand = PeerCommand::RestartIce;

#[test]
fn connections_are_measured_every_second_and_only_while_there_are_any() {
    let mut page = in_call(&[], 10);
    assert_eq!(wait(&mut page, 5), []);
    page.hear(ServerMessage::PeerJoined { peer: entry(1, 20) });
    assert_eq!(wait(&mut page, 3), [(6, READ), (7, READ), (8, READ)]);
    page.hear(ServerMessage::PeerLeft { peer_id: peer(1) });
    assert_eq!(wait(&mut page, 3), []);
}

#[test]
fn a_path_that_goes_quiet_is_shown_and_looked_for_anew_by_both_sides() {
    for epoch in [5, 20] {
        let mut page = busy(epoch);
        assert_eq!(measure(&mut page, 2, 0), []);
        assert_eq!(status(&page), PairStatus::Connected);
        assert_eq!(measure(&mut page, 1, 0), [RESTART]);
        assert_eq!(status(&page), PairStatus::Reconnecting);
        assert_eq!(measure(&mut page, 5, 0), []);
        assert_eq!(measure(&mut page, 1, 0), [RESTART]);
        assert_eq!(measure(&mut page, 1, 50), []);
        assert_eq!(status(&page), PairStatus::Connected);
    }
}

#[test]
fn the_other_side_restarts_too_when_nothing_has_come_of_the_newcomers_attempt() {
    let mut page = in_call(&[], 10);
    page.hear(ServerMessage::PeerJoined { peer: entry(1, 20) });
    page.peer(1, 20, PeerEvent::State(ConnectionState::Connected));
    assert_eq!(page.peer(1, 20, PeerEvent::State(ConnectionState::Failed)), []);
    assert_eq!(restarts(&mut page, 3), [0; 0]);
    assert_eq!(restarts(&mut page, 10), [4]);
}

#[test]
fn the_other_side_leaves_a_path_alone_that_comes_back() {
    let mut page = in_call(&[], 10);
    page.hear(ServerMessage::PeerJoined { peer: entry(1, 20) });
    page.peer(1, 20, PeerEvent::State(ConnectionState::Failed));
    page.peer(1, 20, PeerEvent::State(ConnectionState::Connecting));
    assert_eq!(restarts(&mut page, 10), [0; 0]);
}

#[test]
fn the_view_has_the_route_its_measures_and_its_story() {
    let mut page = busy(5);
    page.peer(1, 10, PeerEvent::LocalCandidates(found(&["host", "relay"])));
    let end = |kind| End { kind, public: false };
    let chosen = Chosen { local: end(CandidateKind::Host), remote: end(CandidateKind::Prflx), transport: None };
    let stats = PathStats { chosen: Some(chosen), round_trip_ms: Some(7), ..PathStats::default() };
    page.peer(1, 10, PeerEvent::Measured(stats));
    let [connection] = page.session.view().connections[..] else { panic!() };
    assert_eq!((connection.peer, connection.route), (peer(1), Some(Route::Local)));
    assert_eq!((connection.round_trip_ms, connection.trouble), (Some(7), None));
    assert_eq!((connection.story.ours.host, connection.story.ours.relay), (1, 1));
}

#[test]
fn a_connection_that_could_not_be_made_says_what_is_missing() {
    let mut page = in_call(&[entry(1, 5)], 10);
    assert_eq!(page.session.view().connections[0].trouble, None);
    page.now = Duration::from_secs(21);
    page.handle(Event::Timeout);
    assert_eq!(page.session.view().connections[0].trouble, Some(Trouble::NoAnswer));
}

#[test]
fn whoever_hides_connects_by_relay_only_and_sends_no_other_candidate() {
    let mut page = hiding();
    page.join("Ada");
    let commands = page.hear(welcome_with(relay()));
    let setups: Vec<&IceSetup> = commands.iter().filter_map(setup_of).collect();
    assert_eq!(setups, [&IceSetup { servers: relay(), relay_only: true }]);

    let offer = Description { kind: SdpKind::Offer, sdp: "a=fingerprint:sha-256 0".into(), media: vec![] };
    page.peer(1, 10, PeerEvent::LocalApplied(Some(offer)));
    assert_eq!(sent(&page.peer(1, 10, PeerEvent::LocalCandidates(found(&["host", "srflx"])))), Vec::<String>::new());
    let texts = sent(&page.peer(1, 10, PeerEvent::LocalCandidates(found(&["host", "relay"]))));
    assert!(texts.len() == 1 && texts[0].contains("typ relay") && !texts[0].contains("typ host"), "{texts:?}");

    let commands = page.hear(ServerMessage::IceServers { ice_servers: vec![] });
    let setups: Vec<&IceSetup> = commands.iter().filter_map(setup_of).collect();
    assert_eq!(setups, [&IceSetup { servers: vec![], relay_only: true }]);
}

#[test]
fn without_a_relay_whoever_hides_is_told_and_not_connected() {
    let mut page = hiding();
    page.join("Ada");
    let stun = IceServer { urls: vec!["stun:a".into()], username: None, credential: None };
    let commands = page.hear(welcome_with(vec![stun.clone()]));
    assert_eq!(sent(&commands), [r#"{"type":"leave"}"#]);
    assert!(commands.contains(&Command::CloseSocket) && page.offers.is_empty(), "{commands:?}");
    let view = page.session.view();
    assert_eq!((view.phase, view.notices, view.can_join), (Phase::Lobby, vec![Notice::CannotHide], true));

    page.handle(Event::Intent(Intent::HideAddress(false)));
    assert_eq!(page.session.view().notices, []);
    assert_eq!(page.join("Ada").first(), Some(&Command::OpenSocket(2)));
    page.socket(SocketEvent::Opened);
    page.hear(ServerMessage::Greeted { boot_id: "boot".into() });
    page.hear(welcome_with(vec![stun]));
    assert_eq!((page.session.view().phase, page.offers.len()), (Phase::InCall, 1));
}

#[test]
fn hiding_is_remembered_and_not_changed_within_a_call() {
    let mut page = greeted();
    assert_eq!(page.handle(Event::Intent(Intent::HideAddress(true))), [Command::RememberHiding(true)]);
    assert!(page.session.view().hides_address);
    page.join("Ada");
    page.hear(welcome_with(relay()));
    assert_eq!(page.handle(Event::Intent(Intent::HideAddress(false))), []);
    assert!(page.session.view().hides_address);
}

fn hiding() -> Page {
    let mut page = Page::new(Environment { hides_address: true, ..environment() });
    page.handle(Event::Start);
    page.socket(SocketEvent::Opened);
    page.hear(ServerMessage::Greeted { boot_id: "boot".into() });
    page
}

/// In a call with somebody of this epoch, whose packets flow.
fn busy(epoch: u64) -> Page {
    let mut page = in_call(&[], 10);
    page.hear(ServerMessage::PeerJoined { peer: entry(1, epoch) });
    page.peer(1, epoch.max(10), PeerEvent::State(ConnectionState::Connected));
    measure(&mut page, 5, 50);
    page
}

/// Lets seconds pass, in each of which so many packets came; which commands followed from that.
fn measure(page: &mut Page, seconds: u32, packets: u64) -> Vec<PeerCommand> {
    let mut commands = Vec::new();
    for _ in 0..seconds {
        page.now += Duration::from_secs(1);
        let generation = page.offers[0].1;
        let packets = page.session.pairs.get(&peer(1)).unwrap().stats().packets + packets;
        let measured = PeerEvent::Measured(PathStats { packets, ..PathStats::default() });
        commands.extend(page.handle(Event::Peer(peer(1), generation, measured)));
    }
    commands.retain(|command| *command == Command::Peer(peer(1), RESTART));
    commands.into_iter().map(|_| RESTART).collect()
}

/// Lets seconds pass, as the session's timer does; what happened after how many seconds since the page began.
fn wait(page: &mut Page, seconds: u64) -> Vec<(u64, PeerCommand)> {
    let mut commands = Vec::new();
    let end = page.now + Duration::from_secs(seconds);
    while let Some(due) = page.session.poll_timeout().filter(|due| *due <= end) {
        page.now = due;
        for command in page.handle(Event::Timeout) {
            if let Command::Peer(_, command @ (READ | RESTART)) = command {
                commands.push((due.as_secs(), command));
            }
        }
    }
    page.now = end;
    commands
}

/// After how many seconds since the page began ICE was restarted.
fn restarts(page: &mut Page, seconds: u64) -> Vec<u64> {
    wait(page, seconds).into_iter().filter(|(_, command)| *command == RESTART).map(|(at, _)| at).collect()
}

fn status(page: &Page) -> PairStatus {
    page.session.view().tiles[1].status
}

fn setup_of(command: &Command) -> Option<&IceSetup> {
    match command {
        Command::OpenPeer { ice, .. } | Command::Peer(_, PeerCommand::UseServers(ice)) => Some(ice),
        _ => None,
    }
}

fn welcome_with(ice_servers: Vec<IceServer>) -> ServerMessage {
    ServerMessage::Welcome(Welcome { ice_servers, ..welcomed(&[entry(1, 5)], 10) })
}

fn relay() -> Vec<IceServer> {
    vec![IceServer { urls: vec!["turn:a".into()], username: Some("u".into()), credential: Some("c".into()) }]
}

fn found(kinds: &[&str]) -> Candidates {
    let candidate = |kind: &&str| Candidate {
        candidate: format!("candidate:1 1 udp 1 192.0.2.1 5000 typ {kind}"),
        sdp_mid: None,
        sdp_m_line_index: None,
        username_fragment: None,
    };
    Candidates { candidates: kinds.iter().map(candidate).collect(), end: false }
}
