//! Sounds, push-to-talk, and a word to who talks while muted.

use super::*;
use crate::call::chime::{Chime, REST};
use crate::call::layout::{Area, arrange};
use crate::call::preferences::Preference;

fn chimes(commands: &[Command]) -> Vec<Chime> {
    let chime = |command: &Command| match command {
        Command::Chime(chime) => Some(*chime),
        _ => None,
    };
    commands.iter().filter_map(chime).collect()
}

fn with(text: &str) -> Environment {
    Environment { preferences: Some(text.into()), ..environment() }
}

/// In the call under these preferences, with both devices.
fn preferring(text: &str, roster: &[RosterEntry]) -> Page {
    let mut page = Page::new(with(text));
    page.handle(Event::Start);
    page.handle(Event::Media(MediaEvent::Opened(BOTH)));
    page.socket(SocketEvent::Opened);
    page.hear(ServerMessage::Greeted { boot_id: "boot".into() });
    page.join("Me");
    page.hear(welcome(roster, 10));
    page
}

fn enables(commands: &[Command]) -> Vec<bool> {
    let enables = |command: &Command| match command {
        Command::Media(MediaCommand::EnableMicrophone(on)) => Some(*on),
        _ => None,
    };
    commands.iter().filter_map(enables).collect()
}

fn talk(page: &mut Page, talks: bool) -> Vec<bool> {
    enables(&page.handle(Event::Intent(Intent::Talk(talks))))
}

#[test]
fn who_comes_is_heard_once_however_many_come_and_who_was_there_is_not() {
    let mut page = greeted();
    let mut heard = chimes(&page.join("Me"));
    let full: Vec<RosterEntry> = (1..8).map(|n| entry(n, u64::from(n))).collect();
    heard.extend(chimes(&page.hear(welcome(&full, 10))));
    assert_eq!(heard, [], "coming into a full room is silent");
    page.hear(ServerMessage::PeerLeft { peer_id: peer(1) });
    page.hear(ServerMessage::PeerLeft { peer_id: peer(2) });
    let heard: Vec<_> =
        (10..17).flat_map(|n| chimes(&page.hear(ServerMessage::PeerJoined { peer: entry(n, 20) }))).collect();
    assert_eq!(heard, [Chime::Joined]);
    page.wait(REST);
    assert_eq!(chimes(&page.hear(ServerMessage::PeerJoined { peer: entry(10, 30) })), [], "a reload is no news");
    assert_eq!(chimes(&page.hear(ServerMessage::PeerJoined { peer: entry(1, 30) })), [Chime::Joined]);
}

#[test]
fn a_knock_is_heard_once_also_after_a_return_to_the_server() {
    let mut page = in_call(&[], 10);
    let knock = || ServerMessage::Knock { peer_id: peer(9), card: entry(9, 0).card };
    assert_eq!(chimes(&page.hear(knock())), [Chime::Knock]);
    page.wait(REST);
    page.hear(welcome(&[], 10));
    assert_eq!((chimes(&page.hear(knock())), page.session.view().host.knocks.len()), (vec![], 1));
    page.hear(ServerMessage::KnockGone { peer_id: peer(9) });
    assert_eq!(chimes(&page.hear(knock())), [Chime::Knock]);
}

#[test]
fn a_message_is_heard_unless_it_is_being_read() {
    let mut page = in_call(&[entry(1, 5)], 10);
    let mut lamport = 0;
    let mut say = |page: &mut Page| {
        lamport += 1;
        page.now += REST;
        let text = PeerMessage::Chat { lamport, text: "hi".into() }.to_text();
        chimes(&page.peer(1, 10, PeerEvent::Message(Channel::Chat, text)))
    };
    assert_eq!(say(&mut page), [Chime::Message]);
    page.handle(Event::Intent(Intent::ShowChat(true)));
    assert_eq!(say(&mut page), []);
    page.handle(Event::Hidden);
    assert_eq!((say(&mut page), page.session.view().unread), (vec![Chime::Message], 1));
    page.handle(Event::Shown);
    assert_eq!((say(&mut page), page.session.view().unread), (vec![], 0));
}

