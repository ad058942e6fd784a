//! A server that is told to stop, as operators stop it: calls go on, and their people come back to the next server.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use confab::protocol::{ErrorCode, Welcome};
use confab::server::relay::client::{Incoming, TurnClient, TurnError};
use rustix::process::Signal;
use tokio::net::UdpSocket;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::support::client::{Client, Closed};
use crate::support::process::{CONFAB, Process};
use crate::support::turn::{ELSEWHERE, credential, receive, server_at};
use crate::support::{Folder, HERE, PATIENCE, http, room};

/// Long enough that a test which waits for it has failed.
const FOR_EVER: [&str; 2] = ["--drain", "600"];

#[tokio::test]
async fn a_server_that_is_told_to_stop_forwards_what_it_relays_to_the_deadline_and_takes_nothing_new() {
    let folder = Folder::new();
    let mut server = Process::start(&folder.0, &["--drain", "4", "--turn-allow", ELSEWHERE]);
    let mut people = Vec::new();
    for n in 0..20 {
        people.push(joined(&server, &format!("r/call-{}", n / 4)).await);
    }
    let mut live = Relayed::of(&people[0].1).await;
    live.exchange().await;
    let stopped = Instant::now();
    server.signal(Signal::TERM);

    let mut times = BTreeSet::new();
    for (person, _) in &mut people {
        let ms = comes_back_after(person.closed().await);
        assert!((500..=2_000).contains(&ms), "{ms}");
        times.insert(ms);
    }
    assert!(times.len() >= 15, "twenty clients come back at {times:?}");
    for (path, status) in [("/readyz", 503), ("/healthz", 200), ("/r/call", 200)] {
        let answer = http::get_and_stay(server.address, path).await;
        assert_eq!((answer.status, answer.header("connection")), (status, Some("close")), "{path}");
    }
    assert_eq!(http::post_with(server.address, "/api/check", "").await.status, 503);
    comes_back_after(Client::connect_to(server.address).await.closed().await);

    let at = server_at(&people[1].1.ice_servers);
    let refused = TurnClient::over_udp(at).await.unwrap().allocate(&credential(&people[1].1.ice_servers)).await;
    assert!(matches!(refused, Err(TurnError::Refused(508))), "{refused:?}");
    assert_eq!(live.turn.refresh().await.unwrap(), 600);
    live.turn.permit(format!("{ELSEWHERE}:9").parse().unwrap()).await.unwrap();
    live.turn.bind(0x4001, format!("{ELSEWHERE}:9").parse().unwrap()).await.unwrap();
    let mut beat = interval(Duration::from_millis(10));
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stopped.elapsed() < Duration::from_millis(3_900) {
        live.exchange().await;
        beat.tick().await;
    }
    assert!(server.end().await.success());
    assert!(stopped.elapsed() >= Duration::from_secs(4), "it ended after {:?}", stopped.elapsed());
}

#[tokio::test]
async fn it_ends_when_nothing_is_relayed_any_more() {
    let folder = Folder::new();
    let mut server = Process::start(&folder.0, &[&FOR_EVER[..], &["--turn-allow", ELSEWHERE]].concat());
    let (mut ada, ada_is) = joined(&server, "r/call").await;
    let mut live = Relayed::of(&ada_is).await;
    server.signal(Signal::TERM);
    comes_back_after(ada.closed().await);
    live.exchange().await;
    assert!(server.runs());
    live.turn.release().await.unwrap();
    assert!(server.end().await.success());
}

#[tokio::test]
async fn who_is_relayed_is_not_given_up_while_it_drains() {
    let folder = Folder::new();
    let flags = ["--turn-allow", ELSEWHERE, "--resume-window", "0.4"];
    let server = Process::start(&folder.0, &[&FOR_EVER[..], &flags].concat());
    let (mut ada, ada_is) = joined(&server, "r/call").await;
    let mut live = Relayed::of(&ada_is).await;
    server.signal(Signal::TERM);
    assert!(comes_back_after(ada.closed().await) <= 200, "she is waited for 400 ms");
    let closed = Instant::now();
    while closed.elapsed() < Duration::from_secs(1) {
        live.exchange().await;
    }
}

#[tokio::test]
async fn it_ends_at_once_when_nothing_is_relayed_and_where_nothing_can_be() {
    for flags in [&[][..], &["--no-turn"]] {
        let folder = Folder::new();
        let mut server = Process::start(&folder.0, &[&FOR_EVER[..], flags].concat());
        let (mut ada, _) = joined(&server, "r/call").await;
        server.signal(Signal::TERM);
        comes_back_after(ada.closed().await);
        assert!(server.end().await.success(), "{flags:?}");
    }
}

#[tokio::test]
async fn a_second_signal_stops_at_once() {
    for (first, second) in [(Signal::TERM, Signal::TERM), (Signal::INT, Signal::INT), (Signal::TERM, Signal::INT)] {
        let folder = Folder::new();
        let mut server = Process::start(&folder.0, &[&FOR_EVER[..], &["--turn-allow", ELSEWHERE]].concat());
        let (mut ada, ada_is) = joined(&server, "r/call").await;
        let mut live = Relayed::of(&ada_is).await;
        server.signal(first);
        comes_back_after(ada.closed().await);
        live.exchange().await;
        server.signal(second);
        assert!(server.end().await.success(), "{first:?}, {second:?}");
    }
}

