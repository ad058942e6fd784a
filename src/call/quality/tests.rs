use std::time::Duration;

use super::*;
use crate::protocol::PeerId;

const FINE: Measures = Measures { loss_permille: Some(0), round_trip_ms: Some(20), jitter_ms: Some(3) };

fn lossy(permille: u32) -> Measures {
    Measures { loss_permille: Some(permille), ..FINE }
}

/// The grades that are shown while these are taken.
fn shown(grading: &mut Grading, measures: &[Measures]) -> Vec<Option<Grade>> {
    let take = |measures: &Measures| {
        grading.take(*measures);
        grading.shown()
    };
    measures.iter().map(take).collect()
}

fn settled() -> Grading {
    let mut grading = Grading::default();
    assert_eq!(shown(&mut grading, &[lossy(500), FINE, FINE]), [None, None, Some(Grade::Good)]);
    grading
}

#[test]
fn each_measure_alone_can_spoil_a_connection() {
    for (good, fair, poor) in [
        (lossy(20), lossy(80), lossy(81)),
        (
            Measures { round_trip_ms: Some(300), ..FINE },
            Measures { round_trip_ms: Some(600), ..FINE },
            Measures { round_trip_ms: Some(601), ..FINE },
        ),
        (
            Measures { jitter_ms: Some(50), ..FINE },
            Measures { jitter_ms: Some(150), ..FINE },
            Measures { jitter_ms: Some(151), ..FINE },
        ),
    ] {
        assert_eq!([good, fair, poor].map(|each| each.grade(4)), [Grade::Good, Grade::Fair, Grade::Poor]);
    }
    assert_eq!(Measures::default().grade(4), Grade::Good, "what is not known is not held against anybody");
}

#[test]
fn three_worse_measurements_in_a_row_and_a_worse_grade_is_shown() {
    let mut grading = settled();
    shown(&mut grading, &[lossy(200), lossy(200), FINE, lossy(200), lossy(200)]);
    assert_eq!(grading.shown(), Some(Grade::Good), "never three in a row");
    assert_eq!(shown(&mut grading, &[lossy(200)]), [Some(Grade::Poor)]);
}

#[test]
fn five_better_ones_and_a_better_grade_is() {
    let mut grading = settled();
    shown(&mut grading, &[lossy(200); 3]);
    shown(&mut grading, &[FINE; 4]);
    assert_eq!(grading.shown(), Some(Grade::Poor));
    shown(&mut grading, &[lossy(200)]);
    shown(&mut grading, &[FINE; 4]);
    assert_eq!(grading.shown(), Some(Grade::Poor), "not five in a row");
    assert_eq!(shown(&mut grading, &[FINE]), [Some(Grade::Good)]);
}

#[test]
fn a_value_that_swings_around_a_limit_changes_the_grade_once() {
    let mut grading = settled();
    shown(&mut grading, &[lossy(25); 3]);
    assert_eq!(grading.shown(), Some(Grade::Fair));
    // Below the limit of a good one, and not well below.
    shown(&mut grading, &[lossy(19); 20]);
    assert_eq!(grading.shown(), Some(Grade::Fair));
    shown(&mut grading, &[lossy(15); 5]);
    assert_eq!(grading.shown(), Some(Grade::Good));
}

fn standings(said: &[(bool, Grade)]) -> Vec<Standing> {
    let standing =
        |(n, (relayed, grade)): (usize, &(bool, Grade))| Standing { peer: peer(n), relayed: *relayed, grade: *grade };
    said.iter().enumerate().map(standing).collect()
}

fn peer(n: usize) -> PeerId {
    PeerId::from_bytes([n as u8; 16])
}

