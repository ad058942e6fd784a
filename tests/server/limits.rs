//! What a client may not take: each limit is a flag, and hurts only who reaches it.

use std::time::{Duration, Instant};

use confab::protocol::{ErrorCode, ServerMessage};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use crate::support::client::{Client, Closed};
use crate::support::raw::{Raw, TEXT};
use crate::support::{PATIENCE, TestServer, envelope, http, room, until};

#[tokio::test]
async fn who_says_no_hello_is_closed() {
    let server = TestServer::with(&["--hello-timeout", "0.2"]).await;
    let mut silent = Client::connect(&server).await;
    assert_eq!(silent.closed().await, Closed::because(ErrorCode::HelloTimeout));
}

#[tokio::test]
async fn who_said_hello_may_take_any_time_to_join() {
    let server = TestServer::with(&["--hello-timeout", "0.2", "--tick-interval", "0.1"]).await;
    let mut waiting = Client::greeted(&server, &room("r/call")).await;
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(500) {
        waiting.sign_of_life().await;
    }
    waiting.join("Ada").await.expect("admission");
}

#[tokio::test]
async fn every_tick_is_a_ping_and_a_message() {
    let server = TestServer::with(&["--tick-interval", "0.05"]).await;
    let mut client = Client::greeted(&server, &room("r/call")).await;
    for _ in 0..3 {
        assert!(matches!(client.sign_of_life().await, Message::Ping(_)));
        assert_eq!(client.sign_of_life().await, Message::text(r#"{"type":"tick"}"#));
    }
}

#[tokio::test]
async fn who_answers_no_pings_is_lost() {
    let server = TestServer::with(&["--tick-interval", "0.1", "--silence-timeout", "0.4"]).await;
    let call = room("r/call");
    let (mut ada, _) = Client::joined(&server, &call, "Ada").await;
    let mut silent = Raw::connect(server.address).await;
    silent.frame(TEXT, br#"{"type":"hello","version":1,"room":"r/call"}"#).await;
    silent.frame(TEXT, br#"{"type":"join","card":"Silent","attempt":6}"#).await;
    let ServerMessage::PeerJoined { peer } = ada.hear().await else { panic!("nobody came") };
    assert_eq!(ada.hear().await, ServerMessage::PeerState { peer_id: peer.peer_id, connected: false });
    assert_eq!(silent.closed().await, Closed::because(ErrorCode::TooSlow));
}

#[tokio::test]
async fn who_is_silent_is_closed_on_time_and_not_at_the_next_tick() {
    let server = TestServer::with(&["--tick-interval", "600", "--silence-timeout", "0.4"]).await;
    let mut silent = Raw::connect(server.address).await;
    silent.frame(TEXT, br#"{"type":"hello","version":1,"room":"r/call"}"#).await;
    assert_eq!(silent.closed().await, Closed::because(ErrorCode::TooSlow));
}

#[tokio::test]
async fn who_does_not_read_is_cut_and_nobody_else() {
    let server = TestServer::with(&["--queue-bytes", "65536", "--signal-burst", "2000"]).await;
    let call = room("r/call");
    let (mut ada, _) = Client::joined(&server, &call, "Ada").await;
    let (mut ben, ben_is) = Client::joined(&server, &call, "Ben").await;
    assert!(matches!(ada.hear().await, ServerMessage::PeerJoined { .. }));
    let mut stuck = Raw::connect(server.address).await;
    stuck.frame(TEXT, br#"{"type":"hello","version":1,"room":"r/call"}"#).await;
    stuck.frame(TEXT, br#"{"type":"join","card":"Stuck","attempt":6}"#).await;
    let ServerMessage::PeerJoined { peer } = ada.hear().await else { panic!("nobody came") };
    ben.hear().await;
    let body = "x".repeat(60_000);
    let flood = async {
        // The system's buffers take some megabytes before the queue begins to fill.
        for seq in 1..=500 {
            ada.signal(peer.peer_id, envelope(seq, &body)).await;
        }
        ada.signal(ben_is.peer_id, envelope(1, "still here")).await;
    };
    let listen = async {
        let state = ServerMessage::PeerState { peer_id: peer.peer_id, connected: false };
        assert_eq!(ben.hear().await, state);
        assert!(matches!(ben.hear().await, ServerMessage::Signal { .. }));
    };
    tokio::join!(flood, listen);
}

#[tokio::test]
async fn who_says_much_is_heard_later_but_whole() {
    let server = TestServer::with(&["--signal-burst", "10", "--signal-rate", "50"]).await;
    let call = room("r/call");
    let (mut ada, _) = Client::joined(&server, &call, "Ada").await;
    let (mut ben, ben_is) = Client::joined(&server, &call, "Ben").await;
    let start = Instant::now();
    for seq in 1..=60 {
        ada.signal(ben_is.peer_id, envelope(seq, "x")).await;
    }
    for seq in 1..=60 {
        assert!(matches!(ben.hear().await, ServerMessage::Signal { envelope, .. } if envelope.seq == seq));
    }
    // 60 signals, at most 10 at once, the others 20 ms apart.
    assert!(start.elapsed() >= Duration::from_millis(900), "{:?}", start.elapsed());
}

#[tokio::test]
async fn one_address_may_have_so_many_sockets() {
    let server = TestServer::with(&["--max-sockets-per-address", "2"]).await;
    let call = room("r/call");
    let first = Client::greeted(&server, &call).await;
    let _second = Client::greeted(&server, &call).await;
    let mut third = Client::connect(&server).await;
    assert_eq!(third.closed().await, Closed::because(ErrorCode::RateLimited));
    first.close_page().await;
    until(|| server.state.sockets.count() == 1).await;
    Client::greeted(&server, &call).await;
}

#[tokio::test]
async fn the_server_may_have_so_many_sockets() {
    let server = TestServer::with(&["--max-sockets", "1"]).await;
    let _first = Client::greeted(&server, &room("r/call")).await;
    let mut second = Client::connect(&server).await;
    assert_eq!(second.closed().await, Closed::because(ErrorCode::ServerFull));
}

#[tokio::test]
async fn a_request_that_dribbles_in_is_cut() {
    let server = TestServer::with(&["--header-timeout", "0.3"]).await;
    let mut stream = TcpStream::connect(server.address).await.expect("a connection");
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ").await.expect("written");
    let mut rest = Vec::new();
    let outcome = timeout(PATIENCE, stream.read_to_end(&mut rest)).await.expect("the server hangs up");
    assert!(outcome.is_err() || !rest.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&rest));
}

#[tokio::test]
async fn idle_connections_do_not_keep_others_out_for_long() {
    let server = TestServer::with(&["--max-connections", "3", "--header-timeout", "0.3"]).await;
    let mut idle = Vec::new();
    for _ in 0..6 {
        idle.push(TcpStream::connect(server.address).await.expect("a connection"));
    }
    assert_eq!(http::get(server.address, "/healthz").await.status, 200);
}
