use super::*;
use crate::call::signal::Candidate;

#[test]
fn the_newcomer_offers_and_the_answer_settles() {
    let mut newcomer = Negotiation::new(true);
    assert_commands(&mut newcomer, Event::NegotiationNeeded, [Command::NegotiateLocal]);
    assert_commands(&mut newcomer, local(SdpKind::Offer), [send(SdpKind::Offer)]);
    assert_commands(&mut newcomer, remote(SdpKind::Answer), [apply(SdpKind::Answer)]);
    assert_commands(&mut newcomer, Event::RemoteApplied(true), []);
    assert!(newcomer.is_settled());
}

#[test]
fn who_was_there_waits_for_the_offer_and_answers() {
    let mut host = Negotiation::new(false);
    assert_commands(&mut host, Event::NegotiationNeeded, []);
    assert_commands(&mut host, remote(SdpKind::Offer), [apply(SdpKind::Offer)]);
    assert_commands(&mut host, Event::RemoteApplied(true), [Command::NegotiateLocal]);
    assert_commands(&mut host, local(SdpKind::Answer), [send(SdpKind::Answer)]);
    assert!(host.is_settled(), "what was wanted before went into the answer");
}

#[test]
fn the_polite_side_takes_its_offer_back() {
    let mut polite = settled(true);
    polite.handle(Event::NegotiationNeeded);
    polite.handle(local(SdpKind::Offer));
    assert_commands(&mut polite, remote(SdpKind::Offer), [Command::Rollback, apply(SdpKind::Offer)]);
    assert_commands(&mut polite, Event::RemoteApplied(true), [Command::NegotiateLocal]);
    assert_commands(&mut polite, local(SdpKind::Answer), [send(SdpKind::Answer)]);
}

#[test]
fn the_impolite_side_ignores_the_colliding_offer() {
    let mut impolite = settled(false);
    impolite.handle(Event::NegotiationNeeded);
    impolite.handle(local(SdpKind::Offer));
    assert_commands(&mut impolite, remote(SdpKind::Offer), []);
    assert_commands(&mut impolite, remote(SdpKind::Answer), [apply(SdpKind::Answer)]);
}

#[test]
fn candidates_that_come_with_an_ignored_offer_may_be_of_the_description_before_it() {
    let mut impolite = settled(false);
    impolite.handle(Event::NegotiationNeeded);
    impolite.handle(local(SdpKind::Offer));
    impolite.handle(remote(SdpKind::Offer));
    let last = Candidates { end: true, ..batch(1) };
    assert_commands(&mut impolite, Event::Signal(SignalBody::Candidates(last)), [Command::AddCandidates(batch(1))]);
    let end = Candidates { candidates: vec![], end: true };
    assert_commands(&mut impolite, Event::Signal(SignalBody::Candidates(end)), []);
}

#[test]
fn an_offer_that_comes_while_ours_is_being_made_is_judged_afterwards() {
    let mut polite = settled(true);
    assert_commands(&mut polite, Event::NegotiationNeeded, [Command::NegotiateLocal]);
    assert_commands(&mut polite, remote(SdpKind::Offer), []);
    let yielded = [send(SdpKind::Offer), Command::Rollback, apply(SdpKind::Offer)];
    assert_commands(&mut polite, local(SdpKind::Offer), yielded);
}

#[test]
fn candidates_wait_for_a_description() {
    let mut host = Negotiation::new(false);
    assert_commands(&mut host, candidates(2), []);
    assert_commands(&mut host, remote(SdpKind::Offer), [apply(SdpKind::Offer)]);
    assert_commands(&mut host, candidates(1), []);
    let applied = [Command::AddCandidates(batch(2)), Command::AddCandidates(batch(1)), Command::NegotiateLocal];
    assert_commands(&mut host, Event::RemoteApplied(true), applied);
}

#[test]
fn own_candidates_do_not_overtake_their_description() {
    let mut newcomer = Negotiation::new(true);
    newcomer.handle(Event::NegotiationNeeded);
    assert_commands(&mut newcomer, Event::LocalCandidates(batch(1)), []);
    let sent = [send(SdpKind::Offer), Command::Send(SignalBody::Candidates(batch(1)))];
    assert_commands(&mut newcomer, local(SdpKind::Offer), sent);
    let end = Candidates { candidates: vec![], end: true };
    let sent = [Command::Send(SignalBody::Candidates(end.clone()))];
    assert_commands(&mut newcomer, Event::LocalCandidates(end), sent);
}

#[test]
fn candidates_without_end_are_capped() {
    let mut host = settled(false);
    let mut used = 0;
    for _ in 0..100 {
        for command in host.handle(candidates(100)) {
            let Command::AddCandidates(batch) = command else { panic!("{command:?}") };
            used += batch.candidates.len();
        }
    }
    assert_eq!((used, host.candidates_dropped()), (MAX_CANDIDATES, 10_000 - MAX_CANDIDATES));
}

