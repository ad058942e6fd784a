//! Another network, sleep, a page that is looked at again.

use super::*;

fn restart(n: u8) -> Command {
    Command::Peer(peer(n), PeerCommand::RestartIce)
}

#[test]
fn on_another_network_the_socket_is_replaced_and_every_path_looked_for_anew() {
    let mut page = in_call(&[entry(1, 5), entry(2, 6)], 10);
    let commands = page.handle(Event::NetworkChanged);
    assert_eq!(commands, [restart(1), restart(2), Command::CloseSocket, Command::OpenSocket(2)]);
}

#[test]
fn a_socket_that_is_waited_for_is_tried_at_once_when_something_stirs() {
    for event in [Event::NetworkChanged, Event::Stirred, Event::Clock(60_000)] {
        let mut page = in_call(&[], 10);
        for _ in 0..4 {
            page.socket(SocketEvent::Closed(None));
            page.now = page.session.poll_timeout().unwrap_or(page.now).max(page.now);
            page.handle(Event::Timeout);
        }
        page.socket(SocketEvent::Closed(None));
        assert!(page.session.poll_timeout() > Some(page.now), "it waits");
        let commands = page.handle(event);
        assert!(matches!(commands[..], [Command::OpenSocket(_)]), "{commands:?}");
    }
}

#[test]
fn a_page_that_is_looked_at_again_trusts_its_socket_for_a_tick() {
    let mut page = in_call(&[entry(1, 5)], 10);
    assert_eq!(page.handle(Event::Stirred), []);
    page.now = Duration::from_secs(5);
    page.hear(ServerMessage::Tick {});
    assert_eq!(page.handle(Event::Stirred), []);
    page.now = Duration::from_secs(11);
    assert_eq!(page.handle(Event::Timeout)[..2], [Command::CloseSocket, Command::OpenSocket(2)]);
}

#[test]
fn a_machine_that_wakes_up_does_not_trust_what_stood_before() {
    let mut page = in_call(&[entry(1, 5)], 10);
    page.now = Duration::from_secs(1);
    let commands = page.handle(Event::Clock(1_000));
    assert!(!commands.contains(&restart(1)) && !commands.contains(&Command::CloseSocket), "{commands:?}");
    page.now = Duration::from_secs(2);
    let commands = page.handle(Event::Clock(3_602_000));
    assert!(commands.contains(&restart(1)) && commands.contains(&Command::OpenSocket(2)), "{commands:?}");
}
