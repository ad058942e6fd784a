//! The door as a page sees it: waiting in front of it, and what hosts see and do.

use super::two::sealed_room;
use super::*;
use crate::call::hosting;
use crate::protocol::{HostCommand, HostSecret, RoomLink};

#[test]
fn who_waits_asks_again_on_another_socket_and_may_stop_waiting() {
    let mut page = waiting(false);
    assert!(!page.session.view().host.hosted);
    page.hear(ServerMessage::Waiting { hosted: true });
    assert!(page.session.view().host.hosted);
    page.socket(SocketEvent::Closed(None));
    assert_eq!(page.session.view().phase, Phase::Waiting);
    page.socket(SocketEvent::Opened);
    let again = page.hear(ServerMessage::Greeted { boot_id: "boot".into() });
    assert!(sent(&again)[0].starts_with(r#"{"type":"join""#), "{again:?}");
    page.hear(ServerMessage::Waiting { hosted: true });
    let commands = page.handle(Event::Intent(Intent::Leave));
    assert_eq!(commands, [Command::CloseSocket, Command::OpenSocket(3)], "the knock goes with its socket");
    page.socket(SocketEvent::Opened);
    let greeted = page.hear(ServerMessage::Greeted { boot_id: "boot".into() });
    assert_eq!((page.session.view().phase, sent(&greeted)), (Phase::Lobby, vec![]));
}

#[test]
fn who_is_not_let_in_is_told_why_and_may_ask_again() {
    for (code, notice) in [
        (ErrorCode::Refused, Notice::NotLetIn),
        (ErrorCode::Crowded, Notice::Crowded),
        (ErrorCode::CreateCodeNeeded, Notice::NotOpen),
    ] {
        let mut page = waiting(true);
        page.hear(ServerMessage::Error { code, limit: None });
        let view = page.session.view();
        assert_eq!((view.phase, view.notices, view.can_join), (Phase::Lobby, vec![notice], true));
        assert_eq!(view.host.asks_code, code == ErrorCode::CreateCodeNeeded);
        assert_eq!(sent(&page.join("Me")).len(), 1);
    }
}

#[test]
fn a_code_is_sent_when_it_was_typed_and_remembered_when_it_was_good() {
    let mut page = greeted();
    page.join("Me");
    page.hear(ServerMessage::Error { code: ErrorCode::CreateCodeNeeded, limit: None });
    page.handle(Event::Intent(Intent::UseCode("sesame".into())));
    let join = page.join("Me");
    assert!(sent(&join)[0].ends_with(r#","create_code":"sesame"}"#), "{join:?}");
    let remembers = Command::RememberCode("sesame".into());
    assert!(!join.contains(&remembers));
    assert!(page.hear(welcome(&[], 10)).contains(&remembers));
    assert!(!page.session.view().host.asks_code);
}

#[test]
fn a_host_sees_by_name_who_knocks_until_they_are_gone() {
    let mut page = hosting_call();
    for n in [2, 3, 2] {
        page.hear(ServerMessage::Knock { peer_id: peer(n), card: entry(n, 1).card });
    }
    assert_eq!(names(&page), ["P3", "P2"]);
    page.hear(ServerMessage::KnockGone { peer_id: peer(3) });
    assert_eq!(names(&page), ["P2"]);
    let admits = page.handle(Event::Intent(Intent::Host(HostCommand::Admit { peer_id: peer(2) })));
    let text = format!(r#"{{"type":"admit","peer_id":"{}"}}"#, peer(2));
    assert_eq!(sent(&admits), [text]);
    page.hear(host_welcome(&[], 10));
    assert_eq!(names(&page), Vec::<String>::new(), "the server says anew who waits");
}

#[test]
fn rights_are_what_the_last_welcome_says() {
    let mut page = hosting_call();
    page.hear(ServerMessage::Lock { locked: true });
    assert!(page.session.view().host.is_host && page.session.view().host.locked);
    page.hear(welcome(&[], 10));
    assert!(!page.session.view().host.is_host && !page.session.view().host.locked);
}

#[test]
fn who_removed_somebody_is_offered_a_new_link_until_they_have_read_of_it() {
    let mut page = hosting_call();
    page.handle(Event::Intent(Intent::Host(HostCommand::Remove { peer_id: peer(1) })));
    assert!(page.session.view().host.link_spent);
    page.handle(Event::Intent(Intent::ReadNotes));
    assert!(!page.session.view().host.link_spent);
}

#[test]
fn a_host_mutes_and_never_unmutes() {
    let mut page = in_call(&[entry(1, 5)], 10);
    page.handle(Event::Media(MediaEvent::Opened(BOTH)));
    let mute = ServerMessage::Mute { from: peer(1) };
    let commands = page.hear(mute.clone());
    assert!(commands.contains(&Command::Media(MediaCommand::EnableMicrophone(false))), "{commands:?}");
    let muted_by = |page: &Page| page.session.view().host.muted_by.map(|name| name.as_str().to_owned());
    assert_eq!((page.session.view().microphone, muted_by(&page)), (Device::Off, Some("P1".into())));
    assert_eq!(page.hear(mute.clone()), []);
    assert_eq!(page.session.view().microphone, Device::Off);
    page.handle(Event::Intent(Intent::ToggleMicrophone));
    assert_eq!((page.session.view().microphone, muted_by(&page)), (Device::On, None));
}

#[test]
fn the_hosts_secret_is_kept_and_used_with_the_guests_link_but_no_wrong_one() {
    let link = sealed_room(1);
    let (guests, hosts) = (fragment(&link.guest_path()), fragment(&link.path()));
    let (first, commands) = in_front_of(&link, &hosts, None);
    let Some(Command::KeepHosts(kept)) = commands.iter().find(|command| matches!(command, Command::KeepHosts(_)))
    else {
        panic!("{commands:?}")
    };
    assert!(first.session.view().host.has_link);
    let wrong = hosting::keep("", &link.room, &HostSecret::from_bytes([99; 16]));
    for (kept, is_host) in [(None, false), (Some(kept.clone()), true), (Some(wrong), false)] {
        let (mut page, commands) = in_front_of(&link, &guests, kept);
        assert!(!commands.iter().any(|command| matches!(command, Command::KeepHosts(_))));
        let hello = sent(&page.socket(SocketEvent::Opened));
        assert_eq!(hello[0].contains("host_tag"), is_host, "{hello:?}");
        assert!(!hello[0].contains(&hosts[27..]), "the secret itself is nobody's");
    }
}

fn in_front_of(link: &RoomLink, fragment: &str, kept_hosts: Option<String>) -> (Page, Vec<Command>) {
    let environment = Environment { fragment: fragment.to_owned(), kept_hosts, ..environment() };
    let mut page = Page { session: Session::new(link.room.clone(), environment), ..Page::new(super::environment()) };
    let commands = page.handle(Event::Start);
    (page, commands)
}

fn fragment(path: &str) -> String {
    path.split_once('#').unwrap().1.to_owned()
}

fn waiting(hosted: bool) -> Page {
    let mut page = greeted();
    page.join("Me");
    page.hear(ServerMessage::Waiting { hosted });
    assert_eq!(page.session.view().phase, Phase::Waiting);
    page
}

fn hosting_call() -> Page {
    let mut page = greeted();
    page.join("Me");
    page.hear(host_welcome(&[entry(1, 5)], 10));
    page
}

fn host_welcome(roster: &[RosterEntry], epoch: u64) -> ServerMessage {
    ServerMessage::Welcome(Welcome { host: true, ..welcomed(roster, epoch) })
}

fn names(page: &Page) -> Vec<String> {
    page.session.view().host.knocks.iter().map(|knock| knock.name.as_str().to_owned()).collect()
}
