//! A server in the middle that does what it likes.

use super::two::{EPOCHS, NAMES, Two, card_in, entry_of, honest, id, join, page_in, sealed_room, welcome_as};
use super::*;
use crate::call::peer_message::CodeStep;
use crate::call::signal::SignalBody;
use crate::call::view::Trouble;
use crate::protocol::RoomLink;

/// A call in a sealed room with this in the middle, after both have said all that they would.
fn call_with(middle: impl FnMut(usize, Envelope) -> Vec<(usize, Envelope)> + 'static) -> Two {
    let mut two = Two::join(&sealed_room(1));
    two.middle = Box::new(middle);
    two.meet();
    two
}

/// Every body but those that only acknowledge.
fn alter(alter: impl Fn(&mut Envelope) + 'static) -> Two {
    call_with(move |from, mut envelope| {
        if envelope.seq > 0 {
            alter(&mut envelope);
        }
        vec![(1 - from, envelope)]
    })
}

fn assert_refused(two: &Two, page: usize) {
    assert_eq!(two.trouble(page), Some(Trouble::Interference), "page {page}");
    assert_eq!(two.pages[page].session.view().tiles[1].status, PairStatus::Failed);
    assert_eq!(two.applied[page], Vec::<String>::new(), "nothing reached the browser");
}

#[test]
fn an_honest_server_carries_a_call_and_reads_nothing_of_it() {
    let two = call_with(honest);
    assert!(two.agree());
    assert_eq!([two.trouble(0), two.trouble(1)], [None, None]);
    for (_, envelope) in two.said.iter().filter(|(_, envelope)| envelope.seq > 0) {
        assert!(!envelope.body.contains(['{', '"', ' ', ':']), "{envelope:?}");
    }
    for (page, name) in NAMES.iter().enumerate() {
        assert!(!two.cards[page].as_str().contains(name));
        assert_eq!(two.pages[1 - page].session.view().tiles[1].name.as_str(), *name);
    }
}

#[test]
fn an_altered_or_plain_body_is_refused() {
    let plain = |body: &mut String| {
        let sdp = format!("v=0\r\na=fingerprint:sha-256 {}\r\n", ["CC"; 32].join(":"));
        *body = SignalBody::Description(Description { kind: SdpKind::Offer, sdp, media: vec![] }).to_text();
    };
    let flipped = |body: &mut String| {
        let last = body.pop().unwrap();
        body.push(if last == 'A' { 'Q' } else { 'A' });
    };
    let longer = |body: &mut String| body.push_str("AAAA");
    let shorter = |body: &mut String| body.truncate(body.len() - 4);
    let none = |body: &mut String| body.clear();
    for change in [plain, flipped, longer, shorter, none] {
        assert_refused(&alter(move |envelope| change(&mut envelope.body)), 0);
    }
}

#[test]
fn a_body_in_another_place_is_refused() {
    assert_refused(&alter(|envelope| envelope.generation = Generation(envelope.generation.0 + 1)), 0);
    assert_refused(&alter(|envelope| envelope.seq += 1), 0);
    // The answer, once more, as the next thing that is said.
    let mut two = call_with(honest);
    let (from, mut answer) =
        two.said.iter().rev().find(|(from, envelope)| *from == 0 && envelope.seq > 0).cloned().unwrap();
    answer.seq += 1;
    two.give(1 - from, answer);
    two.settle();
    assert_eq!(two.trouble(1), Some(Trouble::Interference));
}

#[test]
fn what_is_repeated_as_it_was_or_comes_in_another_order_does_no_harm() {
    let two = call_with(|from, envelope| vec![(1 - from, envelope.clone()), (1 - from, envelope)]);
    assert!(two.agree());
    let mut held = Vec::new();
    let two = call_with(move |from, envelope| {
        held.push((1 - from, envelope));
        if held.len() % 2 == 1 { vec![] } else { held.drain(..).rev().collect() }
    });
    assert!(two.agree());
}

#[test]
fn what_is_kept_back_connects_nobody() {
    let two = call_with(|_, _| vec![]);
    assert_eq!(two.applied, [Vec::<String>::new(), Vec::new()]);
}

#[test]
fn what_is_sent_back_to_where_it_came_from_is_refused() {
    let two = call_with(|from, envelope| vec![(from, envelope)]);
    assert_refused(&two, 1);
}

