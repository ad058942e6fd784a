use super::*;
use crate::call::derivation::Random;

/// The exchange of two sides, each with what it knows of the other; in the order in which a connection carries it.
fn exchange(one: &mut Exchange, other: &mut Exchange) -> Result<(), Interference> {
    let mut said = Vec::from_iter(one.begin().map(|step| (false, step)));
    said.extend(other.begin().map(|step| (true, step)));
    while let Some((to_one, step)) = said.pop() {
        let answer = if to_one { one.take(step)? } else { other.take(step)? };
        said.extend(answer.map(|step| (!to_one, step)));
    }
    Ok(())
}

fn sdp(fingerprint: &str) -> String {
    format!("v=0\r\na=fingerprint:sha-256 {fingerprint}\r\n")
}

fn fingerprint(random: &mut Random) -> String {
    random.draw().map(|byte| format!("{byte:02X}")).join(":")
}

fn side(nonce: [u8; 32], ours: &str, theirs: &str) -> Exchange {
    let mut side = Exchange::new(nonce);
    assert_eq!((side.describe_us(&sdp(ours)), side.describe_them(&sdp(theirs))), (Ok(()), Ok(())));
    side
}

/// For whoever writes another implementation.
#[test]
fn the_vector_of_the_document() {
    let (larger, smaller) = (["BB"; 32].join(":"), ["AA"; 32].join(":"));
    let (mut first, mut second) = (side([1; 32], &larger, &smaller), side([2; 32], &smaller, &larger));
    let Some(Step::Commit(commit)) = first.begin() else { panic!() };
    assert_eq!(
        base16ct::lower::encode_string(&commit),
        "97607247cf53da1fbe2dbdccc97345b55183b4c46bc58ebef08a3b0731c5ebb4"
    );
    assert_eq!(exchange(&mut first, &mut second), Ok(()));
    let document = include_str!("../../../docs/protocol.md");
    assert!(
        document.contains(&base16ct::lower::encode_string(&commit))
            && document.contains(&first.code().unwrap().to_text())
    );
    assert_eq!(first.code().unwrap().to_text(), "81130 33739");
}

#[test]
fn two_honest_sides_see_one_code_whoever_begins() {
    let mut random = Random::new([1; 32]);
    for _ in 0..100 {
        let (one, other) = (fingerprint(&mut random), fingerprint(&mut random));
        let (mut a, mut b) = (side(random.draw(), &one, &other), side(random.draw(), &other, &one));
        assert_eq!(exchange(&mut a, &mut b), Ok(()));
        assert!(a.code().is_some() && a.code() == b.code());
        assert!(a.begin().is_some() != b.begin().is_some());
    }
}

#[test]
fn a_code_is_ten_digits_in_two_groups() {
    assert_eq!(Code(0).to_text(), "00000 00000");
    assert_eq!(Code(1_234_567_890).to_text(), "12345 67890");
    assert_eq!(Code(9_999_999_999).to_text(), "99999 99999");
}

/// Whoever is in between has a certificate of their own towards each side. The best that they can do is to play each
/// exchange by its rules, and to use the nonce that they have learnt from one side as their own towards the other.
#[test]
fn with_somebody_in_between_the_codes_differ_a_thousand_times_of_a_thousand() {
    let mut random = Random::new([2; 32]);
    let differ = (0..1_000).filter(|_| {
        let [a, b, m, n] = [(); 4].map(|()| fingerprint(&mut random));
        let nonce = random.draw();
        let (mut ann, mut ben) = (side(nonce, &a, &m), side(random.draw(), &b, &n));
        let mut towards_ann = side(random.draw(), &m, &a);
        assert_eq!(exchange(&mut ann, &mut towards_ann), Ok(()));
        let mut towards_ben = side(nonce, &n, &b);
        assert_eq!(exchange(&mut ben, &mut towards_ben), Ok(()));
        assert!(ann.code() == towards_ann.code() && ben.code() == towards_ben.code());
        ann.code() != ben.code()
    });
    assert_eq!(differ.count(), 1_000);
}

/// Handing on what the two say to each other helps as little: they know other fingerprints.
#[test]
fn words_that_are_handed_on_by_somebody_in_between_fit_nowhere() {
    let mut random = Random::new([3; 32]);
    for _ in 0..1_000 {
        let [a, b, m, n] = [(); 4].map(|()| fingerprint(&mut random));
        let (mut ann, mut ben) = (side(random.draw(), &a, &m), side(random.draw(), &b, &n));
        let handed_on = exchange(&mut ann, &mut ben);
        // If neither takes itself for the first, nobody says anything.
        assert!(handed_on == Err(Interference) || (ann.code(), ben.code()) == (None, None));
        assert!(ann.code().is_none() || ben.code().is_none());
    }
}

#[test]
fn a_code_stays_when_all_is_said_again_and_nothing_else_may_be_said() {
    let (larger, smaller) = ("BB", "AA");
    let (mut first, mut second) = (side([1; 32], larger, smaller), side([2; 32], smaller, larger));
    assert_eq!(exchange(&mut first, &mut second), Ok(()));
    let code = first.code();
    assert_eq!(exchange(&mut first, &mut second), Ok(()));
    assert_eq!((first.code(), second.code()), (code, code));

    assert_eq!(first.take(Step::Nonce([9; 32])), Err(Interference));
    assert_eq!(second.take(Step::Commit([9; 32])), Err(Interference));
    assert_eq!(second.take(Step::Reveal([9; 32])), Err(Interference));
    assert_eq!((first.code(), second.code()), (code, code));
}

#[test]
fn a_step_that_is_not_theirs_to_take_is_interference() {
    let (mut first, mut second) = (side([1; 32], "BB", "AA"), side([2; 32], "AA", "BB"));
    assert_eq!(second.take(Step::Reveal([1; 32])), Err(Interference));
    assert_eq!(second.take(Step::Nonce([1; 32])), Err(Interference));
    assert_eq!(first.take(Step::Commit([1; 32])), Err(Interference));
    assert_eq!(first.take(Step::Reveal([1; 32])), Err(Interference));
    assert_eq!(Exchange::new([1; 32]).take(Step::Commit([1; 32])), Err(Interference));
}

#[test]
fn a_page_has_one_certificate_and_it_is_not_ours() {
    let mut side = side([1; 32], "AA", "BB");
    assert_eq!(side.describe_them(&sdp("bb")), Ok(()));
    assert_eq!(side.describe_them(&sdp("CC")), Err(Interference));
    assert_eq!(side.describe_us(&sdp("CC")), Err(Interference));
    assert_eq!(side.describe_them(&sdp("AA")), Err(Interference));
}

#[test]
fn nothing_can_be_compared_before_there_is_a_code() {
    let (mut first, mut second) = (side([1; 32], "BB", "AA"), side([2; 32], "AA", "BB"));
    first.mark_compared(true);
    assert!(!first.is_compared());
    assert_eq!(exchange(&mut first, &mut second), Ok(()));
    first.mark_compared(true);
    assert!(first.is_compared() && !second.is_compared());
    first.mark_compared(false);
    assert!(!first.is_compared());
}
