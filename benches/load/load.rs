//! A crowd of strangers, and what everybody else notices of it. Crowd and server are two processes on one machine; the
//! crowd comes from fifty loopback addresses, and the server's limits for one address and in all are raised for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::crowd::{self, Fates};
use crate::figures::{Held, machine};
use crate::others::{Others, Seen};
use crate::process::Server;
use crate::{Outcome, raise_file_limit, say};

const IDLE: u64 = 10_000;
const JOINS_PER_SECOND: u64 = 1_000;
const JOIN_SECONDS: u64 = 60;
const SILENT: u64 = 5_000;
const DRIBBLING: u64 = 5_000;
/// Idle sockets, one of the attacks, and what joins meanwhile.
const FILES: u64 = IDLE + SILENT + 1_000;
/// Every phase lasts at least so long, so that the others have seen something of it.
const PHASE: Duration = Duration::from_secs(15);
/// Memory is looked at so often.
const SAMPLE: Duration = Duration::from_millis(200);

/// One phase, when it is over.
struct Phase {
    name: &'static str,
    held: Held,
    peak_bytes: u64,
    note: String,
}

struct Stage {
    server: Server,
    others: Others,
    phases: Vec<Phase>,
}

pub fn run() -> Outcome<()> {
    raise_file_limit(FILES)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = runtime.block_on(measure())?;
    say(&report)
}

async fn measure() -> Outcome<String> {
    let server = Server::start()?;
    let address = server.address;
    let mut stage = Stage { others: Others::begin(address), server, phases: Vec::new() };
    stage.phase("before", async { Ok(String::new()) }).await?;
    let mut idle = None;
    let sit_down = async {
        idle = Some(crowd::idle(address, IDLE).await?);
        Ok(String::new())
    };
    stage.phase("10,000 idle sockets", sit_down).await?;
    let joins = async {
        let began = Instant::now();
        let joined = crowd::join(address, JOINS_PER_SECOND, JOIN_SECONDS).await;
        Ok(format!("{}; {:.1} s in all", told("from connecting to welcome", &joined), began.elapsed().as_secs_f64()))
    };
    stage.phase("and 1,000 joins/s, 60 s", joins).await?;
    let slow = async { Ok(format!("cut after {:.1} s", crowd::slow_reader(address).await?.as_secs_f64())) };
    stage.phase("and a slow reader", slow).await?;
    let silent = async { Ok(told("until closed", &crowd::silent(address, SILENT).await)) };
    stage.phase("and 5,000 silent sockets", silent).await?;
    let dribbling = async { Ok(told("until cut", &crowd::dribbling(address, DRIBBLING).await)) };
    stage.phase("and 5,000 dribbling heads", dribbling).await?;
    drop(idle);
    stage.phase("after", async { Ok(String::new()) }).await?;
    // What the allocator keeps is there for the next ones: as many again need no more.
    let mut again = None;
    let sit_down_again = async {
        again = Some(crowd::idle(address, IDLE).await?);
        Ok(String::new())
    };
    stage.phase("10,000 idle sockets again", sit_down_again).await?;
    drop(again);
    stage.phase("after that", async { Ok(String::new()) }).await?;
    stage.report()
}

fn told(what: &str, fates: &Fates) -> String {
    format!(
        "{} of {}: {}; {} failed",
        fates.times.count(),
        fates.times.count() + fates.failed,
        times(what, fates),
        fates.failed
    )
}

fn times(what: &str, fates: &Fates) -> String {
    format!("{what} {}", fates.times.line())
}

impl Stage {
    /// Has this happen, and looks at the server meanwhile.
    async fn phase(&mut self, name: &'static str, happening: impl Future<Output = Outcome<String>>) -> Outcome<()> {
        self.others.enter(self.phases.len());
        let began = Instant::now();
        let peak = Arc::new(AtomicU64::new(0));
        let done = AtomicBool::new(false);
        let watch = async {
            while !done.load(Ordering::Relaxed) {
                peak.fetch_max(self.server.held()?.resident_bytes, Ordering::Relaxed);
                sleep(SAMPLE).await;
            }
            Outcome::<()>::Ok(())
        };
        let happening = async {
            let note = happening.await;
            sleep(PHASE.saturating_sub(began.elapsed())).await;
            done.store(true, Ordering::Relaxed);
            note
        };
        let (note, ()) = tokio::try_join!(happening, watch)?;
        let held = self.server.held()?;
        self.phases.push(Phase { name, held, peak_bytes: peak.load(Ordering::Relaxed), note });
        Ok(())
    }

    fn report(self) -> Outcome<String> {
        let seen = self.others.finish()?;
        let mut lines = vec![
            format!("{}; the server and the crowd share the processors", machine()?),
            format!(
                "{:<26} {:>21} {:>21} {:>13} {:>7} {:>7}",
                "", "others' page, ms", "others' signal, ms", "memory, MB", "", ""
            ),
            format!(
                "{:<26} {:>7}{:>7}{:>7} {:>7}{:>7}{:>7} {:>6} {:>6} {:>7}",
                "", "p50", "p99", "max", "p50", "p99", "max", "peak", "then", "files"
            ),
        ];
        for (phase, seen) in self.phases.iter().zip(seen) {
            lines.push(phase.line(&seen));
        }
        lines.extend(
            self.phases.iter().filter(|phase| !phase.note.is_empty()).map(|p| format!("{}: {}", p.name, p.note)),
        );
        Ok(lines.join("\n"))
    }
}

impl Phase {
    fn line(&self, seen: &Seen) -> String {
        let figures = |times: &crate::figures::Times| {
            [500, 990, 1_000].map(|permille| format!("{:>7.1}", times.permille_ms(permille))).concat()
        };
        format!(
            "{:<26} {} {} {:>6.0} {:>6.0} {:>7}",
            self.name,
            figures(&seen.pages),
            figures(&seen.signals),
            self.peak_bytes as f64 / 1e6,
            self.held.resident_mb(),
            self.held.files
        )
    }
}