#[test]
fn faults_are_where_the_connections_point_together() {
    use Grade::{Fair, Good, Poor};
    const DIRECT: bool = false;
    const RELAYED: bool = true;
    let theirs = |them: &[usize]| Some(Fault::Theirs(them.iter().map(|n| peer(*n)).collect()));
    for (said, fault) in [
        (&[][..], None),
        (&[(DIRECT, Good), (RELAYED, Fair)], None),
        // Two people: it may be either.
        (&[(DIRECT, Poor)], Some(Fault::Between(peer(0)))),
        (&[(DIRECT, Poor), (DIRECT, Poor)], Some(Fault::Own)),
        (&[(DIRECT, Poor), (RELAYED, Poor), (RELAYED, Poor)], Some(Fault::Own)),
        (&[(RELAYED, Poor), (RELAYED, Poor)], Some(Fault::Own)),
        (&[(DIRECT, Good), (DIRECT, Poor), (DIRECT, Fair)], theirs(&[1])),
        (&[(DIRECT, Good), (DIRECT, Poor), (DIRECT, Poor)], theirs(&[1, 2])),
        // Everybody on the relay, nobody else.
        (&[(DIRECT, Good), (RELAYED, Poor), (RELAYED, Poor)], Some(Fault::Relay)),
        (&[(DIRECT, Good), (RELAYED, Poor), (RELAYED, Good)], theirs(&[1])),
        (&[(DIRECT, Good), (RELAYED, Poor), (RELAYED, Poor), (RELAYED, Good)], theirs(&[1, 2])),
        (&[(DIRECT, Good), (DIRECT, Poor), (RELAYED, Poor)], theirs(&[1, 2])),
        (&[(DIRECT, Good), (RELAYED, Poor)], theirs(&[1])),
    ] {
        assert_eq!(fault_of(&standings(said)), fault, "{said:?}");
    }
}

#[test]
fn a_fault_is_told_once_it_is_steady_and_until_it_is_steadily_over() {
    let mut judge = Judge::default();
    let mut at = |seconds: u64, fault: Option<Fault>| {
        judge.take(Duration::from_secs(seconds), fault);
        judge.told().cloned()
    };
    let own = Some(Fault::Own);
    assert_eq!(at(1, own.clone()), None);
    assert_eq!(at(4, None), None);
    assert_eq!(at(5, own.clone()), None);
    assert_eq!(at(9, own.clone()), None);
    assert_eq!(at(10, own.clone()), own);
    assert_eq!(at(12, None), own);
    assert_eq!(at(13, own.clone()), own);
    assert_eq!(at(14, None), own);
    assert_eq!(at(19, None), None);
}

#[test]
fn what_was_read_is_said_again_only_when_it_comes_back() {
    let mut judge = Judge::default();
    let fault = || Some(Fault::Relay);
    for second in [0, 5] {
        judge.take(Duration::from_secs(second), fault());
    }
    judge.read();
    judge.take(Duration::from_secs(60), fault());
    assert_eq!(judge.told(), None);
    for (second, fault) in [(61, None), (66, None), (67, fault()), (72, fault())] {
        judge.take(Duration::from_secs(second), fault);
    }
    assert_eq!(judge.told(), fault().as_ref());
}

#[test]
fn a_minute_is_drawn_from_left_to_right_and_larger_values_higher_up() {
    let mut history = History::default();
    assert_eq!(history.round_trips(), Trace::default());
    for second in 0..100_u64 {
        let round_trip = if second == 99 { None } else { Some(second as u32 * 4) };
        history.take(Duration::from_secs(second), round_trip, Some(0));
    }
    let round_trips = history.round_trips();
    assert_eq!((round_trips.most, round_trips.points.len()), (392, 60));
    assert_eq!((round_trips.points[0], round_trips.points[59]), ((0, 25), (236, 0)));
    assert!(round_trips.points.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 >= pair[1].1));
    // Nothing lost is a line along the bottom.
    let losses = history.losses();
    assert!(losses.points.iter().all(|(_, y)| *y == TRACE.1));
    assert_eq!((losses.most, losses.points.len()), (0, 61));
}

#[test]
fn small_values_are_drawn_small() {
    let mut history = History::default();
    history.take(Duration::from_secs(1), Some(20), Some(5));
    assert_eq!(history.round_trips().points, [(240, 36)]);
    assert_eq!(history.losses().points, [(240, 36)]);
}

#[test]
fn codecs_are_known_by_their_media_types() {
    assert_eq!(Codec::parse("video/VP8"), Some(Codec::Vp8));
    assert_eq!(Codec::parse("video/av1"), Some(Codec::Av1));
    assert_eq!([Codec::parse("video/x"), Codec::parse("VP8"), Codec::parse("")], [None; 3]);
}