#[test]
fn sounds_can_be_silenced_and_that_is_remembered() {
    let mut page = in_call(&[], 10);
    let commands = page.handle(Event::Intent(Intent::Prefer(Preference::Sounds, false)));
    assert_eq!(commands, [Command::RememberPreferences("sounds".into())]);
    assert_eq!(chimes(&page.hear(ServerMessage::PeerJoined { peer: entry(1, 20) })), []);
    let mut page = preferring("sounds", &[]);
    assert_eq!(chimes(&page.hear(ServerMessage::PeerJoined { peer: entry(1, 20) })), []);
    page.handle(Event::Intent(Intent::Prefer(Preference::Sounds, true)));
    assert_eq!(chimes(&page.hear(ServerMessage::PeerJoined { peer: entry(2, 21) })), [Chime::Joined]);
}

#[test]
fn the_microphone_is_on_while_the_key_is_held() {
    let mut page = preferring("push-to-talk", &[]);
    assert_eq!(page.session.view().microphone, Device::Off, "it begins muted");
    assert_eq!(talk(&mut page, false), [] as [bool; 0]);
    assert_eq!((talk(&mut page, true), talk(&mut page, true)), (vec![true], vec![]));
    assert_eq!(page.session.view().microphone, Device::On);
    assert_eq!((talk(&mut page, false), talk(&mut page, false)), (vec![false], vec![]));
    // A press of the button while the key is held decides otherwise.
    talk(&mut page, true);
    page.handle(Event::Intent(Intent::ToggleMicrophone));
    assert_eq!((talk(&mut page, false), page.session.view().microphone), (vec![], Device::Off));
    page.handle(Event::Intent(Intent::ToggleMicrophone));
    assert_eq!((talk(&mut page, true), talk(&mut page, false)), (vec![], vec![]), "it was on anyway");
    assert_eq!(page.session.view().microphone, Device::On);
}

#[test]
fn switching_push_to_talk_on_mutes() {
    let mut page = preferring("", &[]);
    let commands = page.handle(Event::Intent(Intent::Prefer(Preference::PushToTalk, true)));
    assert_eq!((enables(&commands), page.session.view().microphone), (vec![false], Device::Off));
    page.handle(Event::Intent(Intent::Leave));
    assert_eq!(talk(&mut page, true), [] as [bool; 0], "not outside of a call");
}

#[test]
fn who_talks_while_muted_is_told_so() {
    let mut page = preferring("", &[entry(1, 5)]);
    let hears = |page: &mut Page, level| {
        for _ in 0..10 {
            page.now += Duration::from_millis(150);
            page.handle(Event::Levels(vec![(None, level), (Some(peer(1)), 0)]));
        }
        page.session.view().talks_muted
    };
    assert!(!hears(&mut page, 300), "unmuted");
    page.handle(Event::Intent(Intent::ToggleMicrophone));
    assert!(!hears(&mut page, 3), "silent");
    assert!(hears(&mut page, 300));
    assert!(!page.session.view().tiles[0].speaking);
    page.handle(Event::Intent(Intent::ToggleMicrophone));
    assert!(!page.session.view().talks_muted);
    hears(&mut page, 0);
    page.hear(ServerMessage::Mute { from: peer(1) });
    assert!(!hears(&mut page, 300), "a host has muted them, and that is said");
}

#[test]
fn who_is_alone_or_outside_may_go_and_who_is_with_others_is_asked() {
    let mut page = greeted();
    assert!(!page.session.view().is_with_others());
    page.join("Me");
    page.hear(welcome(&[], 10));
    assert!(!page.session.view().is_with_others());
    page.hear(ServerMessage::PeerJoined { peer: entry(1, 20) });
    assert!(page.session.view().is_with_others());
    page.handle(Event::Intent(Intent::Leave));
    assert!(!page.session.view().is_with_others());
}

#[test]
fn the_own_picture_is_hidden_where_there_are_others_to_see() {
    let mut page = preferring("hide-own", &[]);
    let seen = |page: &Page| {
        let places = arrange(&page.session.view(), Area { width: 800, height: 600 });
        places.into_iter().map(|place| place.key.owner).collect::<Vec<_>>()
    };
    assert_eq!(seen(&page), [None]);
    page.hear(ServerMessage::PeerJoined { peer: entry(1, 20) });
    assert_eq!(seen(&page), [Some(peer(1))]);
    page.handle(Event::Intent(Intent::FollowSpeaker(true)));
    assert_eq!(seen(&page), [Some(peer(1))]);
    page.handle(Event::Intent(Intent::Prefer(Preference::HideOwn, false)));
    assert_eq!(seen(&page), [Some(peer(1)), None]);
}
