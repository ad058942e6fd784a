//! What the tests share: a server in this process, clients that speak the protocol, and two that break it.

pub mod client;
pub mod http;
pub mod process;
pub mod raw;
pub mod tls;
pub mod turn;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use confab::protocol::{Card, Envelope, Generation, RoomId};
use confab::server::Server;
use confab::server::config::{self, Asked};
use confab::server::state::ServerState;
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Nothing that is going to happen takes longer than this on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// A server on a port of its own, stopped when dropped.
pub struct TestServer {
    pub address: SocketAddr,
    /// Of `--turn-tls-listen`.
    pub further: Vec<SocketAddr>,
    pub state: ServerState,
    pub data_dir: Folder,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<()>>,
}

impl TestServer {
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// With these flags besides the port and the data folder.
    pub async fn with(flags: &[&str]) -> Self {
        Self::in_folder(Folder::new(), flags).await
    }

    pub async fn in_folder(data_dir: Folder, flags: &[&str]) -> Self {
        let mut arguments: Vec<OsString> =
            ["confab", "--listen", "127.0.0.1:0", "--turn-listen", "127.0.0.1:0", "--data-dir"]
                .map(OsString::from)
                .into();
        arguments.push(data_dir.0.clone().into());
        arguments.extend(flags.iter().map(OsString::from));
        let Asked::Serve(config) = config::parse(arguments).expect("flags") else { panic!("not asked to serve") };
        let server = Server::bind(*config).await.expect("a server (is target/site there? `make build` makes it)");
        let (address, further, state) = (server.address(), server.further_addresses(), server.state().clone());
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(server.serve(async {
            let _ = stopped.await;
        }));
        Self { address, further, state, data_dir, stop: Some(stop), serving: Some(serving) }
    }

    /// Stops it as a signal would; gives back its data folder.
    pub async fn stop(mut self) -> Folder {
        drop(self.stop.take());
        let serving = self.serving.take().expect("serving");
        timeout(PATIENCE, serving).await.expect("it stops").expect("no panic");
        std::mem::replace(&mut self.data_dir, Folder::new())
    }

    /// Lets the server's clock jump.
    pub fn skip(&self, seconds: u64) {
        self.state.clock.skip(Duration::from_secs(seconds));
    }
}

/// Where tests come from, unless they say something else.
pub const HERE: &str = "127.0.0.1";

/// A connection from this address of this machine.
pub async fn connect_from(from: &str, server: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(SocketAddr::new(from.parse().expect("an address"), 0)).expect("a port");
    timeout(PATIENCE, socket.connect(server)).await.expect("an answer").expect("a connection")
}

/// As many open files as the system lets us have.
pub fn raise_file_limit() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).expect("room for many connections");
}

/// Waits until this is so.
pub async fn until(condition: impl Fn() -> bool) {
    let met = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, met).await.expect("the condition is met");
}

/// A folder of its own, removed when dropped.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("confab-test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        Self(std::env::temp_dir().join(name))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub fn room(path: &str) -> RoomId {
    RoomId::parse(path).expect("a room")
}

pub fn card(text: &str) -> Card {
    Card::parse(text).expect("a card")
}

pub fn envelope(seq: u32, body: &str) -> Envelope {
    Envelope { generation: Generation(1), seq, ack: 0, body: body.to_owned() }
}
