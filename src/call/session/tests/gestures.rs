//! Hands, reactions, and who is writing.

use super::*;
use crate::call::chat::TYPING_LASTS;
use crate::call::gestures::{Reaction, SHOWN};
use crate::call::session::passages::{GATHERING, STANDING};

fn says(to: u8, channel: Channel, message: PeerMessage) -> Command {
    Command::Peer(peer(to), PeerCommand::SendMessage(channel, message.to_text()))
}

fn connected(roster: &[RosterEntry]) -> Page {
    let mut page = in_call(roster, 10);
    for entry in roster {
        for channel in Channel::ALL {
            let event = PeerEvent::ChannelOpened(channel);
            page.handle(Event::Peer(entry.peer_id, Generation(10), event));
        }
    }
    page
}

fn hand(up: bool, lamport: u64) -> PeerEvent {
    PeerEvent::Message(Channel::Control, PeerMessage::Hand { up, lamport }.to_text())
}

fn places(page: &Page) -> Vec<Option<u16>> {
    page.session.view().tiles.iter().map(|tile| tile.hand).collect()
}

#[test]
fn a_hand_is_told_to_everybody_and_to_who_comes_later() {
    let mut page = connected(&[entry(1, 5), entry(2, 6)]);
    page.peer(1, 10, hand(true, 4));
    let raised = page.handle(Event::Intent(Intent::ToggleHand));
    let told = |to| says(to, Channel::Control, PeerMessage::Hand { up: true, lamport: 5 });
    assert_eq!(raised[..2], [told(1), told(2)]);
    assert_eq!(places(&page), [Some(2), Some(1), None]);

    page.hear(ServerMessage::PeerJoined { peer: entry(3, 20) });
    assert!(page.peer(3, 20, PeerEvent::ChannelOpened(Channel::Control)).contains(&told(3)));
    page.handle(Event::Intent(Intent::ToggleHand));
    assert_eq!(places(&page), [None, Some(1), None, None]);
    // Whose connection is made anew may have missed that it is down.
    let again = page.peer(1, 10, PeerEvent::ChannelOpened(Channel::Control));
    assert!(again.contains(&says(1, Channel::Control, PeerMessage::Hand { up: false, lamport: 5 })));
}

#[test]
fn a_hand_stays_up_over_a_reload_and_goes_with_its_owner() {
    let mut page = connected(&[entry(1, 5)]);
    page.peer(1, 10, hand(true, 4));
    let commands = page.handle(Event::Intent(Intent::ToggleHand));
    let Some(Command::StoreSession(stored)) = commands.last() else { panic!("{commands:?}") };
    let mut again = Page::new(Environment { stored_session: Some(stored.clone()), ..environment() });
    again.handle(Event::Start);
    again.socket(SocketEvent::Opened);
    again.hear(welcome(&[entry(1, 5)], 30));
    assert_eq!(places(&again), [Some(1), None]);
    again.peer(1, 30, hand(true, 4));
    assert_eq!(places(&again), [Some(2), Some(1)]);

    page.hear(ServerMessage::PeerJoined { peer: entry(1, 20) });
    assert_eq!(places(&page), [Some(1), None], "a fresh page says it again if it is still so");
    page.handle(Event::Intent(Intent::Leave));
    page.handle(Event::Intent(Intent::Rejoin));
    page.socket(SocketEvent::Opened);
    page.hear(welcome(&[], 40));
    assert_eq!(places(&page), [None]);
}

#[test]
fn a_token_that_is_no_longer_good_brings_no_hand_back() {
    let mut page = connected(&[]);
    let commands = page.handle(Event::Intent(Intent::ToggleHand));
    let Some(Command::StoreSession(stored)) = commands.last() else { panic!("{commands:?}") };
    let mut again = Page::new(Environment { stored_session: Some(stored.clone()), ..environment() });
    again.handle(Event::Start);
    again.socket(SocketEvent::Opened);
    again.hear(ServerMessage::Error { code: ErrorCode::BadToken, limit: None });
    again.hear(welcome(&[], 30));
    assert_eq!(places(&again), [None]);
}

