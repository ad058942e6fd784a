//! Whether all is given back. The server runs in this process, where its tasks, sockets and rooms can be counted; whoever
//! comes and goes is a process of its own. A first while fills pools and caches, and what is held when everybody has left is
//! the measure; after the rest of the time as much may be held again, and no more.

use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant};

use clap::Parser;
use confab::server::Server;
use confab::server::config::Config;
use confab::server::state::ServerState;
use tokio::runtime::{Handle, Runtime};
use tokio::sync::oneshot;

use crate::figures::{Held, machine};
use crate::{Outcome, raise_file_limit, say};

/// The first while is this share of the time.
const FIRST: u64 = 4;
/// The server forgets whoever vanished long before this.
const PATIENCE: Duration = Duration::from_secs(60);
/// How much more may be held at the end than after the first while: an allocator is no accountant.
const MORE_BYTES: u64 = 4_000_000;
const MORE_PERCENT: u64 = 10;

/// What the server holds when nobody is there.
#[derive(Debug, Clone, Copy)]
struct Idle {
    held: Held,
    tasks: usize,
}

pub fn run(seconds: u64) -> Outcome<()> {
    raise_file_limit(4_000)?;
    let folder = std::env::temp_dir().join(format!("confab-soak-{}", std::process::id()));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = soak(&runtime, &folder, seconds);
    let removed = std::fs::remove_dir_all(&folder);
    outcome?;
    Ok(removed?)
}

fn soak(runtime: &Runtime, folder: &std::path::Path, seconds: u64) -> Outcome<()> {
    let mut flags = vec!["confab", "--listen=127.0.0.1:0", "--turn-listen=127.0.0.1:0"];
    flags.extend(["--resume-window=3", "--reload-grace=1", "--turn-challenge-rate=100000"]);
    flags.extend(["--max-sockets-per-address=10000", "--data-dir"]);
    let mut config = Config::parse_from(flags.into_iter().map(Into::into).chain([folder.as_os_str().to_owned()]));
    config.log_format = confab::server::config::LogFormat::Json;
    let server = runtime.block_on(Server::bind(config))?;
    let (address, state) = (server.address(), server.state().clone());
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = runtime.spawn(server.serve(async {
        // The soak is over when the sender is gone.
        let _ = stopped.await;
    }));
    say(&format!("{seconds} s of coming and going, {}", machine()?))?;
    let started = settled(runtime.handle(), &state, None)?;
    say(&format!("started:           {}", started.line()))?;
    let first = seconds / FIRST;
    churn(address, first)?;
    let before = settled(runtime.handle(), &state, Some(started))?;
    say(&format!("after {first:>4} s:      {}", before.line()))?;
    churn(address, seconds - first)?;
    let after = settled(runtime.handle(), &state, Some(started))?;
    say(&format!("after {:>4} s more: {}", seconds - first, after.line()))?;
    drop(stop);
    runtime.block_on(serving)?;
    after.judge(before)
}

fn churn(server: SocketAddr, seconds: u64) -> Outcome<()> {
    let mut command = Command::new(std::env::current_exe()?);
    let status = command.args(["churn", &server.to_string(), &seconds.to_string()]).status()?;
    if status.success() { Ok(()) } else { Err("somebody could not come and go".into()) }
}

/// When everybody has gone: no socket, no room, no relayed port, and no task for any of them.
fn settled(runtime: &Handle, state: &ServerState, started: Option<Idle>) -> Outcome<Idle> {
    let began = Instant::now();
    loop {
        let idle = Idle { held: Held::by("self")?, tasks: runtime.metrics().num_alive_tasks() };
        let gone = state.sockets.count() == 0 && state.rooms.count() == 0;
        let back = started.is_none_or(|started| idle.tasks <= started.tasks && idle.held.files <= started.held.files);
        if gone && back {
            return Ok(idle);
        }
        if began.elapsed() > PATIENCE {
            let (sockets, rooms) = (state.sockets.count(), state.rooms.count());
            return Err(format!("not given back: {sockets} sockets, {rooms} rooms; {}", idle.line()).into());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

impl Idle {
    fn line(&self) -> String {
        let Held { files, threads, .. } = self.held;
        format!("{:.1} MB, {files} files, {} tasks, {threads} threads", self.held.resident_mb(), self.tasks)
    }

    fn judge(self, before: Self) -> Outcome<()> {
        let most = before.held.resident_bytes * (100 + MORE_PERCENT) / 100 + MORE_BYTES;
        if self.held.resident_bytes > most {
            return Err(
                format!("memory grows: {} bytes, at most {most} would be well", self.held.resident_bytes).into()
            );
        }
        if self.held.threads > before.held.threads {
            Err("threads are left over".into())
        } else {
            say("all is given back")
        }
    }
}