#[test]
fn a_card_that_is_plain_altered_or_of_another_room_is_nobodys_and_nothing_is_said_to_its_bearer() {
    let plain = Card::parse(r#"{"v":1,"name":"Ada"}"#).unwrap();
    let other = Two::join(&sealed_room(7)).cards[0].clone();
    let altered = Card::parse(Two::join(&sealed_room(1)).cards[0].as_str().replacen(['A', 'B', 'C'], "D", 1)).unwrap();
    for card in [plain, other, altered, Card::parse("").unwrap()] {
        let mut two = Two::join(&sealed_room(1));
        let honest_card = two.cards[1].clone();
        two.meet_with([card, honest_card]);
        assert_refused(&two, 1);
        assert_eq!(two.pages[1].session.view().tiles[1].name.as_str(), "?");
        assert_eq!(two.pages[1].offers, [], "no connection is made");
        assert!(two.said.iter().all(|(page, _)| *page != 1));
        two.press(1, Intent::RetryPair(id(0)));
        assert_refused(&two, 1);
        assert_eq!(two.pages[1].offers, []);
    }
}

#[test]
fn our_own_card_under_another_name_is_refused() {
    let mut two = Two::join(&sealed_room(1));
    let cards = [two.cards[1].clone(), two.cards[1].clone()];
    two.meet_with(cards);
    assert_refused(&two, 1);
}

#[test]
fn cards_that_are_exchanged_lead_to_no_connection() {
    let mut two = Two::join(&sealed_room(1));
    let mut eve = page_in(&sealed_room(1), 9);
    let cards = [join(&mut eve, "Eve"), two.cards[1].clone()];
    two.meet_with(cards);
    assert_refused(&two, 0);
    assert_eq!(two.applied[1], Vec::<String>::new());
}

#[test]
fn one_page_under_two_ids_is_refused_the_second_time_and_the_first_goes_on() {
    let mut two = call_with(honest);
    let twin = RosterEntry { peer_id: peer(9), ..entry_of(0, &two.cards[0]) };
    let joined = two.pages[1].hear(ServerMessage::PeerJoined { peer: twin });
    assert!(!joined.iter().any(|command| matches!(command, Command::OpenPeer { .. })), "{joined:?}");
    let troubles: Vec<_> = two.pages[1].session.view().connections.iter().map(|each| each.trouble).collect();
    assert_eq!(troubles, [None, Some(Trouble::Interference)]);
}

#[test]
fn what_was_said_in_another_room_or_to_a_former_page_is_refused() {
    let elsewhere = call_with(honest).said;
    let mut other = Two::join(&sealed_room(7));
    other.meet();
    let offers = [other.said, elsewhere].map(|said| said.into_iter().find(|(from, _)| *from == 1).unwrap().1);
    for offer in offers {
        let mut two = Two::join(&sealed_room(1));
        // Another page of the same person, in the same room.
        two.pages[1] = page_in(&sealed_room(1), 8);
        two.cards[1] = join(&mut two.pages[1], "Bo");
        two.middle = Box::new(move |from, envelope| match from {
            1 if envelope.seq == 1 => vec![(0, offer.clone())],
            _ => vec![(1 - from, envelope)],
        });
        two.meet();
        assert_refused(&two, 0);
    }
}

/// The server lets somebody go and come again, with whatever epoch: what was said before does not count any more.
#[test]
fn nothing_that_was_said_can_be_said_again_whatever_the_server_tells_of_coming_and_going() {
    for epoch in [1, EPOCHS[1], EPOCHS[1] + 1] {
        let mut two = call_with(honest);
        let offer = two.said.iter().find(|(from, _)| *from == 1).unwrap().1.clone();
        two.applied = Default::default();
        two.pages[0].hear(ServerMessage::PeerLeft { peer_id: id(1) });
        let again = RosterEntry { epoch: Epoch(epoch), ..entry_of(1, &two.cards[1]) };
        two.pages[0].hear(ServerMessage::PeerJoined { peer: again });
        two.give(0, offer);
        two.settle();
        assert_eq!(two.applied[0], Vec::<String>::new(), "epoch {epoch}");
    }
}

#[test]
fn a_refused_connection_is_closed_others_go_on_and_it_can_be_tried_again() {
    let mut two = call_with(honest);
    two.connect();
    let mut cy = page_in(&sealed_room(1), 9);
    let card = join(&mut cy, "Cy");
    let entry = RosterEntry { peer_id: peer(3), epoch: Epoch(20), card, connected: true };
    two.pages[0].hear(ServerMessage::PeerJoined { peer: entry });
    let envelope = Envelope { generation: Generation(10), seq: 9, ack: 0, body: "AAAA".into() };
    let commands = two.pages[0].hear(ServerMessage::Signal { from: id(1), envelope: envelope.clone() });
    assert_eq!(commands, [Command::ClosePeer(id(1))]);
    assert_eq!(two.pages[0].hear(ServerMessage::Signal { from: id(1), envelope }), [], "once is enough");
    let statuses: Vec<PairStatus> = two.pages[0].session.view().tiles.iter().map(|tile| tile.status).collect();
    assert_eq!(statuses, [PairStatus::Connected, PairStatus::Failed, PairStatus::Connecting]);

    two.pages[0].wait(Duration::from_secs(10));
    assert_eq!(two.trouble(0), Some(Trouble::Interference), "nothing happens without the person's word");
    two.applied = Default::default();
    two.press(0, Intent::RetryPair(id(1)));
    assert!(two.agree());
    assert_eq!(two.trouble(0), None);
}

#[test]
fn both_see_one_code_and_the_mark_stays_with_the_page() {
    for link in [sealed_room(1), RoomLink::parse("standup").unwrap()] {
        let mut two = Two::join(&link);
        two.meet();
        assert_eq!(two.codes(), [None, None]);
        two.press(0, Intent::MarkCompared(id(1), true));
        assert!(!two.compared(0), "there is nothing to compare yet");
        two.connect();
        let [code, same] = two.codes();
        assert!(code.is_some() && code == same);
        two.press(0, Intent::MarkCompared(id(1), true));
        assert_eq!([two.compared(0), two.compared(1)], [true, false]);

        // A connection that is made anew has the same certificates.
        two.happens(1, PeerEvent::State(ConnectionState::Failed));
        two.settle();
        two.pages[1].now = Duration::from_secs(9);
        two.events.push_back((1, Event::Timeout));
        two.settle();
        assert_eq!(two.pages[0].offers.len(), 2);
        two.connect();
        assert_eq!(two.codes(), [code.clone(), same.clone()]);
        assert!(two.compared(0));

        // Another page has another one.
        let again = RosterEntry { epoch: Epoch(99), ..entry_of(1, &two.cards[1]) };
        two.pages[0].hear(ServerMessage::PeerJoined { peer: again });
        assert_eq!(two.codes()[0], None);
        assert!(!two.compared(0));
    }
}

#[test]
fn a_page_that_names_another_certificate_is_refused_even_in_a_named_room() {
    let mut two = Two::join(&RoomLink::parse("standup").unwrap());
    two.meet();
    two.connect();
    let sdp = format!("v=0\r\na=fingerprint:sha-256 {}\r\n", ["CC"; 32].join(":"));
    let body = SignalBody::Description(Description { kind: SdpKind::Offer, sdp, media: vec![] }).to_text();
    two.give(0, Envelope { generation: Generation(10), seq: 3, ack: 0, body });
    two.settle();
    assert_eq!(two.trouble(0), Some(Trouble::Interference));
}

#[test]
fn a_nonce_that_does_not_fit_what_was_committed_to_ends_the_connection() {
    let mut two = Two::join(&RoomLink::parse("standup").unwrap());
    two.meet();
    two.connect();
    // The one with the larger fingerprint has committed.
    let text = PeerMessage::Code { step: CodeStep::Reveal, value: "A".repeat(43) }.to_text();
    two.happens(0, PeerEvent::Message(Channel::Control, text));
    two.settle();
    assert_eq!(two.trouble(0), Some(Trouble::Interference));
    assert_eq!(two.trouble(1), None);
}

#[test]
fn a_page_keeps_its_card_over_a_lost_socket_and_has_another_after_leaving() {
    let link = sealed_room(1);
    let mut two = Two::join(&link);
    two.meet();
    let mut reader = page_in(&link, 9);
    join(&mut reader, "Eve");
    let mut bearer = |card: Card, n: u8| {
        // Two cards of one page under two ids: the second is refused.
        reader.hear(welcome_as(0, vec![]));
        reader.hear(ServerMessage::PeerJoined { peer: RosterEntry { peer_id: peer(n), ..entry_of(1, &card) } });
        reader.session.view().connections.iter().all(|each| each.trouble.is_none())
    };
    assert!(bearer(two.cards[0].clone(), 21));
    let page = &mut two.pages[0];
    page.socket(SocketEvent::Closed(None));
    page.handle(Event::Timeout);
    let hello = sent(&page.socket(SocketEvent::Opened));
    let Ok(ClientMessage::Hello { resume: Some(resume), .. }) = serde_json::from_str(&hello[0]) else { panic!() };
    assert!(!bearer(resume.card, 22), "the same keys");

    page.handle(Event::Intent(Intent::Leave));
    page.handle(Event::Intent(Intent::Rejoin));
    page.socket(SocketEvent::Opened);
    let card = card_in(&page.hear(ServerMessage::Greeted { boot_id: "boot".into() }));
    reader.hear(ServerMessage::PeerLeft { peer_id: peer(22) });
    reader.hear(ServerMessage::PeerJoined { peer: RosterEntry { peer_id: peer(23), ..entry_of(1, &card) } });
    assert_eq!(reader.session.view().connections.last().map(|each| each.trouble), Some(None), "other keys");
}