#[tokio::test]
async fn without_a_drain_it_stops_at_once_and_says_when_to_come_back_all_the_same() {
    let folder = Folder::new();
    let mut server = Process::start(&folder.0, &["--drain", "0", "--turn-allow", ELSEWHERE]);
    let (mut ada, ada_is) = joined(&server, "r/call").await;
    let _live = Relayed::of(&ada_is).await;
    server.signal(Signal::TERM);
    comes_back_after(ada.closed().await);
    assert!(server.end().await.success());
}

#[tokio::test]
async fn the_next_server_has_the_same_ports_at_once_and_takes_the_people_back() {
    let folder = Folder::new();
    let [listen, turn] = [0, 1].map(port_that_is_not_given_out);
    let data = folder.0.display().to_string();
    let flags = ["--listen", &listen, "--turn-listen", &turn, "--stun-alt-port", "0", "--data-dir", &data];
    let start = || Process::start_as(Path::new(CONFAB), Path::new("."), &flags);
    let mut first = start();
    let (mut ada, ada_is) = joined(&first, "r/call").await;
    let (mut ben, ben_is) = joined(&first, "r/call").await;
    first.signal(Signal::TERM);
    // The old server hangs up first, so its port stays in use for a while as far as TCP is concerned.
    let _ = (ada.closed().await, ben.closed().await);
    assert!(first.end().await.success());
    let second = start();
    let mut sockets = Vec::new();
    for (before, others) in [(&ada_is, 0), (&ben_is, 1)] {
        let mut again = Client::connect_to(second.address).await;
        let back = again.resume(&room("r/call"), &before.session_token, false).await.expect("back");
        assert_eq!((back.peer_id, back.epoch, back.roster.len()), (before.peer_id, before.epoch, others));
        assert_ne!(back.boot_id, before.boot_id);
        sockets.push(again);
    }
}

#[tokio::test]
async fn a_call_moves_to_the_server_beside_while_the_old_one_still_relays_it() {
    let folder = Folder::new();
    let flags = [&FOR_EVER[..], &["--turn-allow", ELSEWHERE]].concat();
    let mut old = Process::start(&folder.0, &flags);
    let (mut ada, ada_is) = joined(&old, "r/call").await;
    let mut before = Relayed::of(&ada_is).await;
    let new = Process::start(&folder.0, &flags);
    old.signal(Signal::TERM);
    comes_back_after(ada.closed().await);

    let mut again = Client::connect_to(new.address).await;
    let back = again.resume(&room("r/call"), &ada_is.session_token, false).await.expect("back");
    assert_ne!(back.boot_id, ada_is.boot_id, "this has her restart ICE where she is relayed");
    let mut after = Relayed::of(&back).await;
    before.exchange().await;
    after.exchange().await;
    before.turn.release().await.unwrap();
    assert!(old.end().await.success());
    after.exchange().await;
}

/// An address whose port the system gives to nobody who takes any, so that it is still free the second time.
fn port_that_is_not_given_out(number: u16) -> String {
    let first = 10_000 + u16::try_from(std::process::id() % 1_000).expect("a small number") * 20 + number * 10;
    let free = |port: &u16| TcpListener::bind((HERE, *port)).is_ok();
    format!("{HERE}:{}", (first..first + 10).find(free).expect("a free port"))
}

/// An allocation, and somebody on the network with whom it exchanges packets.
struct Relayed {
    turn: TurnClient,
    peer: UdpSocket,
    sent: u32,
}

impl Relayed {
    async fn of(member: &Welcome) -> Self {
        let mut turn = TurnClient::over_udp(server_at(&member.ice_servers)).await.unwrap();
        let relayed = turn.allocate(&credential(&member.ice_servers)).await.unwrap();
        let peer = UdpSocket::bind((ELSEWHERE, 0)).await.unwrap();
        peer.connect(relayed).await.unwrap();
        turn.bind(0x4000, peer.local_addr().unwrap()).await.unwrap();
        Self { turn, peer, sent: 0 }
    }

    /// One packet each way.
    async fn exchange(&mut self) {
        self.sent += 1;
        let number = self.sent.to_be_bytes();
        self.turn.send_in_channel(0x4000, &number).await.unwrap();
        let mut bytes = [0; 100];
        let length = timeout(PATIENCE, self.peer.recv(&mut bytes)).await.expect("it is forwarded").unwrap();
        assert_eq!(bytes[..length], number);
        self.peer.send(&number).await.unwrap();
        assert_eq!(receive(&mut self.turn).await, Incoming::Channel(0x4000, number.into()));
    }
}

async fn joined(server: &Process, path: &str) -> (Client, Welcome) {
    let mut client = Client::connect_to(server.address).await.in_front_of(&room(path)).await;
    let welcome = client.join("somebody").await.expect("admission");
    (client, welcome)
}

/// When somebody is to come back whose socket was closed because the server stops.
fn comes_back_after(closed: Closed) -> u32 {
    let reason = closed.reason.expect("a reason");
    assert_eq!((closed.code, reason.code), (1012, ErrorCode::Restarting));
    reason.retry_after_ms.expect("a time to come back")
}
