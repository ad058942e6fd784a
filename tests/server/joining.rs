//! Coming in, being told who is there, and talking.

use confab::protocol::{ErrorCode, PeerId, RosterEntry, ServerMessage};
use confab::room::DropReason;

use crate::support::client::{Client, Closed};
use crate::support::{TestServer, card, envelope, room};

#[tokio::test]
async fn a_newcomer_is_told_who_is_there_and_they_of_the_newcomer() {
    let server = TestServer::start().await;
    let room = room("r/standup");
    let (mut ada, ada_is) = Client::joined(&server, &room, "Ada").await;
    assert_eq!((ada_is.roster.len(), ada_is.policy.capacity), (0, 8));
    let (_ben, ben_is) = Client::joined(&server, &room, "Ben").await;
    let entry = |welcome: &confab::protocol::Welcome, name| RosterEntry {
        peer_id: welcome.peer_id,
        epoch: welcome.epoch,
        card: card(name),
        connected: true,
    };
    assert_eq!(ben_is.roster, vec![entry(&ada_is, "Ada")]);
    assert_eq!(ada.hear().await, ServerMessage::PeerJoined { peer: entry(&ben_is, "Ben") });
    assert_ne!(ada_is.peer_id, ben_is.peer_id);
}

#[tokio::test]
async fn who_only_stands_in_front_of_a_room_learns_nothing_of_it() {
    let server = TestServer::start().await;
    let room = room("r/standup");
    let mut outsider = Client::greeted(&server, &room).await;
    let (mut ada, _) = Client::joined(&server, &room, "Ada").await;
    let (mut ben, ben_is) = Client::joined(&server, &room, "Ben").await;
    ada.hear().await;
    ada.signal(ben_is.peer_id, envelope(1, "secret")).await;
    ben.hear().await;
    // Whatever the outsider was told before would come first.
    assert_eq!(outsider.join("Eve").await.expect("admission").roster.len(), 2);
}

#[tokio::test]
async fn signals_arrive_in_order_from_whom_they_are() {
    let server = TestServer::start().await;
    let room = room("r/standup");
    let (mut ada, ada_is) = Client::joined(&server, &room, "Ada").await;
    let (mut ben, ben_is) = Client::joined(&server, &room, "Ben").await;
    for seq in 1..=300 {
        ada.signal(ben_is.peer_id, envelope(seq, &format!("body {seq}"))).await;
    }
    for seq in 1..=300 {
        let signal = ServerMessage::Signal { from: ada_is.peer_id, envelope: envelope(seq, &format!("body {seq}")) };
        assert_eq!(ben.hear().await, signal);
    }
}

#[tokio::test]
async fn a_sender_that_the_client_claims_to_be_is_ignored() {
    let server = TestServer::start().await;
    let room = room("r/standup");
    let (mut ada, ada_is) = Client::joined(&server, &room, "Ada").await;
    let (mut ben, ben_is) = Client::joined(&server, &room, "Ben").await;
    let (to, other) = (ben_is.peer_id, PeerId::from_bytes([9; 16]));
    let lie = format!(
        r#"{{"type":"signal","to":"{to}","from":"{other}","role":"host","generation":1,"seq":1,"ack":0,"body":"x"}}"#
    );
    ada.say_text(&lie).await;
    assert_eq!(ben.hear().await, ServerMessage::Signal { from: ada_is.peer_id, envelope: envelope(1, "x") });
}

#[tokio::test]
async fn one_too_many_is_told_so_and_may_come_when_someone_has_left() {
    let server = TestServer::with(&["--capacity", "2"]).await;
    let room = room("r/standup");
    let (ada, _) = Client::joined(&server, &room, "Ada").await;
    let (mut ben, ben_is) = Client::joined(&server, &room, "Ben").await;
    let mut cleo = Client::greeted(&server, &room).await;
    assert_eq!(cleo.join("Cleo").await, Err((ErrorCode::RoomFull, Some(2))));
    ada.leave().await;
    let cleo_is = cleo.join("Cleo").await.expect("admission");
    assert_eq!(cleo_is.roster.iter().map(|entry| entry.peer_id).collect::<Vec<_>>(), vec![ben_is.peer_id]);
    assert!(matches!(ben.hear().await, ServerMessage::PeerLeft { .. }));
    assert!(matches!(ben.hear().await, ServerMessage::PeerJoined { peer } if peer.peer_id == cleo_is.peer_id));
}

#[tokio::test]
async fn signals_to_oneself_nobody_or_another_room_are_dropped_and_counted() {
    let server = TestServer::start().await;
    let (mut ada, ada_is) = Client::joined(&server, &room("r/one"), "Ada").await;
    let (mut ben, ben_is) = Client::joined(&server, &room("r/one"), "Ben").await;
    let (mut eve, eve_is) = Client::joined(&server, &room("r/two"), "Eve").await;
    ada.hear().await;
    ada.signal(ada_is.peer_id, envelope(1, "self")).await;
    ada.signal(PeerId::from_bytes([9; 16]), envelope(2, "nobody")).await;
    ada.signal(eve_is.peer_id, envelope(3, "elsewhere")).await;
    ada.signal(ben_is.peer_id, envelope(4, "ben")).await;
    assert!(matches!(ben.hear().await, ServerMessage::Signal { envelope, .. } if envelope.seq == 4));
    assert_eq!(server.state.rooms.dropped(DropReason::ToSelf), 1);
    assert_eq!(server.state.rooms.dropped(DropReason::NoSuchPeer), 2);
    // Eve and Ada hear nothing of it: their next message is about something else.
    let (_fay, fay_is) = Client::joined(&server, &room("r/two"), "Fay").await;
    assert!(matches!(eve.hear().await, ServerMessage::PeerJoined { peer } if peer.peer_id == fay_is.peer_id));
    ben.leave().await;
    assert_eq!(ada.hear().await, ServerMessage::PeerLeft { peer_id: ben_is.peer_id });
}

#[tokio::test]
async fn a_page_that_never_heard_of_its_admission_takes_the_place_of_its_former_self() {
    let server = TestServer::with(&["--capacity", "2"]).await;
    let call = room("r/call");
    let (mut ada, _) = Client::joined(&server, &call, "Ada").await;
    let mut first = Client::greeted(&server, &call).await;
    let former = first.join_again("Ben", 1 << 40).await.expect("admission");
    let mut second = Client::greeted(&server, &call).await;
    let latter = second.join_again("Ben", 1 << 40).await.expect("the room is not full of oneself");
    assert_eq!(latter.roster.len(), 1);
    assert!(matches!(ada.hear().await, ServerMessage::PeerJoined { peer } if peer.peer_id == former.peer_id));
    assert_eq!(ada.hear().await, ServerMessage::PeerLeft { peer_id: former.peer_id });
    assert!(matches!(ada.hear().await, ServerMessage::PeerJoined { peer } if peer.peer_id == latter.peer_id));
    assert_eq!(first.closed().await, Closed::because(ErrorCode::Replaced));
}

#[tokio::test]
async fn an_empty_room_is_forgotten() {
    let server = TestServer::with(&["--capacity", "2"]).await;
    for _ in 0..3 {
        let (ada, _) = Client::joined(&server, &room("r/one"), "Ada").await;
        let (ben, _) = Client::joined(&server, &room("r/two"), "Ben").await;
        let _visitor = Client::greeted(&server, &room("r/three")).await;
        assert_eq!(server.state.rooms.count(), 2, "a visitor makes no room");
        ada.leave().await;
        ben.leave().await;
        assert_eq!(server.state.rooms.count(), 0);
    }
}
