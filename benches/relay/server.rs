//! The servers that are measured: each a process of its own, whose cost `/proc` tells.

use std::net::{SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::{Outcome, PEER};

/// At least 16 characters, of no worth.
pub const SECRET: &str = "nobody-else-knows-this";
/// A member of a room, as far as the relay knows.
pub const HOLDER: &str = "000102030405060708090a0b0c0d0e0f";
const ADDRESS: &str = "127.0.0.1";
/// Longer than any of them takes to start.
const PATIENCE: Duration = Duration::from_secs(10);

/// Which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Confab,
    Coturn,
    Floor,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Confab, Self::Coturn, Self::Floor];

    pub fn name(self) -> &'static str {
        match self {
            Self::Confab => "confab",
            Self::Coturn => "coturn",
            Self::Floor => "floor",
        }
    }
}

/// A server that answers. Dropped, it ends.
pub struct Running {
    pub kind: Kind,
    pub address: SocketAddr,
    process: Child,
    folder: PathBuf,
}

impl Running {
    pub fn start(kind: Kind) -> Outcome<Self> {
        let folder = std::env::temp_dir().join(format!("confab-bench-relay-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        // A port that was free a moment ago.
        let address = UdpSocket::bind((ADDRESS, 0))?.local_addr()?;
        let mut command = match kind {
            Kind::Confab => confab(address),
            Kind::Coturn => coturn(address),
            Kind::Floor => floor(address)?,
        };
        let process =
            command.current_dir(&folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let running = Self { kind, address, process, folder };
        running.wait_until_it_listens()?;
        Ok(running)
    }

    fn wait_until_it_listens(&self) -> Outcome<()> {
        let start = Instant::now();
        let wanted = format!(":{:04X} ", self.address.port());
        while start.elapsed() < PATIENCE {
            if std::fs::read_to_string("/proc/net/udp")?.lines().any(|line| line.contains(&wanted)) {
                // It may still be busy with the rest of its start.
                std::thread::sleep(Duration::from_millis(300));
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Err(format!("{} does not listen", self.kind.name()).into())
    }

    /// Time on a processor so far, of all threads. (`/proc/PID/stat` counts in samples of 10 ms and misses short work.)
    pub fn cpu_us(&self) -> Outcome<u64> {
        let mut nanoseconds = 0;
        for thread in std::fs::read_dir(format!("/proc/{}/task", self.process.id()))? {
            let schedstat = std::fs::read_to_string(thread?.path().join("schedstat"))?;
            nanoseconds += schedstat.split_whitespace().next().ok_or("no time")?.parse::<u64>()?;
        }
        Ok(nanoseconds / 1_000)
    }

    pub fn resident_bytes(&self) -> Outcome<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.split_whitespace().nth(1).ok_or("no number")?.parse::<u64>()? * 1024)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn confab(address: SocketAddr) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_confab"));
    command.args(["--listen", "127.0.0.1:0", "--data-dir", "data", "--turn-secret", SECRET, "--turn-allow", PEER.0]);
    command.args(["--max-allocations", "10000", "--max-allocations-per-peer", "10000"]);
    command.args(["--relay-kbit-per-peer", "10000000", "--turn-challenge-rate", "100000"]);
    command.arg(format!("--turn-listen={address}"));
    command
}

fn coturn(address: SocketAddr) -> Command {
    let mut command = Command::new("turnserver");
    command.args(["-n", "--no-cli", "--no-tls", "--no-dtls", "--realm=confab", "--use-auth-secret"]);
    command.args(["--allow-loopback-peers", "--log-file=/dev/null", "--userdb=turndb", "--pidfile=turnserver.pid"]);
    command.arg(format!("--static-auth-secret={SECRET}")).arg(format!("--listening-port={}", address.port()));
    command.arg(format!("--listening-ip={ADDRESS}")).arg(format!("--relay-ip={ADDRESS}"));
    command
}

fn floor(address: SocketAddr) -> Outcome<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("floor").arg(address.to_string()).arg(format!("{}:{}", PEER.0, PEER.1));
    Ok(command)
}

/// Datagrams sent so far by everybody on this machine: it had better be quiet.
pub fn datagrams() -> Outcome<u64> {
    let counters = std::fs::read_to_string("/proc/net/snmp")?;
    let mut lines = counters.lines().filter(|line| line.starts_with("Udp:")).map(str::split_whitespace);
    let (Some(names), Some(mut values)) = (lines.next(), lines.next()) else { return Err("no counters".into()) };
    let at = names.into_iter().position(|name| name == "OutDatagrams").ok_or("no OutDatagrams")?;
    Ok(values.nth(at).ok_or("no number")?.parse()?)
}

pub fn machine() -> Outcome<String> {
    let info = std::fs::read_to_string("/proc/cpuinfo")?;
    let models: Vec<&str> = info.lines().filter_map(|line| line.strip_prefix("model name\t: ")).collect();
    Ok(format!("on {} x {}", models.len(), models.first().unwrap_or(&"unknown processor")))
}
