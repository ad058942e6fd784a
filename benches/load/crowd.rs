//! What a crowd does to a server: it sits there, comes and goes, does not read, says nothing, dribbles.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

use crate::Outcome;
use crate::figures::Times;
use crate::socket::{Socket, connect, greeted, joined, leave, open, read_to_end, say};

/// So many come in at once.
const DOORS: usize = 200;
/// So many who join are there at a time: where the machine cannot keep the pace, the rest come later.
const SEATS: usize = 4_000;
/// How long one who joins stays.
const STAY: Duration = Duration::from_millis(200);
/// Nothing takes longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// What became of many.
#[derive(Default)]
pub struct Fates {
    pub times: Times,
    pub failed: usize,
}

impl Fates {
    async fn of(mut tasks: JoinSet<Outcome<Duration>>) -> Self {
        let mut fates = Self::default();
        while let Some(outcome) = tasks.join_next().await {
            match outcome {
                Ok(Ok(time)) => fates.times.add(time),
                Ok(Err(_)) | Err(_) => fates.failed += 1,
            }
        }
        fates
    }
}

/// So many who stand in front of a room each. They answer pings until they are dropped.
pub async fn idle(server: SocketAddr, count: u64) -> Outcome<JoinSet<()>> {
    let doors = Arc::new(Semaphore::new(DOORS));
    let mut arriving: JoinSet<Outcome<_>> = JoinSet::new();
    for n in 0..count {
        let doors = doors.clone();
        arriving.spawn(async move {
            let _door = doors.acquire().await?;
            greeted(server, n, &format!("idle-{n}")).await
        });
    }
    let mut there = JoinSet::new();
    while let Some(socket) = arriving.join_next().await {
        there.spawn(read_to_end(socket??));
    }
    Ok(there)
}

/// So many a second come, join, stay a moment and leave; four to a room. The times are from the first packet to `welcome`.
pub async fn join(server: SocketAddr, per_second: u64, seconds: u64) -> Fates {
    let mut tick = interval(Duration::from_millis(10));
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let seats = Arc::new(Semaphore::new(SEATS));
    let mut visits: JoinSet<Outcome<Duration>> = JoinSet::new();
    for n in 0..per_second * seconds {
        if n % (per_second / 100) == 0 {
            tick.tick().await;
        }
        // It is never closed.
        let Ok(seat) = seats.clone().acquire_owned().await else { break };
        visits.spawn(async move {
            let began = Instant::now();
            let (socket, _) = timeout(PATIENCE, joined(server, n, &format!("join-{}", n / 4))).await??;
            let took = began.elapsed();
            sleep(STAY).await;
            timeout(PATIENCE, leave(socket)).await??;
            drop(seat);
            Ok(took)
        });
    }
    Fates::of(visits).await
}

/// One who does not read while another writes; how long until it is cut.
pub async fn slow_reader(server: SocketAddr) -> Outcome<Duration> {
    let (slow, slow_is) = joined(server, 3, "slow").await?;
    let (mut fast, _) = joined(server, 4, "slow").await?;
    let id = slow_is["peer_id"].as_str().ok_or("no id")?.to_owned();
    let body = "x".repeat(32 * 1024);
    let text = format!(r#"{{"type":"signal","to":"{id}","generation":1,"seq":1,"ack":0,"body":"{body}"}}"#);
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        say(&mut fast, &text).await?;
        if hears_of_a_loss(&mut fast).await? {
            drop(slow);
            fast.close(None).await?;
            return Ok(began.elapsed());
        }
    }
    Err("the slow reader was never cut".into())
}

/// Whether somebody's socket was just lost.
async fn hears_of_a_loss(socket: &mut Socket) -> Outcome<bool> {
    match timeout(Duration::from_millis(1), socket.next()).await {
        Ok(Some(Ok(Message::Text(text)))) => Ok(text.contains(r#""connected":false"#)),
        Ok(Some(Ok(_))) | Err(_) => Ok(false),
        Ok(Some(Err(error))) => Err(error.into()),
        Ok(None) => Err("the writer was cut".into()),
    }
}

/// Sockets that never say hello: how long until each is closed.
pub async fn silent(server: SocketAddr, count: u64) -> Fates {
    let mut sockets: JoinSet<Outcome<Duration>> = JoinSet::new();
    let doors = Arc::new(Semaphore::new(DOORS));
    for n in 0..count {
        let doors = doors.clone();
        sockets.spawn(async move {
            let door = doors.acquire().await?;
            let socket = open(server, n).await?;
            drop(door);
            let began = Instant::now();
            timeout(PATIENCE, read_to_end(socket)).await?;
            Ok(began.elapsed())
        });
    }
    Fates::of(sockets).await
}

/// Requests whose head comes a byte a second: how long until each is cut.
pub async fn dribbling(server: SocketAddr, count: u64) -> Fates {
    let mut streams: JoinSet<Outcome<Duration>> = JoinSet::new();
    for n in 0..count {
        streams.spawn(async move {
            let stream = connect(server, n).await?;
            let began = Instant::now();
            timeout(PATIENCE, dribble(stream)).await?;
            Ok(began.elapsed())
        });
    }
    Fates::of(streams).await
}

/// Until the other side has had enough.
async fn dribble(mut stream: TcpStream) {
    let mut head = b"GET / HTTP/1.1\r\nHost: confab.example\r\nX-Long: ".iter().copied().chain(std::iter::repeat(b'x'));
    let mut tick = interval(Duration::from_secs(1));
    let mut answer = [0; 512];
    loop {
        tokio::select! {
            read = stream.read(&mut answer) => match read {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            },
            _ = tick.tick() => {
                let byte = head.next().unwrap_or(b'x');
                if stream.write_all(&[byte]).await.is_err() {
                    return;
                }
            }
        }
    }
}
