//! What a relayed packet costs: Confab, Debian's coturn and a bare relay loop in turn, under the same paced load. `make bench-relay`.
//!
//! `turnutils_uclient` makes the load and `turnutils_peer` answers it; the floor, which speaks no TURN, has a load of its own at the
//! same pace. Beside each load a probe sends a packet now and then and times its way back. Packets travel over loopback.
//!
//! `CONFAB_BENCH_ROUNDS=1 CONFAB_BENCH_CASES="200x1200 200x1200y"` measures less; `y` is relay to relay.

mod floor;
mod load;
mod probe;
mod report;
mod server;

use std::error::Error;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Resource, getrlimit, setrlimit};

use load::Load;
use probe::Prepared;
use report::Rounds;
use server::{Kind, Running};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Messages a second, of all allocations together: the pace of `turnutils_uclient` with 200 of them.
const MESSAGES_PER_SECOND: u64 = 10_000;
/// How long each allocation sends.
const SENDING_MS: u64 = 5_000;
/// What is measured: from the last connection on, and not to the end, because taking leave is not relaying.
const WINDOW: Duration = Duration::from_secs(9);
/// Who answers: on this machine, but none of its interfaces' addresses.
const PEER: (&str, u16) = ("127.0.0.2", 13_480);

/// How many allocations, how long packets, and whether from relay to relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Case {
    allocations: u64,
    bytes: usize,
    inside: bool,
}

/// What one round of one server came to.
#[derive(Debug, Clone, Copy, Default)]
struct Figures {
    cpu_us: f64,
    lost: u64,
    sent: u64,
    average_ms: f64,
    p99_us: f64,
    bytes_each: f64,
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [word, listen, peer] = arguments.as_slice()
        && word == "floor"
    {
        return floor::run(listen.parse()?, peer.parse()?);
    }
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit)?;
    let rounds: usize = std::env::var("CONFAB_BENCH_ROUNDS").map_or(Ok(5), |text| text.parse())?;
    let mut peer = Command::new("turnutils_peer")
        .args(["-L", PEER.0, "-p", &PEER.1.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let outcome = measure(rounds);
    peer.kill()?;
    peer.wait()?;
    outcome
}

/// Every round measures every case and every server: what the machine does meanwhile concerns all of them.
fn measure(rounds: usize) -> Outcome<()> {
    say(&format!("{}, {rounds} rounds", server::machine()?))?;
    let mut all: Vec<(Case, Rounds)> = cases()?.into_iter().map(|case| (case, Rounds::default())).collect();
    for _ in 0..rounds {
        for (case, measured) in &mut all {
            for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Floor || !case.inside) {
                measured.add(kind, run(kind, *case)?);
            }
        }
    }
    say(&report::table(&all))
}

/// One load on one server, started for it.
fn run(kind: Kind, case: Case) -> Outcome<Figures> {
    let server = Running::start(kind)?;
    let probe = Prepared::connect(&server)?;
    let idle_bytes = server.resident_bytes()?;
    let load = Load::start(&server, case)?;
    let held_bytes = server.resident_bytes()?.saturating_sub(idle_bytes);
    let probe = probe.begin();
    let (cpu_us, datagrams) = (server.cpu_us()?, server::datagrams()?);
    std::thread::sleep(WINDOW);
    let (cpu_us, datagrams) = (server.cpu_us()? - cpu_us, server::datagrams()? - datagrams);
    let mut round_trips_us = probe.finish()?;
    round_trips_us.sort_unstable();
    let sum = load.finish()?;
    let p99 = round_trips_us.get(round_trips_us.len() * 99 / 100).copied().unwrap_or(0);
    Ok(Figures {
        cpu_us: cpu_us as f64 / (datagrams as f64 / case.datagrams_a_packet(kind)),
        lost: sum.lost,
        sent: sum.sent,
        average_ms: sum.way_ms / (sum.sent - sum.lost).max(1) as f64,
        p99_us: p99 as f64,
        bytes_each: held_bytes as f64 / Load::allocations(&server, case) as f64,
    })
}

fn cases() -> Outcome<Vec<Case>> {
    let every = "20x1200 200x1200 1000x1200 20x160 200x160 1000x160 20x1200y 200x1200y 1000x1200y 200x160y";
    let wanted = std::env::var("CONFAB_BENCH_CASES").unwrap_or_else(|_| every.to_owned());
    wanted.split_whitespace().map(Case::parse).collect()
}

impl Case {
    fn parse(text: &str) -> Outcome<Self> {
        let (allocations, bytes) = text.trim_end_matches('y').split_once('x').ok_or("a case is like 200x1200")?;
        Ok(Self { allocations: allocations.parse()?, bytes: bytes.parse()?, inside: text.ends_with('y') })
    }

    /// From one message of an allocation to its next.
    fn interval_ms(&self) -> u64 {
        (self.allocations * 1_000 / MESSAGES_PER_SECOND).max(1)
    }

    /// How many datagrams are sent on this machine for each that is relayed: that one, and the one that is relayed. From relay to
    /// relay Confab sends one and coturn two.
    fn datagrams_a_packet(&self, kind: Kind) -> f64 {
        if self.inside && kind == Kind::Coturn { 3.0 } else { 2.0 }
    }

    /// How many each allocation sends.
    fn messages(&self) -> u64 {
        SENDING_MS / self.interval_ms()
    }
}

fn say(text: &str) -> Outcome<()> {
    let mut out = std::io::stdout();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}
