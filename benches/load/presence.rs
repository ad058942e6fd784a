//! Whether a stranger can tell a room that somebody is in from one that nobody is in by how long the server takes to
//! answer: ten thousand times each, in turn, and ten thousand times more for what chance does.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::figures::machine;
use crate::process::Server;
use crate::socket::{connect, joined, next_of_type, open, say as tell};
use crate::{Outcome, raise_file_limit, say};

const SAMPLES: usize = 10_000;
/// Beyond this a difference is no chance: once in ten thousand runs.
const Z: f64 = 3.9;
const KINDS: usize = 3;

/// What is asked for in turn: a room that somebody is in, one that nobody is in, and another such.
const ROOMS: [&str; KINDS] = ["inhabited", "uninhabited", "unoccupied"];

pub fn run() -> Outcome<()> {
    raise_file_limit(4_000)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(measure())
}

async fn measure() -> Outcome<()> {
    let server = Server::start()?;
    let _inhabitant = joined(server.address, 0, ROOMS[0]).await?;
    say(&format!("{SAMPLES} times each, in turn, {}", machine()?))?;
    let mut greetings = [const { Vec::new() }; KINDS];
    let mut pages = [const { Vec::new() }; KINDS];
    for n in 0..SAMPLES * KINDS {
        // Each turn begins with another one, so that none always follows the same.
        let kind = (n + n / KINDS) % KINDS;
        greetings[kind].push(greeting(&server, n as u64, ROOMS[kind]).await?);
        pages[kind].push(page(&server, n as u64, ROOMS[kind]).await?);
    }
    let told_apart = [report("greeting", &greetings)?, report("page", &pages)?];
    if told_apart.contains(&true) { Err("the two can be told apart".into()) } else { Ok(()) }
}

/// From `hello` to `greeted`.
async fn greeting(server: &Server, n: u64, room: &str) -> Outcome<Duration> {
    let mut socket = open(server.address, n).await?;
    let asked = Instant::now();
    tell(&mut socket, &format!(r#"{{"type":"hello","version":1,"room":"r/{room}"}}"#)).await?;
    next_of_type(&mut socket, "greeted").await?;
    Ok(asked.elapsed())
}

/// From asking for the room's page to the end of it.
async fn page(server: &Server, n: u64, room: &str) -> Outcome<Duration> {
    let mut stream = connect(server.address, n).await?;
    let request = format!("GET /r/{room} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", server.address);
    let asked = Instant::now();
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    if answer.starts_with(b"HTTP/1.1 200") { Ok(asked.elapsed()) } else { Err("no page".into()) }
}

/// Prints medians and how surely two kinds differ; says whether it is no chance.
fn report(what: &str, times: &[Vec<Duration>; KINDS]) -> Outcome<bool> {
    let [inhabited, uninhabited, other] = times;
    let (z, chance) = (deviation(inhabited, uninhabited), deviation(uninhabited, other));
    say(&format!(
        "{what:<9} median {:.1} us inhabited, {:.1} us not; z {z:.2} between them, {chance:.2} between two that are not (no chance over {Z})",
        median_us(inhabited),
        median_us(uninhabited),
    ))?;
    Ok(z.abs() > Z)
}

fn median_us(times: &[Duration]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).map_or(0.0, |time| time.as_secs_f64() * 1e6)
}

/// The statistic of Mann and Whitney's test, normalised: how many standard deviations the ranks of the first are off the
/// middle.
fn deviation(first: &[Duration], second: &[Duration]) -> f64 {
    let mut all: Vec<(Duration, bool)> = first.iter().map(|time| (*time, true)).collect();
    all.extend(second.iter().map(|time| (*time, false)));
    all.sort_unstable();
    let ranks: f64 = all.iter().enumerate().filter(|(_, (_, is_first))| *is_first).map(|(n, _)| n as f64 + 1.0).sum();
    let (n, m) = (first.len() as f64, second.len() as f64);
    let u = ranks - n * (n + 1.0) / 2.0;
    (u - n * m / 2.0) / (n * m * (n + m + 1.0) / 12.0).sqrt()
}
