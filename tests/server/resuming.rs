//! Coming back: after a lost socket, a reload, a restart; and who may not.

use confab::protocol::{ErrorCode, ServerMessage, Welcome};

use crate::support::client::{Client, Closed};
use crate::support::{TestServer, envelope, room, until};

#[tokio::test]
async fn a_lost_socket_is_waited_for_and_taken_up_again() {
    let (server, ada, ada_is, mut ben, _) = two_in_a_room().await;
    drop(ada);
    assert_eq!(ben.hear().await, ServerMessage::PeerState { peer_id: ada_is.peer_id, connected: false });
    server.skip(59);
    let mut again = Client::connect(&server).await;
    let back = again.resume(&room("r/call"), &ada_is.session_token, false).await.expect("back");
    assert_eq!((back.peer_id, back.epoch, back.roster.len()), (ada_is.peer_id, ada_is.epoch, 1));
    assert_eq!(ben.hear().await, ServerMessage::PeerState { peer_id: ada_is.peer_id, connected: true });
    ben.signal(ada_is.peer_id, envelope(1, "welcome back")).await;
    assert!(matches!(again.hear().await, ServerMessage::Signal { .. }));
}

#[tokio::test]
async fn who_closes_a_socket_to_open_another_is_waited_for_as_after_a_loss() {
    let (server, ada, ada_is, mut ben, _) = two_in_a_room().await;
    ada.close_to_return().await;
    assert_eq!(ben.hear().await, ServerMessage::PeerState { peer_id: ada_is.peer_id, connected: false });
    server.skip(59);
    let mut again = Client::connect(&server).await;
    again.resume(&room("r/call"), &ada_is.session_token, false).await.expect("back");
    assert_eq!(ben.hear().await, ServerMessage::PeerState { peer_id: ada_is.peer_id, connected: true });
}

#[tokio::test]
async fn after_the_window_a_lost_member_is_gone() {
    let (server, ada, ada_is, mut ben, _) = two_in_a_room().await;
    drop(ada);
    assert_eq!(ben.hear().await, ServerMessage::PeerState { peer_id: ada_is.peer_id, connected: false });
    server.skip(60);
    assert_eq!(ben.hear().await, ServerMessage::PeerLeft { peer_id: ada_is.peer_id });
    ben.leave().await;
    assert_eq!(server.state.rooms.count(), 0);
}

#[tokio::test]
async fn a_room_of_lost_members_only_is_forgotten_by_itself() {
    let server = TestServer::with(&["--resume-window", "0.05"]).await;
    let (ada, _) = Client::joined(&server, &room("r/call"), "Ada").await;
    drop(ada);
    until(|| server.state.rooms.count() == 0).await;
}

