//! What a client may not say: each has its close code, and cuts the sender alone.

use confab::protocol::{CloseReason, ErrorCode, ServerMessage};
use tokio_tungstenite::tungstenite::Message;

use crate::support::client::{Client, Closed};
use crate::support::process::Process;
use crate::support::raw::{CONTINUATION_UNFINISHED, Raw, TEXT, TEXT_COMPRESSED, TEXT_UNFINISHED};
use crate::support::{Folder, TestServer, envelope, room};

const HELLO: &str = r#"{"type":"hello","version":1,"room":"r/call"}"#;

#[tokio::test]
async fn what_makes_no_sense_closes_the_socket() {
    let server = TestServer::start().await;
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let large_card = format!(r#"{{"type":"join","card":"{}","attempt":5}}"#, "x".repeat(2049));
    let cases = [
        "",
        "hello",
        "[]",
        "{}",
        &deep,
        r#"{"type":"dance"}"#,
        r#"{"type":"hello"}"#,
        r#"{"type":"hello","type":"hello","version":1,"room":"r/call"}"#,
        r#"{"type":"hello","version":1,"version":1,"room":"r/call"}"#,
        r#"{"type":"hello","version":1,"room":"r/Not A Room"}"#,
        r#"{"type":"hello","version":1,"room":"\ud800"}"#,
        r#"{"type":"join","card":"too early","attempt":5}"#,
        r#"{"type":"leave"}"#,
        &large_card,
    ];
    for text in cases {
        let mut client = Client::connect(&server).await;
        client.say_text(text).await;
        assert_eq!(client.closed().await, Closed::because(ErrorCode::BadMessage), "{text:.60}");
    }
}

#[tokio::test]
async fn what_comes_at_the_wrong_time_closes_the_socket() {
    let server = TestServer::start().await;
    let call = room("r/call");
    let (_ada, ada_is) = Client::joined(&server, &call, "Ada").await;

    let mut twice = Client::greeted(&server, &call).await;
    twice.say_text(HELLO).await;
    assert_eq!(twice.closed().await, Closed::because(ErrorCode::BadMessage));

    let mut early = Client::greeted(&server, &call).await;
    early.signal(ada_is.peer_id, envelope(1, "x")).await;
    assert_eq!(early.closed().await, Closed::because(ErrorCode::BadMessage));

    let (mut again, _) = Client::joined(&server, &call, "Ben").await;
    again.say_text(r#"{"type":"join","card":"x","attempt":5}"#).await;
    assert_eq!(again.closed().await, Closed::because(ErrorCode::BadMessage));
}

#[tokio::test]
async fn another_version_is_told_so_even_when_it_says_more_than_we_know() {
    let server = TestServer::start().await;
    let cases = [
        r#"{"type":"hello","version":2,"room":"r/call"}"#,
        r#"{"type":"hello","version":0,"room":"r/call"}"#,
        r#"{"type":"hello","version":70000,"place":{"kind":"room"}}"#,
        r#"{"type":"greetings","version":2}"#,
    ];
    for text in cases {
        let mut client = Client::connect(&server).await;
        client.say_text(text).await;
        assert_eq!(client.closed().await, Closed::because(ErrorCode::UnsupportedVersion), "{text}");
    }
}

#[tokio::test]
async fn binary_frames_are_not_spoken_here() {
    let server = TestServer::start().await;
    let mut client = Client::connect(&server).await;
    client.send(Message::binary(HELLO.as_bytes().to_vec())).await;
    assert_eq!(client.closed().await, Closed::because(ErrorCode::BadMessage));
}

#[tokio::test]
async fn a_message_may_be_64_kib_and_no_more() {
    let server = TestServer::start().await;
    let call = room("r/call");
    let (mut ada, _) = Client::joined(&server, &call, "Ada").await;
    let (mut ben, ben_is) = Client::joined(&server, &call, "Ben").await;
    let bare = signal_text(&ben_is.peer_id.to_string(), "").len();
    ada.say_text(&signal_text(&ben_is.peer_id.to_string(), &"x".repeat(65_536 - bare))).await;
    assert!(matches!(ben.hear().await, ServerMessage::Signal { .. }));
    ada.say_text(&signal_text(&ben_is.peer_id.to_string(), &"x".repeat(65_537 - bare))).await;
    assert_eq!(ada.closed().await, Closed::because(ErrorCode::TooLarge));
}

#[tokio::test]
async fn a_message_in_endless_pieces_is_too_large_as_well() {
    let server = TestServer::start().await;
    let mut raw = Raw::connect(server.address).await;
    raw.frame(TEXT_UNFINISHED, &[b'x'; 60_000]).await;
    raw.frame(CONTINUATION_UNFINISHED, &[b'x'; 60_000]).await;
    assert_eq!(raw.closed().await, Closed::because(ErrorCode::TooLarge));
}

#[tokio::test]
async fn broken_frames_get_the_codes_of_the_websocket_standard() {
    let server = TestServer::start().await;
    let not_utf8 = [b'"', 0xff, b'"'];
    let cases: [(u8, &[u8], u16); 4] =
        [(TEXT, &not_utf8, 1007), (TEXT_COMPRESSED, b"{}", 1002), (0x83, b"{}", 1002), (0x80, b"{}", 1002)];
    for (first_byte, payload, code) in cases {
        let mut raw = Raw::connect(server.address).await;
        raw.frame(first_byte, payload).await;
        let reason = Some(CloseReason::from(ErrorCode::BadMessage));
        assert_eq!(raw.closed().await, Closed { code, reason }, "{first_byte:#x}");
    }
}

#[tokio::test]
async fn what_is_too_large_leaves_no_memory_behind() {
    let folder = Folder::new();
    let server = Process::start(&folder.0, &[]);
    let round = async || {
        let mut senders = Vec::new();
        for _ in 0..50 {
            let mut endless = Raw::connect(server.address).await;
            endless.frame(TEXT_UNFINISHED, &[b'x'; 60_000]).await;
            endless.frame(CONTINUATION_UNFINISHED, &[b'x'; 60_000]).await;
            let mut compressed = Raw::connect(server.address).await;
            compressed.frame(TEXT_COMPRESSED, &[b'x'; 60_000]).await;
            let mut too_large = Raw::connect(server.address).await;
            too_large.frame(TEXT, &[b'x'; 65_537]).await;
            senders.extend([endless, compressed, too_large]);
        }
        for sender in &mut senders {
            sender.gone().await;
        }
    };
    // What the first ones leave is kept for the next.
    round().await;
    round().await;
    let before = server.resident_kib();
    for _ in 0..10 {
        round().await;
    }
    let after = server.resident_kib();
    println!("{before} KiB, and {after} KiB ten rounds later");
    assert!(after < before + 8 * 1024, "{before} KiB became {after} KiB");
}

#[tokio::test]
async fn one_who_is_cut_is_lost_to_the_others_and_they_go_on() {
    let server = TestServer::start().await;
    let call = room("r/call");
    let (mut ada, ada_is) = Client::joined(&server, &call, "Ada").await;
    let (mut ben, _) = Client::joined(&server, &call, "Ben").await;
    let (mut cleo, cleo_is) = Client::joined(&server, &call, "Cleo").await;
    assert!(matches!(ben.hear().await, ServerMessage::PeerJoined { .. }));
    ada.say_text("nonsense").await;
    ada.closed().await;
    assert_eq!(ben.hear().await, ServerMessage::PeerState { peer_id: ada_is.peer_id, connected: false });
    ben.signal(cleo_is.peer_id, envelope(1, "still here")).await;
    assert_eq!(cleo.hear().await, ServerMessage::PeerState { peer_id: ada_is.peer_id, connected: false });
    assert!(matches!(cleo.hear().await, ServerMessage::Signal { .. }));
}

#[tokio::test]
async fn a_server_that_stops_says_when_to_come_back() {
    let server = TestServer::start().await;
    let (mut ada, _) = Client::joined(&server, &room("r/call"), "Ada").await;
    let mut ben = Client::connect(&server).await;
    let (_, ada_closed, ben_closed) = tokio::join!(server.stop(), ada.closed(), ben.closed());
    for closed in [ada_closed, ben_closed] {
        let reason = closed.reason.expect("a reason");
        assert_eq!((closed.code, reason.code), (1012, ErrorCode::Restarting));
        assert!(reason.retry_after_ms.is_some_and(|ms| ms <= 5_000));
    }
}

fn signal_text(to: &str, body: &str) -> String {
    format!(r#"{{"type":"signal","to":"{to}","generation":1,"seq":1,"ack":0,"body":"{body}"}}"#)
}
