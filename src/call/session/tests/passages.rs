//! Who is announced as come or gone.

use super::*;
use crate::call::session::passages::{GATHERING, STANDING};

#[test]
fn who_comes_and_goes_is_said_together_for_a_while() {
    let mut page = in_call(&[entry(1, 5)], 10);
    page.hear(ServerMessage::PeerJoined { peer: entry(3, 20) });
    page.hear(ServerMessage::PeerLeft { peer_id: peer(1) });
    page.hear(ServerMessage::PeerJoined { peer: entry(2, 21) });
    assert_eq!(page.said(), "");
    page.wait(GATHERING);
    assert_eq!(page.said(), "+P3 -P1 +P2");
    page.wait(STANDING);
    assert_eq!(page.said(), "");
}

#[test]
fn an_announcement_is_not_cut_short_by_the_next_and_the_same_words_are_heard_again() {
    let mut page = in_call(&[], 10);
    page.hear(ServerMessage::PeerJoined { peer: entry(1, 20) });
    page.wait(GATHERING);
    page.hear(ServerMessage::PeerLeft { peer_id: peer(1) });
    page.hear(ServerMessage::PeerJoined { peer: RosterEntry { peer_id: peer(2), ..entry(1, 21) } });
    page.hear(ServerMessage::PeerJoined { peer: entry(3, 22) });
    page.hear(ServerMessage::PeerLeft { peer_id: peer(3) });
    assert_eq!(page.said(), "+P1");
    page.wait(STANDING);
    assert_eq!(page.said(), "");
    page.wait(GATHERING);
    assert_eq!(page.said(), "-P1 +P1", "who came and went in between is not spoken of");
}

#[test]
fn those_who_were_there_and_those_who_load_their_page_again_are_not_announced() {
    let mut page = in_call(&[entry(1, 5), entry(2, 6)], 10);
    page.hear(ServerMessage::PeerState { peer_id: peer(1), connected: false });
    page.hear(ServerMessage::PeerJoined { peer: entry(1, 20) });
    let envelope = Envelope { generation: Generation(12), seq: 0, ack: 0, body: String::new() };
    page.hear(ServerMessage::Signal { from: peer(2), envelope });
    page.wait(GATHERING);
    assert_eq!((page.said().as_str(), page.session.view().tiles.len()), ("", 3));
}

#[test]
fn after_a_return_only_those_who_came_and_went_meanwhile_are_announced() {
    let mut page = in_call(&[entry(1, 5), entry(2, 6)], 10);
    page.socket(SocketEvent::Closed(None));
    page.socket(SocketEvent::Opened);
    page.hear(welcome(&[entry(1, 5), entry(3, 20)], 10));
    page.wait(GATHERING);
    assert_eq!(page.said(), "-P2 +P3");
}

#[test]
fn who_does_not_come_back_to_a_restarted_server_has_left() {
    let mut page = in_call(&[entry(1, 5)], 10);
    page.socket(SocketEvent::Closed(None));
    page.socket(SocketEvent::Opened);
    page.hear(ServerMessage::Welcome(Welcome { boot_id: "another".into(), ..welcomed(&[], 10) }));
    page.wait(Duration::from_secs(60));
    page.wait(GATHERING);
    assert_eq!(page.said(), "-P1");
}

#[test]
fn nobody_is_spoken_of_once_we_have_left() {
    let mut page = in_call(&[entry(1, 5)], 10);
    page.hear(ServerMessage::PeerJoined { peer: entry(2, 20) });
    page.handle(Event::Intent(Intent::Leave));
    page.wait(GATHERING);
    assert_eq!((page.said().as_str(), page.session.poll_timeout()), ("", None));
}
