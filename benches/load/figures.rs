//! Medians, percentiles, and what `/proc` says of a process.

use std::time::Duration;

use crate::Outcome;

/// Times that something took.
#[derive(Debug, Default, Clone)]
pub struct Times(Vec<Duration>);

impl Times {
    pub fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    pub fn extend(&mut self, other: &Self) {
        self.0.extend(&other.0);
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The time in milliseconds that so many of a thousand do not exceed.
    pub fn permille_ms(&self, permille: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let at = (sorted.len() * permille / 1_000).min(sorted.len().saturating_sub(1));
        sorted.get(at).map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
    }

    pub fn line(&self) -> String {
        let [median, p99, slowest] = [500, 990, 1_000].map(|permille| self.permille_ms(permille));
        format!("p50 {median:.1} ms, p99 {p99:.1} ms, slowest {slowest:.1} ms")
    }
}

/// What a process holds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Held {
    pub resident_bytes: u64,
    pub files: usize,
    pub threads: u64,
}

impl Held {
    /// Of this process (`self`, or a number).
    pub fn by(process: &str) -> Outcome<Self> {
        let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
        let number = |name: &str| -> Outcome<u64> {
            let line = status.lines().find(|line| line.starts_with(name)).ok_or("no such line")?;
            Ok(line.split_whitespace().nth(1).ok_or("no number")?.parse()?)
        };
        let files = std::fs::read_dir(format!("/proc/{process}/fd"))?.count();
        Ok(Self { resident_bytes: number("VmRSS:")? * 1024, files, threads: number("Threads:")? })
    }

    pub fn resident_mb(&self) -> f64 {
        self.resident_bytes as f64 / 1e6
    }
}

pub fn machine() -> Outcome<String> {
    let info = std::fs::read_to_string("/proc/cpuinfo")?;
    let models: Vec<&str> = info.lines().filter_map(|line| line.strip_prefix("model name\t: ")).collect();
    Ok(format!("on {} x {}", models.len(), models.first().unwrap_or(&"unknown processor")))
}
