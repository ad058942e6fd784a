//! One client more, which times each of its packets from here to the peer and back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use confab::room::Timestamp;
use confab::server::credentials::{Credentials, Holder};
use confab::server::relay::client::TurnClient;
use tokio::net::UdpSocket;
use tokio::runtime::Runtime;
use tokio::time::timeout;

use crate::server::{HOLDER, Kind, Running, SECRET};
use crate::{Outcome, PEER};

const CHANNEL: u16 = 0x4001;
/// From one packet to the next.
const INTERVAL: Duration = Duration::from_millis(5);
/// What takes longer is lost.
const PATIENCE: Duration = Duration::from_millis(500);

pub struct Probe {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Outcome<Vec<u64>>>,
}

enum Way {
    Relayed(Box<TurnClient>),
    Bare(UdpSocket),
}

/// One that is connected and has not begun.
pub struct Prepared {
    runtime: Runtime,
    way: Way,
}

impl Prepared {
    /// Before the load, which leaves ports behind that nobody else can have.
    pub fn connect(server: &Running) -> Outcome<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let way = runtime.block_on(open(server))?;
        Ok(Self { runtime, way })
    }

    pub fn begin(self) -> Probe {
        let stop = Arc::new(AtomicBool::new(false));
        let thread = std::thread::spawn({
            let stop = stop.clone();
            move || self.runtime.block_on(measure(self.way, &stop))
        });
        Probe { stop, thread }
    }
}

impl Probe {
    /// All round trips.
    pub fn finish(self) -> Outcome<Vec<u64>> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| "the probe broke")?
    }
}

async fn open(server: &Running) -> Outcome<Way> {
    if server.kind == Kind::Floor {
        let socket = UdpSocket::bind("127.0.0.1:0").await?;
        socket.connect(server.address).await?;
        return Ok(Way::Bare(socket));
    }
    let now_ms = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_millis() as u64;
    let holder = Holder::Peer(HOLDER.parse().map_err(|_| "no peer's id")?);
    let credential = Credentials::new(SECRET.as_bytes()).mint(holder, Timestamp(now_ms).after_ms(3_600_000));
    let mut client = TurnClient::over_udp(server.address).await?;
    client.allocate(&credential).await?;
    client.bind(CHANNEL, format!("{}:{}", PEER.0, PEER.1).parse()?).await?;
    Ok(Way::Relayed(Box::new(client)))
}

async fn measure(mut way: Way, stop: &AtomicBool) -> Outcome<Vec<u64>> {
    let mut round_trips_us = Vec::new();
    let mut tick = tokio::time::interval(INTERVAL);
    while !stop.load(Ordering::Relaxed) {
        tick.tick().await;
        let sent = Instant::now();
        if timeout(PATIENCE, there_and_back(&mut way)).await.is_ok_and(|way| way.is_ok()) {
            round_trips_us.push(sent.elapsed().as_micros() as u64);
        }
    }
    Ok(round_trips_us)
}

async fn there_and_back(way: &mut Way) -> Outcome<()> {
    let packet = [9; 160];
    match way {
        Way::Relayed(client) => {
            client.send_in_channel(CHANNEL, &packet).await?;
            client.receive().await?;
        }
        Way::Bare(socket) => {
            socket.send(&packet).await?;
            socket.recv(&mut [0; 160]).await?;
        }
    }
    Ok(())
}
