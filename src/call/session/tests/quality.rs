//! Grades, details and faults, from measurements.

use super::*;
use crate::call::path::{CandidateKind, Chosen, End, PathStats};
use crate::call::quality::{Codec, Flow};
use crate::call::view::{Fault, Grade};

/// With so many others, all connected.
fn with(others: u8) -> Page {
    let roster: Vec<RosterEntry> = (1..=others).map(|n| entry(n, u64::from(n))).collect();
    let mut page = in_call(&roster, 10);
    for n in 1..=others {
        page.peer(n, 10, PeerEvent::State(ConnectionState::Connected));
    }
    page
}

/// Lets seconds pass, in each of which all are measured: these with losses, the others without.
fn measure(page: &mut Page, seconds: u64, others: u8, lossy: &[u8], relayed: &[u8]) {
    for _ in 0..seconds {
        page.now += Duration::from_secs(1);
        page.handle(Event::Timeout);
        for n in 1..=others {
            let kind = if relayed.contains(&n) { CandidateKind::Relay } else { CandidateKind::Host };
            let end = End { kind, public: false };
            let lost_there_permille = Some(if lossy.contains(&n) { 300 } else { 0 });
            let stats = PathStats {
                chosen: Some(Chosen { local: end, remote: end, transport: None }),
                packets: page.now.as_secs() * 100,
                round_trip_ms: Some(30),
                flow: Flow { lost_there_permille, ..Flow::default() },
                ..PathStats::default()
            };
            page.peer(n, 10, PeerEvent::Measured(stats));
        }
    }
}

fn grades(page: &Page) -> Vec<Option<Grade>> {
    page.session.view().connections.iter().map(|connection| connection.grade).collect()
}

#[test]
fn connections_are_graded_while_they_stand() {
    let mut page = with(2);
    assert_eq!(grades(&page), [None, None]);
    measure(&mut page, 3, 2, &[2], &[]);
    assert_eq!(grades(&page), [Some(Grade::Good), Some(Grade::Poor)]);
    page.peer(2, 10, PeerEvent::State(ConnectionState::Disconnected));
    assert_eq!(grades(&page), [Some(Grade::Good), None]);
    page.peer(2, 10, PeerEvent::State(ConnectionState::Connected));
    assert_eq!(grades(&page), [Some(Grade::Good), None], "what was before says nothing of the new path");
}

#[test]
fn it_is_said_whose_connection_is_bad() {
    for (lossy, relayed, fault) in [
        (&[1, 2, 3][..], &[][..], Some(Fault::Own)),
        (&[2], &[], Some(Fault::Theirs(vec![peer(2)]))),
        (&[2, 3], &[2, 3], Some(Fault::Relay)),
        (&[], &[2, 3], None),
    ] {
        let mut page = with(3);
        measure(&mut page, 7, 3, lossy, relayed);
        assert_eq!(page.session.view().fault, None, "not yet");
        measure(&mut page, 4, 3, lossy, relayed);
        assert_eq!(page.session.view().fault, fault);
        page.handle(Event::Intent(Intent::ReadFault));
        assert_eq!(page.session.view().fault, None);
    }
}

#[test]
fn a_fault_is_over_with_the_call() {
    let mut page = with(1);
    measure(&mut page, 12, 1, &[1], &[]);
    assert_eq!(page.session.view().fault, Some(Fault::Between(peer(1))));
    page.hear(ServerMessage::PeerLeft { peer_id: peer(1) });
    assert_eq!(page.session.view().fault, None);
    page.handle(Event::Intent(Intent::Leave));
    assert_eq!(page.session.view().fault, None);
}

#[test]
fn details_are_those_of_the_connection_that_the_person_looks_at() {
    let mut page = with(2);
    assert_eq!(page.session.view().details, None);
    let look = |page: &mut Page, n, looks| page.handle(Event::Intent(Intent::WatchConnection(peer(n), looks)));
    look(&mut page, 2, true);
    for second in 1..=3_u64 {
        page.now += Duration::from_secs(1);
        let flow = Flow {
            jitter_ms: Some(4),
            bytes_in: second * 150_000,
            bytes_out: second * 25_000,
            size: Some((640, 360)),
            codec: Some(Codec::Vp8),
            lost_there_permille: None,
        };
        let stats = PathStats { packets: second, round_trip_ms: Some(20), flow, ..PathStats::default() };
        page.peer(2, 10, PeerEvent::Measured(stats));
    }
    let details = page.session.view().details.unwrap();
    assert_eq!((details.peer, details.jitter_ms, details.kilobits), (peer(2), Some(4), Some((1_200, 200))));
    assert_eq!((details.size, details.codec), (Some((640, 360)), Some(Codec::Vp8)));
    assert_eq!((details.round_trips.most, details.round_trips.points.len()), (20, 3));

    // Another one is opened before this one has closed.
    look(&mut page, 1, true);
    look(&mut page, 2, false);
    assert_eq!(page.session.view().details.map(|details| details.peer), Some(peer(1)));
    look(&mut page, 1, false);
    assert_eq!(page.session.view().details, None);
}

#[test]
fn a_connection_that_is_made_anew_keeps_its_minute() {
    let mut page = with(1);
    measure(&mut page, 5, 1, &[], &[]);
    page.handle(Event::Intent(Intent::WatchConnection(peer(1), true)));
    page.session.rebuild_pair(peer(1));
    assert_eq!(page.session.view().details.unwrap().round_trips.points.len(), 5);
    assert_eq!(grades(&page), [None]);
}