#[test]
fn a_raised_hand_is_said_once_and_one_that_is_down_again_is_not() {
    let mut page = connected(&[entry(1, 5), entry(2, 6)]);
    page.peer(1, 10, hand(true, 1));
    page.peer(1, 10, hand(false, 1));
    page.peer(1, 10, hand(true, 2));
    page.peer(2, 10, hand(true, 3));
    page.peer(2, 10, hand(false, 3));
    page.wait(GATHERING);
    assert_eq!(page.said(), "!P1");
    page.wait(STANDING);
    page.peer(1, 10, hand(true, 2));
    page.wait(GATHERING);
    page.wait(GATHERING);
    assert_eq!(page.said(), "", "said again, as over a connection that was made anew");
    page.peer(2, 10, hand(true, 4));
    page.hear(ServerMessage::PeerLeft { peer_id: peer(2) });
    page.wait(GATHERING);
    assert_eq!(page.said(), "-P2");
}

#[test]
fn nobody_raises_a_hand_or_reacts_outside_of_a_call() {
    let mut page = greeted();
    assert_eq!(page.handle(Event::Intent(Intent::ToggleHand)), []);
    page.handle(Event::Intent(Intent::React(Reaction::Agree)));
    page.join("Me");
    page.hear(welcome(&[], 10));
    assert_eq!((places(&page), page.session.view().tiles[0].reaction), (vec![None], None));
}

#[test]
fn a_reaction_is_shown_here_and_there_for_a_while() {
    let mut page = connected(&[entry(1, 5)]);
    let reaction = PeerMessage::Reaction { emoji: Reaction::Applaud };
    let sent = page.handle(Event::Intent(Intent::React(Reaction::Applaud)));
    assert_eq!(sent, [says(1, Channel::Control, reaction.clone())]);
    page.peer(1, 10, PeerEvent::Message(Channel::Control, reaction.to_text()));
    let shown = |page: &Page| page.session.view().tiles.iter().map(|tile| tile.reaction).collect::<Vec<_>>();
    assert_eq!(shown(&page), [Some(Reaction::Applaud); 2]);
    assert!(page.session.poll_timeout().is_some_and(|due| due <= page.now + SHOWN));
    page.wait(SHOWN);
    assert_eq!(shown(&page), [None; 2]);
}

#[test]
fn more_reactions_than_would_be_shown_are_not_sent() {
    let mut page = connected(&[entry(1, 5)]);
    let react = |page: &mut Page| page.handle(Event::Intent(Intent::React(Reaction::Agree))).len();
    assert_eq!((0..100).map(|_| react(&mut page)).sum::<usize>(), 8);
}

#[test]
fn who_writes_is_told_until_the_line_has_come_or_they_have_stopped() {
    let mut page = connected(&[entry(1, 5), entry(2, 6)]);
    let told = |to| says(to, Channel::Chat, PeerMessage::Typing);
    assert_eq!(page.handle(Event::Intent(Intent::Typing)), [told(1), told(2)]);
    assert_eq!(page.handle(Event::Intent(Intent::Typing)), []);

    let types = || PeerEvent::Message(Channel::Chat, PeerMessage::Typing.to_text());
    let typing = |page: &Page| {
        page.session.view().typing.iter().map(|name| name.as_str().to_owned()).collect::<Vec<_>>().join(" ")
    };
    page.peer(1, 10, types());
    page.peer(2, 10, types());
    assert_eq!(typing(&page), "P1 P2");
    let line = PeerMessage::Chat { lamport: 1, text: "here".into() }.to_text();
    page.peer(1, 10, PeerEvent::Message(Channel::Chat, line));
    assert_eq!(typing(&page), "P2");
    page.wait(TYPING_LASTS);
    assert_eq!(typing(&page), "");
    page.peer(2, 10, types());
    page.hear(ServerMessage::PeerLeft { peer_id: peer(2) });
    assert_eq!(typing(&page), "");
}

#[test]
fn who_breaks_the_protocol_has_no_hand_any_more() {
    let mut page = connected(&[entry(1, 5)]);
    page.peer(1, 10, hand(true, 1));
    page.peer(1, 10, PeerEvent::Message(Channel::Control, r#"{"v":1,"type":"hand"}"#.into()));
    assert_eq!(places(&page), [None, None]);
}
