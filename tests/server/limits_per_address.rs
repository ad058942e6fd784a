//! What one network may not take from the others: each limit is a flag.

use std::time::{Duration, Instant};

use confab::protocol::ErrorCode;
use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::client::Client;
use crate::support::process::Process;
use crate::support::{Folder, HERE, PATIENCE, TestServer, connect_from, http, raise_file_limit, room, until};

/// Other addresses of this machine. Two, because some networks share one count of joins.
const OTHERS: [&str; 2] = ["127.0.0.2", "127.0.0.3"];

#[tokio::test]
async fn one_address_may_have_so_many_sockets() {
    let server = TestServer::with(&["--max-sockets-per-address", "2"]).await;
    let call = room("r/call");
    let first = Client::greeted(&server, &call).await;
    let _second = Client::greeted(&server, &call).await;
    let mut third = Client::connect(&server).await;
    assert_eq!(third.closed().await.for_now(), Some(ErrorCode::RateLimited));
    first.close_page().await;
    until(|| server.state.sockets.count() == 1).await;
    Client::greeted(&server, &call).await;
}

#[tokio::test]
async fn one_address_may_bring_in_so_many_people_a_minute_and_the_others_are_told_when_to_come() {
    let server = TestServer::with(&["--joins-per-minute", "3"]).await;
    let call = room("r/call");
    let mut tokens = Vec::new();
    let mut people = Vec::new();
    for _ in 0..3 {
        let (person, welcome) = Client::joined(&server, &call, "somebody").await;
        people.push(person);
        tokens.push(welcome.session_token);
    }
    let mut fourth = Client::greeted(&server, &call).await;
    fourth.ask_to_join("Dan").await;
    assert_eq!(fourth.closed().await.for_now(), Some(ErrorCode::RateLimited));
    let mut back = Client::connect(&server).await;
    back.resume(&call, &tokens[0], false).await.expect("who is in already comes back");
    assert!(somebody_else_comes_in(&server).await);
    server.skip(20);
    Client::joined(&server, &call, "Dan").await;
    let mut fifth = Client::greeted(&server, &call).await;
    fifth.ask_to_join("Eve").await;
    assert_eq!(fifth.closed().await.for_now(), Some(ErrorCode::RateLimited));
}

/// As the flags stand when nobody changes them.
#[tokio::test]
async fn of_a_thousand_joins_from_one_address_most_come_in_and_the_rest_is_told_to_wait() {
    raise_file_limit();
    let server = TestServer::with(&["--max-sockets-per-address", "2000"]).await;
    let joins = (0..1_000).map(async |n| {
        let call = room(&format!("r/call-{}", n / 8));
        let mut client = Client::connect(&server).await.in_front_of(&call).await;
        client.ask_to_join("somebody").await;
        match client.hear_or_closed().await {
            Ok(_) => (Some(client), None),
            Err(closed) => (None, closed.for_now()),
        }
    });
    let start = Instant::now();
    let outcomes = join_all(joins).await;
    let came_in = outcomes.iter().filter(|(client, _)| client.is_some()).count();
    let told = outcomes.iter().filter(|(_, code)| *code == Some(ErrorCode::RateLimited)).count();
    assert_eq!(came_in + told, 1_000);
    // Ten a second are let in besides while it lasts.
    let besides = usize::try_from(start.elapsed().as_secs() + 1).expect("some seconds") * 10;
    assert!((600..=600 + besides).contains(&came_in), "{came_in}");
    assert!(somebody_else_comes_in(&server).await);
}

#[tokio::test]
async fn one_address_may_have_so_many_connections_without_a_socket() {
    let server = TestServer::with(&["--max-connections-per-address", "2", "--header-timeout", "60"]).await;
    let first = connect_from(HERE, server.address).await;
    let _second = connect_from(HERE, server.address).await;
    let mut third = connect_from(HERE, server.address).await;
    let mut nothing = Vec::new();
    // Whether it is closed or reset does not matter.
    let _ = timeout(PATIENCE, third.read_to_end(&mut nothing)).await.expect("it is hung up on");
    assert_eq!(nothing, b"");
    assert_eq!(http::get_from(OTHERS[0], server.address, "/healthz").await.status, 200);
    drop(first);
    let answered = async { while !asks(server.address).await {} };
    timeout(PATIENCE, answered).await.expect("a place is free again");
}

/// Were they let in, they would have every place that there is.
#[tokio::test]
async fn five_thousand_dribbled_heads_from_one_address_hold_up_nobody_else() {
    raise_file_limit();
    let folder = Folder::new();
    let server = Process::start(&folder.0, &["--max-connections", "4500"]);
    let before = server.resident_kib();
    let mut slow = join_all((0..5_000).map(|_| connect_from(HERE, server.address))).await;
    for piece in [&b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "[..], b"x", b"x"] {
        for stream in &mut slow {
            // Those over the limit have been hung up on.
            let _ = stream.write_all(piece).await;
        }
    }
    let mut times = Vec::new();
    for n in 0..300 {
        // They go on with it.
        for stream in slow.iter_mut().skip(n % 10).step_by(10) {
            let _ = stream.write_all(b"x").await;
        }
        let start = Instant::now();
        assert_eq!(http::get_from(OTHERS[0], server.address, "/healthz").await.status, 200);
        times.push(start.elapsed());
    }
    times.sort_unstable();
    let p99 = times[times.len() * 99 / 100];
    let each = server.resident_kib().saturating_sub(before) / 4_096;
    println!("p99 {p99:?}, {each} KiB for each that is held");
    assert!(p99 < Duration::from_millis(100), "{p99:?}");
    assert!(each < 40, "{each} KiB for each that is held");
}

#[tokio::test]
async fn who_is_turned_away_without_end_is_turned_away_more_shortly() {
    let server = TestServer::with(&["--max-sockets-per-address", "1"]).await;
    let _only = Client::greeted(&server, &room("r/call")).await;
    let request = format!(
        "GET /ws HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n",
        server.address
    );
    let statuses = join_all((0..300).map(async |_| {
        let mut stream = connect_from(HERE, server.address).await;
        stream.write_all(request.as_bytes()).await.expect("written");
        let mut status = [0; 12];
        stream.read_exact(&mut status).await.expect("an answer");
        (status, stream)
    }));
    let statuses = statuses.await;
    let count = |status: &[u8]| statuses.iter().filter(|(first, _)| first == status).count();
    let (upgraded, refused) = (count(b"HTTP/1.1 101"), count(b"HTTP/1.1 503"));
    assert_eq!(upgraded + refused, 300);
    assert!(upgraded >= 256 && refused > 0, "{upgraded} are told why, {refused} are not");
}

/// Whether a request from here is answered.
async fn asks(server: std::net::SocketAddr) -> bool {
    let mut stream: TcpStream = connect_from(HERE, server).await;
    let mut status = [0; 12];
    let request = stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
    request.is_ok() && stream.read_exact(&mut status).await.is_ok() && status == *b"HTTP/1.1 200"
}

/// Whether people of other networks are admitted.
async fn somebody_else_comes_in(server: &TestServer) -> bool {
    for from in OTHERS {
        let call = room("r/elsewhere");
        let mut client = Client::connect_as(server.address, from, &[]).await.in_front_of(&call).await;
        client.ask_to_join("somebody").await;
        if client.hear_or_closed().await.is_ok() {
            return true;
        }
    }
    false
}