#[tokio::test]
async fn a_reload_is_the_same_person_with_a_larger_epoch() {
    let (server, ada, ada_is, mut ben, ben_is) = two_in_a_room().await;
    ada.close_page().await;
    assert_eq!(ben.hear().await, ServerMessage::PeerState { peer_id: ada_is.peer_id, connected: false });
    server.skip(4);
    let mut again = Client::connect(&server).await;
    let back = again.resume(&room("r/call"), &ada_is.session_token, true).await.expect("back");
    assert_eq!(back.peer_id, ada_is.peer_id);
    assert!(back.epoch > ada_is.epoch && back.epoch > ben_is.epoch);
    match ben.hear().await {
        ServerMessage::PeerJoined { peer } => assert_eq!((peer.peer_id, peer.epoch), (back.peer_id, back.epoch)),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_closed_page_is_gone_after_the_grace_and_one_who_leaves_at_once() {
    let (server, ada, ada_is, mut ben, ben_is) = two_in_a_room().await;
    ada.close_page().await;
    assert_eq!(ben.hear().await, ServerMessage::PeerState { peer_id: ada_is.peer_id, connected: false });
    server.skip(5);
    assert_eq!(ben.hear().await, ServerMessage::PeerLeft { peer_id: ada_is.peer_id });
    let (mut cleo, _) = Client::joined(&server, &room("r/call"), "Cleo").await;
    ben.leave().await;
    assert_eq!(cleo.hear().await, ServerMessage::PeerLeft { peer_id: ben_is.peer_id });
}

#[tokio::test]
async fn a_second_socket_takes_over_and_the_first_is_closed() {
    let (server, mut ada, ada_is, mut ben, _) = two_in_a_room().await;
    let mut other_tab = Client::connect(&server).await;
    let back = other_tab.resume(&room("r/call"), &ada_is.session_token, true).await.expect("back");
    assert_eq!(ada.closed().await, Closed::because(ErrorCode::Replaced));
    assert!(matches!(ben.hear().await, ServerMessage::PeerJoined { peer } if peer.peer_id == ada_is.peer_id));
    ben.signal(back.peer_id, envelope(1, "to the new one")).await;
    assert!(matches!(other_tab.hear().await, ServerMessage::Signal { .. }), "and the closed one takes nobody away");
    let mut overtaken = Client::connect(&server).await;
    let refusal = overtaken.resume(&room("r/call"), &ada_is.session_token, false).await;
    assert_eq!(refusal, Err(ErrorCode::BadToken));
}

#[tokio::test]
async fn a_bad_token_is_refused_and_the_socket_may_join_as_somebody_new() {
    let (server, _ada, ada_is, _ben, _) = two_in_a_room().await;
    let token = &ada_is.session_token;
    let mut forged = token.clone().into_bytes();
    forged[3] = if forged[3] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).expect("text");
    let public_id = ada_is.peer_id.to_string();
    let call = room("r/call");
    let other = room("r/other");
    let cases = [(&call, forged.as_str()), (&call, &token[..20]), (&call, ""), (&call, &public_id), (&other, token)];
    for (room, token) in cases {
        let mut client = Client::connect(&server).await;
        assert_eq!(client.resume(room, token, false).await, Err(ErrorCode::BadToken), "{token}");
        let welcome = client.join("Eve").await.expect("admission");
        assert_ne!(welcome.peer_id, ada_is.peer_id);
        client.leave().await;
    }
}

#[tokio::test]
async fn a_token_expires() {
    let server = TestServer::with(&["--token-lifetime", "100"]).await;
    let (_ada, ada_is) = Client::joined(&server, &room("r/call"), "Ada").await;
    server.skip(100);
    let mut again = Client::connect(&server).await;
    assert_eq!(again.resume(&room("r/call"), &ada_is.session_token, false).await, Err(ErrorCode::BadToken));
}

#[tokio::test]
async fn a_restarted_server_takes_its_people_back_and_another_server_does_not() {
    let (server, _ada, ada_is, _ben, ben_is) = two_in_a_room().await;
    let server = TestServer::in_folder(server.stop().await, &[]).await;
    let mut sockets = Vec::new();
    for (before, others) in [(&ada_is, 0), (&ben_is, 1)] {
        let mut again = Client::connect(&server).await;
        let back = again.resume(&room("r/call"), &before.session_token, false).await.expect("back");
        assert_eq!((back.peer_id, back.epoch, back.roster.len()), (before.peer_id, before.epoch, others));
        assert_ne!(back.boot_id, before.boot_id);
        sockets.push(again);
    }
    let stranger = TestServer::start().await;
    let mut client = Client::connect(&stranger).await;
    assert_eq!(client.resume(&room("r/call"), &ada_is.session_token, false).await, Err(ErrorCode::BadToken));
}

#[tokio::test]
async fn nobody_comes_back_into_a_room_that_is_full() {
    let server = TestServer::with(&["--capacity", "2"]).await;
    let call = room("r/call");
    let (ada, ada_is) = Client::joined(&server, &call, "Ada").await;
    ada.leave().await;
    let (_ben, _) = Client::joined(&server, &call, "Ben").await;
    let (_cleo, _) = Client::joined(&server, &call, "Cleo").await;
    let mut again = Client::connect(&server).await;
    assert_eq!(again.resume(&call, &ada_is.session_token, false).await, Err(ErrorCode::RoomFull));
}

async fn two_in_a_room() -> (TestServer, Client, Welcome, Client, Welcome) {
    let server = TestServer::start().await;
    let (mut ada, ada_is) = Client::joined(&server, &room("r/call"), "Ada").await;
    let (ben, ben_is) = Client::joined(&server, &room("r/call"), "Ben").await;
    assert!(matches!(ada.hear().await, ServerMessage::PeerJoined { .. }));
    (server, ada, ada_is, ben, ben_is)
}
