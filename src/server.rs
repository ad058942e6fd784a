//! The server: one listener for pages, their files and the signaling sockets.
//!
//! It carries out what the pure modules decide: [`rooms`] drives [`crate::room::Room`], [`ws`] is the socket's edge,
//! [`pages`] renders [`crate::app`]. No lock is held over an await, nothing waits for a client, everything that a
//! client can make grow has a limit in [`config`].

pub mod accept;
pub mod addresses;
pub mod assets;
pub mod check;
pub mod check_relay;
pub mod clock;
pub mod comeback;
pub mod config;
pub mod credentials;
pub mod drain;
pub mod error;
pub mod forwarded;
pub mod headers;
pub mod ice;
pub mod ids;
pub mod install;
pub mod journal;
pub mod outbox;
pub mod packing;
pub mod pages;
pub mod per_minute;
pub mod places;
pub mod relay;
pub mod rooms;
pub mod secret;
pub mod sockets;
pub mod state;
#[cfg(test)]
mod storm;
pub mod tls;
pub mod ws;

use std::future::Future;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use accept::Door;
use clock::Clock;
use config::{Config, LogFormat, PublicUrl};
use credentials::Credentials;
use drain::Signals;
use error::StartError;
use ice::{IceServers, OwnTurn};
use journal::Journal;
use relay::setup::StartedRelay;
use state::ServerState;

/// How long requests and sockets may take to end when the server has drained.
const STOP_DEADLINE: Duration = Duration::from_secs(5);

/// Serves until SIGINT or SIGTERM, then drains; a second one ends that.
pub fn run(config: Config) -> Result<(), StartError> {
    start_logging(config.log_format);
    raise_file_limit();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(StartError::Runtime)?;
    runtime.block_on(async {
        let signals = Signals::listen().map_err(StartError::Runtime)?;
        let server = Server::bind(config).await?;
        announce(&server);
        server.serve_until(signals.clone().come(1), signals.come(2)).await;
        Ok(())
    })
}

/// A server that has its port.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    state: ServerState,
    /// For TURN over TLS beside the first.
    further: Vec<TcpListener>,
    relay: Option<StartedRelay>,
}

impl Server {
    /// Takes the port and prepares everything that can fail.
    pub async fn bind(config: Config) -> Result<Self, StartError> {
        let listen = config.listen;
        let config = Arc::new(config);
        let folder = config.data_folder()?;
        let unusable = |error| StartError::DataDir { folder: folder.clone(), error };
        let secret = secret::load_or_create(&folder).map_err(unusable)?;
        let taken = |error| StartError::Listen { address: listen, error };
        let listener = TcpListener::bind(listen).await.map_err(taken)?;
        let address = listener.local_addr().map_err(taken)?;
        if !config.turn.turn_tls_listen.is_empty() && !config.tls.is_on() {
            return Err(StartError::TurnTlsWithoutTls);
        }
        let mut further = Vec::new();
        for listen in &config.turn.turn_tls_listen {
            let taken = |error| StartError::ListenTurn { address: *listen, flag: "--turn-tls-listen", error };
            further.push(TcpListener::bind(*listen).await.map_err(taken)?);
        }
        let clock = Clock::default();
        let journal = Journal::open(&folder, clock.now(), config.limits.max_rooms_kept)?;
        let credentials = Credentials::new(&turn_secret(&config, &secret));
        let relay = relay::setup::start(&config, &credentials, clock.clone())?;
        let own_tls_port = further.first().and_then(|listener| listener.local_addr().ok()).map(|at| at.port());
        let tls_port = turn_tls_port(&config, address, own_tls_port);
        let ice = ice_servers(&config, tls_port, credentials, relay.as_ref());
        let link = relay.as_ref().map(|relay| relay.handle.link());
        let state = ServerState::new(config, &secret, clock, ice, link, journal)?;
        Ok(Self { listener, address, state, relay, further })
    }

    /// Where it listens; the port is the real one when 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where else it serves TURN over TLS.
    pub fn further_addresses(&self) -> Vec<SocketAddr> {
        self.further.iter().filter_map(|listener| listener.local_addr().ok()).collect()
    }

    /// What all its parts share.
    pub fn state(&self) -> &ServerState {
        &self.state
    }

    /// Where it is, for people on this machine unless it has a public address.
    pub fn url(&self) -> String {
        let scheme = if self.state.tls.is_some() { "https" } else { "http" };
        self.state.config.public_url.as_ref().map_or_else(|| local_url(scheme, self.address), ToString::to_string)
    }

    /// Serves until `stop` is done; then drains, closes what is open and returns.
    pub async fn serve(self, stop: impl Future<Output = ()>) {
        self.serve_until(stop, std::future::pending()).await;
    }

    /// The same, and returns without further waiting when `at_once` is done.
    pub async fn serve_until(self, stop: impl Future<Output = ()>, at_once: impl Future<Output = ()>) {
        let Self { listener, state, further, relay, .. } = self;
        let door = Door::new(pages::router(&state), state.clone());
        let timer = tokio::spawn(rooms::run_timer(state.rooms.clone()));
        let watching = state.tls.clone().map(|tls| tokio::spawn(tls.watch()));
        let listeners = std::iter::once(listener).chain(further);
        let mut accepting: JoinSet<()> = listeners.map(|listener| accept::run(listener, door.clone())).collect();
        tokio::select! { _ = accepting.join_next() => {}, () = stop => {} }
        // Nobody is given up any more: those who are waited for come back to the next server, and may be relayed by this one.
        timer.abort();
        let ending = async {
            drain::drain(&state, relay.as_ref().map(|relay| &relay.handle)).await;
            accepting.abort_all();
            state.sockets.stop();
            if tokio::time::timeout(STOP_DEADLINE, state.sockets.ended()).await.is_err() {
                tracing::warn!("some connections did not end in time");
            }
        };
        tokio::select! { () = ending => {}, () = at_once => {} }
        drop(relay);
        if let Some(watching) = watching {
            watching.abort();
        }
    }
}

/// The operator's own, or one that is made from the server's and says nothing of it.
fn turn_secret(config: &Config, secret: &[u8; 32]) -> Vec<u8> {
    match &config.turn.turn_secret {
        Some(secret) => secret.clone().into_bytes(),
        None => secret::derive(secret, b"turn secret 1").into(),
    }
}

fn ice_servers(
    config: &Config,
    tls_port: Option<u16>,
    credentials: Credentials,
    relay: Option<&StartedRelay>,
) -> IceServers {
    let address = config.turn.turn_external_ip.first().map(|ip| ip.external);
    let own = relay.map(|relay| OwnTurn {
        port: relay.port,
        tls_port,
        alternative_port: relay.alternative.as_ref().map(|alternative| alternative.port),
        address,
        address_unknown: relay.address_unknown,
    });
    IceServers::new(credentials, own, config.turn.ice_servers.clone())
}

/// Where browsers find TURN over TLS: on a port of its own, or beside the pages.
fn turn_tls_port(config: &Config, listening: SocketAddr, own: Option<u16>) -> Option<u16> {
    if !config.tls.is_on() {
        return None;
    }
    let public = config.public_url.as_ref().map(PublicUrl::port);
    Some(own.or(public).unwrap_or(listening.port()))
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

/// An address for this machine.
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
