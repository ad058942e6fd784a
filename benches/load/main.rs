//! Many at once, over loopback, against a real server: how fast cut sockets are back (`make bench-resume`), what a crowd
//! costs everybody else (`make bench-load`), whether a stranger can tell
//! who is there (`make bench-presence`), and whether all is given back after hours of coming and going (`make soak`).

mod churn;
mod crowd;
mod figures;
mod load;
mod others;
mod page;
mod peer;
mod presence;
mod process;
mod resume;
mod soak;
mod socket;

use std::error::Error;
use std::io::Write;

use rustix::process::{Resource, getrlimit, setrlimit};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome<()> {
    // Cargo adds a flag of its own.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["resume"] => resume::run(),
        ["load"] => load::run(),
        ["presence"] => presence::run(),
        ["soak", seconds] => soak::run(seconds.parse()?),
        // What `soak` starts beside itself.
        ["churn", address, seconds] => churn::run(address, seconds.parse()?),
        _ => Err("one of: resume, load, presence, soak SECONDS".into()),
    }
}

/// As many open files as the system allows, as the server does; an error if that is fewer than this.
fn raise_file_limit(needed: u64) -> Outcome<()> {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit)?;
    match limit.maximum {
        Some(files) if files < needed => {
            Err(format!("needs {needed} open files in each of two processes; {files} are allowed (ulimit -Hn)").into())
        }
        Some(_) | None => Ok(()),
    }
}

fn say(text: &str) -> Outcome<()> {
    let mut out = std::io::stdout();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}
