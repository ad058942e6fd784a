//! The server: one listener for pages, their files and the signaling sockets.
//!
//! It carries out what the pure modules decide: [`rooms`] drives [`crate::room::Room`], [`ws`] is the socket's edge,
//! [`pages`] renders [`crate::app`]. No lock is held over an await, nothing waits for a client, everything that a
//! client can make grow has a limit in [`config`].

pub mod accept;
pub mod assets;
pub mod clock;
pub mod config;
pub mod credentials;
pub mod error;
pub mod headers;
pub mod ice;
pub mod outbox;
pub mod packing;
pub mod pages;
pub mod places;
pub mod relay;
pub mod rooms;
pub mod secret;
pub mod sockets;
pub mod state;
pub mod ws;

use std::future::Future;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use clock::Clock;
use config::{Config, LogFormat};
use credentials::Credentials;
use error::StartError;
use ice::{IceServers, OwnTurn};
use relay::driver::RelayHandle;
use relay::setup::StartedRelay;
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
    relay: Option<RelayHandle>,
}

impl Server {
    /// Takes the port and prepares everything that can fail.
    pub async fn bind(config: Config) -> Result<Self, StartError> {
        let listen = config.listen;
        let config = Arc::new(config);
        let folder = config.data_folder()?;
        let secret = secret::load_or_create(&folder).map_err(|error| StartError::DataDir { folder, error })?;
        let taken = |error| StartError::Listen { address: listen, error };
        let listener = TcpListener::bind(listen).await.map_err(taken)?;
        let address = listener.local_addr().map_err(taken)?;
        let clock = Clock::default();
        let credentials = Credentials::new(&turn_secret(&config, &secret));
        let relay = relay::setup::start(&config, &credentials, clock.clone())?;
        let ice = ice_servers(&config, credentials, relay.as_ref());
        let relay = relay.map(|relay| relay.handle);
        let state = ServerState::new(config, &secret, clock, ice, relay.as_ref().map(RelayHandle::link))?;
        Ok(Self { listener, address, state, relay })
    }

    /// Where it listens; the port is the real one when 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What all its parts share.
    pub fn state(&self) -> &ServerState {
        &self.state
    }

    /// Serves until `stop` is done; then closes what is open and returns.
    pub async fn serve(self, stop: impl Future<Output = ()>) {
        let router = pages::router(&self.state);
        let timer = tokio::spawn(rooms::run_timer(self.state.rooms.clone()));
        let accepting = accept::run(self.listener, router, self.state.clone());
        tokio::select! { () = accepting => {}, () = stop => {} }
        tracing::info!("stopping");
        self.state.sockets.stop();
        if tokio::time::timeout(STOP_DEADLINE, self.state.sockets.ended()).await.is_err() {
            tracing::warn!("some connections did not end in time");
        }
        timer.abort();
        drop(self.relay);
    }
}

/// The operator's own, or one that is made from the server's and says nothing of it.
fn turn_secret(config: &Config, secret: &[u8; 32]) -> Vec<u8> {
    match &config.turn.turn_secret {
        Some(secret) => secret.clone().into_bytes(),
        None => secret::derive(secret, b"turn secret 1").into(),
    }
}

fn ice_servers(config: &Config, credentials: Credentials, relay: Option<&StartedRelay>) -> IceServers {
    let address = config.turn.turn_external_ip.first().map(|ip| ip.external);
    let own = relay.map(|relay| OwnTurn { port: relay.port, tls_port: None, address });
    IceServers::new(credentials, own, config.turn.ice_servers.clone())
}

fn announce(server: &Server) {
    let url = server.state.config.public_url.as_ref().map_or_else(|| local_url(server.address), ToString::to_string);
    tracing::info!(address = %server.address, "serving");
    // Standard output may be closed; that is no reason not to serve.
    let _ = writeln!(std::io::stdout(), "Confab is at {url}");
}

fn local_url(address: SocketAddr) -> String {
    if address.ip().is_loopback() || address.ip().is_unspecified() {
        format!("http://localhost:{}", address.port())
    } else {
        format!("http://{address}")
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