#[test]
fn a_huge_candidate_is_dropped_alone() {
    let mut host = settled(false);
    let mut mixed = batch(2);
    mixed.candidates[0].candidate = "x".repeat(MAX_CANDIDATE_BYTES + 1);
    let kept = Candidates { candidates: mixed.candidates[1..].to_vec(), end: false };
    assert_commands(&mut host, Event::Signal(SignalBody::Candidates(mixed)), [Command::AddCandidates(kept)]);
}

#[test]
fn a_description_that_the_browser_refuses_fails_the_connection_once() {
    let mut host = Negotiation::new(false);
    host.handle(remote(SdpKind::Offer));
    assert_commands(&mut host, Event::RemoteApplied(false), [Command::Fail]);
    assert_commands(&mut host, remote(SdpKind::Offer), []);
}

#[test]
fn a_peer_that_sends_offers_without_end_is_given_up() {
    let mut host = Negotiation::new(false);
    let failures = (0..10_000).flat_map(|_| host.handle(remote(SdpKind::Offer))).filter(|c| *c == Command::Fail);
    assert_eq!(failures.count(), 1);
}

#[test]
fn an_answer_that_nobody_asked_for_is_ignored() {
    let mut host = settled(false);
    assert_commands(&mut host, remote(SdpKind::Answer), []);
    assert!(host.is_settled());
}

#[test]
fn a_wish_to_negotiate_waits_until_the_state_is_stable() {
    let mut host = settled(false);
    host.handle(remote(SdpKind::Offer));
    assert_commands(&mut host, Event::NegotiationNeeded, []);
    host.handle(Event::RemoteApplied(true));
    assert_commands(&mut host, local(SdpKind::Answer), [send(SdpKind::Answer)]);
    assert_commands(&mut host, Event::NegotiationNeeded, [Command::NegotiateLocal]);
}

#[test]
fn after_the_first_answer_every_offer_names_the_role_that_its_sender_has() {
    let says = |kind, setup: &str| Description { kind, sdp: format!("a=setup:{setup}\r\n"), media: vec![] };
    let agree = |negotiation: &mut Negotiation, chosen_here: Option<&str>| {
        let (offer, answer) = (says(SdpKind::Offer, "actpass"), says(SdpKind::Answer, chosen_here.unwrap_or("active")));
        if chosen_here.is_some() {
            negotiation.handle(Event::Signal(SignalBody::Description(offer)));
            negotiation.handle(Event::RemoteApplied(true));
            negotiation.handle(Event::LocalApplied(Some(answer)));
        } else {
            negotiation.handle(Event::NegotiationNeeded);
            negotiation.handle(Event::LocalApplied(Some(offer)));
            negotiation.handle(Event::Signal(SignalBody::Description(answer)));
            negotiation.handle(Event::RemoteApplied(true));
        }
    };
    for (chosen_here, ours) in [(Some("active"), "active"), (Some("passive"), "passive"), (None, "passive")] {
        let mut negotiation = Negotiation::new(chosen_here.is_none());
        agree(&mut negotiation, chosen_here);
        negotiation.handle(Event::NegotiationNeeded);
        let sent = negotiation.handle(Event::LocalApplied(Some(says(SdpKind::Offer, "actpass"))));
        assert_eq!(sent, [Command::Send(SignalBody::Description(says(SdpKind::Offer, ours)))]);
    }
}

fn settled(polite: bool) -> Negotiation {
    let mut negotiation = Negotiation::new(polite);
    negotiation.handle(remote(SdpKind::Offer));
    negotiation.handle(Event::RemoteApplied(true));
    negotiation.handle(local(SdpKind::Answer));
    assert!(negotiation.is_settled());
    negotiation
}

#[track_caller]
fn assert_commands<const N: usize>(negotiation: &mut Negotiation, event: Event, expected: [Command; N]) {
    assert_eq!(negotiation.handle(event), expected);
}

fn description(kind: SdpKind) -> Description {
    Description { kind, sdp: "a=fingerprint:sha-256 00".into(), media: vec![] }
}

fn local(kind: SdpKind) -> Event {
    Event::LocalApplied(Some(description(kind)))
}

fn remote(kind: SdpKind) -> Event {
    Event::Signal(SignalBody::Description(description(kind)))
}

fn send(kind: SdpKind) -> Command {
    Command::Send(SignalBody::Description(description(kind)))
}

fn apply(kind: SdpKind) -> Command {
    Command::ApplyRemote(description(kind))
}

fn batch(count: usize) -> Candidates {
    let candidate =
        Candidate { candidate: "candidate:1".into(), sdp_mid: None, sdp_m_line_index: None, username_fragment: None };
    Candidates { candidates: vec![candidate; count], end: false }
}

fn candidates(count: usize) -> Event {
    Event::Signal(SignalBody::Candidates(batch(count)))
}
