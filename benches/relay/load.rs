//! The load: `turnutils_uclient`, and for the floor the same pace without TURN.

mod bare;

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::server::{HOLDER, Kind, Running, SECRET};
use crate::{Case, Outcome, PEER};
use bare::Bare;

/// It takes a tenth of a second for each client before it begins; so there are several of it, and as many threads for the floor.
const PARTS: u64 = 5;
/// Longer than all that.
const PATIENCE: Duration = Duration::from_secs(60);

/// A load on its way, in parts. Dropped, it ends.
pub struct Load(Vec<Part>);

enum Part {
    Uclient { process: Child, said: Option<JoinHandle<Outcome<String>>> },
    Bare(Option<JoinHandle<Outcome<Summary>>>),
}

/// What it came to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Summary {
    pub sent: u64,
    pub lost: u64,
    /// Of all round trips together.
    pub way_ms: f64,
}

impl Load {
    /// Returns when all clients are connected; within a second they begin to send.
    pub fn start(server: &Running, case: Case) -> Outcome<Self> {
        if server.kind == Kind::Floor {
            let parts = (0..PARTS).map(|_| Bare::start(server.address, case, case.allocations / PARTS));
            let parts: Vec<Bare> = parts.collect::<Outcome<_>>()?;
            return Ok(Self(parts.into_iter().map(Part::bare).collect()));
        }
        let (connected, all_connected) = channel();
        let load = (0..PARTS).map(|number| uclient(server, case, number, connected.clone()));
        let load = Self(load.collect::<Outcome<_>>()?);
        drop(connected);
        for _ in 0..PARTS {
            all_connected.recv_timeout(PATIENCE)?.map_err(|said| format!("{} refuses: {said}", server.kind.name()))?;
        }
        Ok(load)
    }

    /// Waits until it has ended.
    pub fn finish(mut self) -> Outcome<Summary> {
        let mut sum = Summary::default();
        for part in &mut self.0 {
            let part = part.finish()?;
            sum = Summary { sent: sum.sent + part.sent, lost: sum.lost + part.lost, way_ms: sum.way_ms + part.way_ms };
        }
        Ok(sum)
    }

    /// How many the server holds: `turnutils_uclient` makes one more for each client (or pair) to see which server answers, and
    /// leaves it.
    pub fn allocations(server: &Running, case: Case) -> u64 {
        match (server.kind, case.inside) {
            (Kind::Floor, _) => case.allocations,
            (_, true) => case.allocations * 3 / 2,
            (_, false) => case.allocations * 2,
        }
    }
}

impl Part {
    fn bare(bare: Bare) -> Self {
        Self::Bare(Some(std::thread::spawn(|| bare.run())))
    }

    fn finish(&mut self) -> Outcome<Summary> {
        match self {
            Self::Uclient { said, .. } => {
                summary(&said.take().ok_or("ended already")?.join().map_err(|_| "the reader broke")??)
            }
            Self::Bare(thread) => thread.take().ok_or("ended already")?.join().map_err(|_| "the load broke")?,
        }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if let Self::Uclient { process, .. } = self {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// Says when all its clients are connected, or what it said if they are not.
fn uclient(server: &Running, case: Case, number: u64, connected: Sender<Result<(), String>>) -> Outcome<Part> {
    // It writes into a pipe when it has a page full; stdbuf makes it a line.
    let mut command = Command::new("stdbuf");
    command.args(["-oL", "turnutils_uclient", "-c"]).args(case.inside.then_some("-y"));
    let numbers = [
        // Each from an address of its own: the ports that they leave behind are refused to the others, who have other names.
        ("-L", format!("127.0.1.{}", number + 1)),
        ("-m", (case.allocations / PARTS).to_string()),
        ("-n", case.messages().to_string()),
        ("-z", case.interval_ms().to_string()),
        ("-l", case.bytes.to_string()),
        ("-r", PEER.1.to_string()),
        ("-p", server.address.port().to_string()),
    ];
    command.args(numbers.iter().flat_map(|(flag, value)| [*flag, value]));
    command.args(["-e", PEER.0, "-u", HOLDER, "-W", SECRET]).arg(server.address.ip().to_string());
    let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let mut output = BufReader::new(process.stdout.take().ok_or("no output")?);
    let said = std::thread::spawn(move || {
        let mut said = String::new();
        while output.read_line(&mut said)? > 0 && !said.contains("Total connect time") {}
        let is_connected = said.contains("Total connect time");
        connected.send(if is_connected { Ok(()) } else { Err(said.clone()) })?;
        drop(connected);
        output.read_to_string(&mut said)?;
        Ok(said)
    });
    Ok(Part::Uclient { process, said: Some(said) })
}

/// What it says at last.
fn summary(said: &str) -> Outcome<Summary> {
    let number = |name: &str| -> Outcome<f64> {
        let rest = said.rsplit_once(name).ok_or(format!("no {name:?}: {said}"))?.1;
        let is_digit = |c: char| c.is_ascii_digit() || c == '.';
        Ok(rest.split(|c| !is_digit(c)).next().unwrap_or_default().parse()?)
    };
    let (sent, lost) = (number("tot_send_msgs=")?, number("Total lost packets ")?);
    let way_ms = number("Average round trip delay ")? * (sent - lost);
    Ok(Summary { sent: sent as u64, lost: lost as u64, way_ms })
}
