//! Everybody else: one who loads a page and two who signal to each other, again and again, and time it. They have a thread
//! of their own, so that what the crowd has to do is not counted as the server's.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::MissedTickBehavior;

use crate::Outcome;
use crate::figures::Times;
use crate::socket::{Socket, connect, joined, next_of_type, say};

/// From one page, or one signal, to the next.
const INTERVAL: Duration = Duration::from_millis(20);

/// What they measured in one phase.
#[derive(Debug, Default, Clone)]
pub struct Seen {
    pub pages: Times,
    pub signals: Times,
}

/// The thread.
pub struct Others {
    shared: Arc<Shared>,
    thread: JoinHandle<Outcome<()>>,
}

#[derive(Default)]
struct Shared {
    phase: AtomicUsize,
    stop: AtomicBool,
    seen: Mutex<Vec<Seen>>,
}

impl Others {
    pub fn begin(server: SocketAddr) -> Self {
        let shared = Arc::new(Shared::default());
        let thread = std::thread::spawn({
            let shared = shared.clone();
            move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                runtime.block_on(async { tokio::try_join!(load_pages(server, &shared), signal(server, &shared)) })?;
                Ok(())
            }
        });
        Self { shared, thread }
    }

    /// What is measured from now on is of another phase.
    pub fn enter(&self, phase: usize) {
        self.shared.phase.store(phase, Ordering::Relaxed);
    }

    /// What was measured, by phase.
    pub fn finish(self) -> Outcome<Vec<Seen>> {
        self.shared.stop.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| "the others broke")??;
        Ok(std::mem::take(&mut *self.shared.seen.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Shared {
    fn goes_on(&self) -> bool {
        !self.stop.load(Ordering::Relaxed)
    }

    /// It counts for the phase in which it began.
    fn add(&self, phase: usize, time: Duration, times: fn(&mut Seen) -> &mut Times) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        while seen.len() <= phase {
            seen.push(Seen::default());
        }
        times(&mut seen[phase]).add(time);
    }
}

async fn load_pages(server: SocketAddr, shared: &Shared) -> Outcome<()> {
    let mut stream = connect(server, 0).await?;
    let mut tick = ticks();
    while shared.goes_on() {
        tick.tick().await;
        let (phase, began) = (shared.phase.load(Ordering::Relaxed), Instant::now());
        fetch(&mut stream, server).await?;
        shared.add(phase, began.elapsed(), |seen| &mut seen.pages);
    }
    Ok(())
}

/// A room's page, over a connection that is kept.
pub async fn fetch(stream: &mut TcpStream, server: SocketAddr) -> Outcome<()> {
    let request = format!("GET /r/standup HTTP/1.1\r\nHost: {server}\r\nAccept-Encoding: br\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut response = Vec::with_capacity(16 * 1024);
    while !is_whole(&response) {
        if stream.read_buf(&mut response).await? == 0 {
            return Err("the server hung up".into());
        }
    }
    if response.starts_with(b"HTTP/1.1 200") { Ok(()) } else { Err("no page".into()) }
}

fn is_whole(response: &[u8]) -> bool {
    let Some(end) = response.windows(4).position(|window| window == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&response[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
    length.is_some_and(|length| response.len() >= end + 4 + length)
}

async fn signal(server: SocketAddr, shared: &Shared) -> Outcome<()> {
    let (mut ada, _) = joined(server, 1, "others").await?;
    let (mut ben, ben_is) = joined(server, 2, "others").await?;
    let ben_id = ben_is["peer_id"].as_str().ok_or("no id")?.to_owned();
    let text =
        format!(r#"{{"type":"signal","to":"{ben_id}","generation":1,"seq":1,"ack":0,"body":"{}"}}"#, "x".repeat(200));
    let mut tick = ticks();
    while shared.goes_on() {
        tick.tick().await;
        let (phase, began) = (shared.phase.load(Ordering::Relaxed), Instant::now());
        say(&mut ada, &text).await?;
        next_of_type(&mut ben, "signal").await?;
        shared.add(phase, began.elapsed(), |seen| &mut seen.signals);
        answer_pings(&mut ada).await;
    }
    Ok(())
}

/// Whoever never reads never answers.
async fn answer_pings(socket: &mut Socket) {
    use futures_util::StreamExt;
    while let Ok(Some(Ok(_))) = tokio::time::timeout(Duration::ZERO, socket.next()).await {}
}

fn ticks() -> tokio::time::Interval {
    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
