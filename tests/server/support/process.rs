//! The executable as an operator runs it, killed when dropped.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::PATIENCE;

pub const CONFAB: &str = env!("CARGO_BIN_EXE_confab");

pub struct Process {
    child: Child,
    pub address: SocketAddr,
}

impl Process {
    /// On ports of its own, with this data folder.
    pub fn start(data_dir: &Path, flags: &[&str]) -> Self {
        let folder = data_dir.display().to_string();
        let own = ["--listen", "127.0.0.1:0", "--turn-listen", "127.0.0.1:0", "--data-dir", &folder];
        Self::start_as(Path::new(CONFAB), Path::new("."), &[&own, flags].concat())
    }

    /// This executable in this folder; waits for the line that says where it is.
    pub fn start_as(executable: &Path, folder: &Path, flags: &[&str]) -> Self {
        let mut child = Command::new(executable)
            .args(flags)
            .current_dir(folder)
            .env("RUST_LOG", "off")
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("output")).read_line(&mut line).expect("a line");
        let port = line.trim().rsplit(':').next().expect("a port");
        let address = format!("127.0.0.1:{port}").parse().unwrap_or_else(|_| panic!("it says {line:?}"));
        Self { child, address }
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("sent");
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        self.child.try_wait().expect("a child").is_none()
    }

    /// How it ended, which must be soon. Other tasks go on meanwhile.
    pub async fn end(&mut self) -> ExitStatus {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("it does not end");
    }

    /// Its memory.
    pub fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("a process");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
