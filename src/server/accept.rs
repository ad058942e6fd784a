//! The accept loop: connections come in, a request's head must arrive in time, and there are only so many at once.
//!
//! Our own instead of `axum::serve`, which has neither, and could not hand a connection to somebody else: on the encrypted
//! port TURN is welcome too (`docs/decisions/0007-tls-in-the-accept-loop.md`).

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Once};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tower::ServiceExt;

use super::forwarded;
use super::places::{Place, Places};
use super::state::ServerState;
use super::tls::{Greeted, plain};

/// How long to wait when the system has no more files for us.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(100);

/// Whose request it is, in its extensions: who has connected, or for whom a trusted proxy asks.
#[derive(Debug, Clone, Copy)]
pub struct RemoteAddress(pub IpAddr);

/// What becomes of the connections to all listeners.
#[derive(Debug, Clone)]
pub struct Door {
    router: Router,
    state: ServerState,
    /// How many connections without a socket there may be from one network.
    places: Places,
}

impl Door {
    /// Answers requests by `router`; everything else, what encrypts and what takes TURN among it, is in the state.
    pub fn new(router: Router, state: ServerState) -> Self {
        let places = Places::new(usize::MAX, state.config.limits.max_connections_per_address);
        Self { router, state, places }
    }
}

/// Accepts connections for ever.
pub async fn run(listener: TcpListener, door: Door) {
    let room_for = Arc::new(Semaphore::new(door.state.config.limits.max_connections.min(Semaphore::MAX_PERMITS)));
    loop {
        // At the limit newcomers wait in the system's queue; those who are slow are cut by the header timeout.
        let Ok(room) = room_for.clone().acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, remote)) => {
                // Whoever has all the places of one network is closed at once, so that others find one.
                let Some(place) = place_for(remote.ip(), &door) else { continue };
                let _ = stream.set_nodelay(true);
                let door = door.clone();
                tokio::spawn(async move {
                    enter(stream, remote, door).await;
                    drop((place, room));
                });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(PAUSE_AFTER_ERROR).await;
            }
        }
    }
}

/// A place among those of this network, if there is one. A proxy brings many networks and needs none.
fn place_for(remote: IpAddr, door: &Door) -> Option<Option<Place>> {
    if forwarded::is_trusted(remote, &door.state.config.proxy) {
        return Some(None);
    }
    door.places.take(remote).ok().map(Some)
}

async fn enter(stream: TcpStream, remote: SocketAddr, door: Door) {
    let Door { router, state, .. } = door;
    let Some(tls) = state.tls.clone() else { return serve(stream, remote.ip(), router, state).await };
    let Ok(local) = stream.local_addr() else { return };
    match timeout(state.config.limits.header_timeout, tls.greet(stream)).await {
        Ok(Ok(Greeted::Http(stream))) => serve(stream, remote.ip(), router, state).await,
        Ok(Ok(Greeted::Unencrypted(stream))) => serve(stream, remote.ip(), plain::router(), state).await,
        // The relay limits how many it takes; where there is none, the connection is closed.
        Ok(Ok(Greeted::Stun(stream))) => {
            if let Some(relay) = &state.relay {
                relay.serve(Box::new(stream), remote, local.ip().to_canonical());
            }
        }
        Ok(Err(error)) => tracing::debug!(%error, "connection not encrypted"),
        Err(error) => tracing::debug!(%error, "connection not encrypted in time"),
    }
}

/// Serves one connection until it ends, becomes a WebSocket, or the server stops.
pub(super) async fn serve<S>(stream: S, peer: IpAddr, router: Router, state: ServerState)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let _alive = state.sockets.alive();
    let service = service_fn({
        let state = state.clone();
        move |request| answer(request, peer, router.clone(), state.clone())
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(state.config.limits.header_timeout)
        .max_buf_size(32 * 1024)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::pin!(connection);
    let outcome = tokio::select! {
        outcome = connection.as_mut() => outcome,
        () = state.sockets.stopping() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = outcome {
        tracing::debug!(%error, "connection ended");
    }
}

async fn answer(
    mut request: Request<Incoming>,
    peer: IpAddr,
    router: Router,
    state: ServerState,
) -> Result<Response, Infallible> {
    let proxy = &state.config.proxy;
    if forwarded::is_overlooked(peer, request.headers(), proxy) {
        static SAID: Once = Once::new();
        SAID.call_once(|| {
            tracing::warn!("everybody who comes through {peer} counts as one address: say --trusted-proxy {peer}");
        });
    }
    let client = forwarded::client_of(peer, request.headers(), proxy);
    request.extensions_mut().insert(RemoteAddress(client));
    let mut response = router.oneshot(request.map(Body::new)).await?;
    // A proxy that keeps connections shall ask another server with the next request. An upgrade is not to be touched.
    if state.sockets.is_stopping() && response.status() != StatusCode::SWITCHING_PROTOCOLS {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}
