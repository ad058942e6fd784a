//! The server: one listener for pages, their files and the signaling sockets.
//!
//! It carries out what the pure modules decide: [`rooms`] drives [`crate::room::Room`], [`ws`] is the socket's edge,
//! [`pages`] renders [`crate::app`]. No lock is held over an await, nothing waits for a client, everything that a
//! client can make grow has a limit in [`config`].

pub mod accept;
pub mod addresses;
pub mod assets;
pub mod clock;
pub mod config;
pub mod error;
pub mod headers;
pub mod outbox;
pub mod packing;
pub mod pages;
pub mod rooms;
pub mod secret;
pub mod sockets;
pub mod state;
pub mod tls;
pub mod ws;

use std::future::Future;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use accept::{Door, StunStreams};
use config::{Config, LogFormat};
use error::StartError;
use state::ServerState;

/// How long requests and sockets may take to end when the server stops.
const STOP_DEADLINE: Duration = Duration::from_secs(5);

/// Serves until SIGINT or SIGTERM.
pub fn run(config: Config) -> Result<(), StartError> {
    start_logging(config.log_format);
    raise_file_limit();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(StartError::Runtime)?;
    runtime.block_on(async {
        let mut interrupt = signal(SignalKind::interrupt()).map_err(StartError::Runtime)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(StartError::Runtime)?;
        let server = Server::bind(config).await?;
        announce(&server);
        server
            .serve(async move {
                tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
            })
            .await;
        Ok(())
    })
}

/// A server that has its port.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    state: ServerState,
    stun: Option<StunStreams>,
}

impl Server {
    /// Takes the port and prepares everything that can fail.
    pub async fn bind(config: Config) -> Result<Self, StartError> {
        let listen = config.listen;
        let state = ServerState::new(Arc::new(config))?;
        let taken = |error| StartError::Listen { address: listen, error };
        let listener = TcpListener::bind(listen).await.map_err(taken)?;
        let address = listener.local_addr().map_err(taken)?;
        Ok(Self { listener, address, state, stun: None })
    }

    /// Where it listens; the port is the real one when 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What all its parts share.
    pub fn state(&self) -> &ServerState {
        &self.state
    }

    /// Hands over connections to the encrypted port that speak STUN; without this they are closed.
    pub fn hand_stun_to(&mut self, streams: StunStreams) {
        self.stun = Some(streams);
    }

    /// Where it is, for people on this machine unless it has a public address.
    pub fn url(&self) -> String {
        let scheme = if self.state.tls.is_some() { "https" } else { "http" };
        self.state.config.public_url.as_ref().map_or_else(|| local_url(scheme, self.address), ToString::to_string)
    }

    /// Serves until `stop` is done; then closes what is open and returns.
    pub async fn serve(self, stop: impl Future<Output = ()>) {
        let router = pages::router(&self.state);
        let timer = tokio::spawn(rooms::run_timer(self.state.rooms.clone()));
        let watching = self.state.tls.clone().map(|tls| tokio::spawn(tls.watch()));
        let tls = self.state.tls.clone();
        let accepting = accept::run(self.listener, Door { router, state: self.state.clone(), tls, stun: self.stun });
        tokio::select! { () = accepting => {}, () = stop => {} }
        tracing::info!("stopping");
        self.state.sockets.stop();
        if tokio::time::timeout(STOP_DEADLINE, self.state.sockets.ended()).await.is_err() {
            tracing::warn!("some connections did not end in time");
        }
        timer.abort();
        if let Some(watching) = watching {
            watching.abort();
        }
    }
}

fn announce(server: &Server) {
    let url = server.url();
    tracing::info!(address = %server.address, "serving");
    if let Some(authority) = server.state.tls.as_ref().and_then(|tls| tls.authority()) {
        tracing::info!(fingerprint = authority.fingerprint(), "devices have to trust this server once: see {url}/ca");
    }
    // Standard output may be closed; that is no reason not to serve.
    let _ = writeln!(std::io::stdout(), "Confab is at {url}");
}

fn local_url(scheme: &str, address: SocketAddr) -> String {
    if address.ip().is_loopback() || address.ip().is_unspecified() {
        format!("{scheme}://localhost:{}", address.port())
    } else {
        format!("{scheme}://{address}")
    }
}

fn start_logging(format: LogFormat) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn,confab=info".into());
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let outcome = match format {
        LogFormat::Text => builder.with_target(false).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    // It fails only when somebody has started logging already, as a test may.
    drop(outcome);
}

/// Ten thousand sockets are ten thousand files; the default limit is often 1,024.
fn raise_file_limit() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "cannot raise the limit of open files");
    }
}
