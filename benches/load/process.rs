//! The server as a process of its own, so that what it holds is its own.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::Outcome;
use crate::figures::Held;

/// One address may do all this, and one client as much as it can.
const GENEROUS: [(&str, &str); 6] = [
    ("CONFAB_MAX_SOCKETS", "30000"),
    ("CONFAB_MAX_SOCKETS_PER_ADDRESS", "30000"),
    ("CONFAB_MAX_CONNECTIONS", "30000"),
    ("CONFAB_MAX_CONNECTIONS_PER_ADDRESS", "30000"),
    ("CONFAB_JOINS_PER_MINUTE", "1000000"),
    ("CONFAB_NO_TURN", "true"),
];

/// A server on a port of its own. Dropped, it is killed.
pub struct Server {
    pub address: SocketAddr,
    folder: PathBuf,
    process: Child,
}

impl Server {
    pub fn start() -> Outcome<Self> {
        let folder = std::env::temp_dir().join(format!("confab-bench-load-{}", std::process::id()));
        // A port that was free a moment ago: it is to be the same after a restart.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let process = spawn(address, &folder)?;
        Ok(Self { address, folder, process })
    }

    /// `kill -9`.
    pub fn kill(&mut self) -> Outcome<()> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }

    /// On the same port and data folder; it listens when this returns.
    pub fn start_again(&mut self) -> Outcome<()> {
        self.process = spawn(self.address, &self.folder)?;
        Ok(())
    }

    pub fn held(&self) -> Outcome<Held> {
        Held::by(&self.process.id().to_string())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn spawn(address: SocketAddr, folder: &PathBuf) -> Outcome<Child> {
    let mut process = Command::new(env!("CARGO_BIN_EXE_confab"))
        .arg(format!("--listen={address}"))
        .envs(GENEROUS)
        .arg("--data-dir")
        .arg(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    // It says where it is once it listens.
    let mut line = String::new();
    BufReader::new(process.stdout.take().ok_or("no output")?).read_line(&mut line)?;
    if line.is_empty() { Err("the server did not start".into()) } else { Ok(process) }
}
