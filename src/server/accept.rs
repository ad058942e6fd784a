//! The accept loop: connections come in, a request's head must arrive in time, and there are only so many at once.
//!
//! Our own instead of `axum::serve`, which has neither, and could not hand a connection to somebody else: on the encrypted
//! port TURN is welcome too (`docs/decisions/0007-tls-in-the-accept-loop.md`).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tower::ServiceExt;

use super::state::ServerState;
use super::tls::{Greeted, plain};

/// How long to wait when the system has no more files for us.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(100);

/// Where a request comes from, in its extensions.
#[derive(Debug, Clone, Copy)]
pub struct RemoteAddress(pub SocketAddr);

/// What becomes of the connections to one listener.
#[derive(Debug, Clone)]
pub struct Door {
    /// Answers requests.
    pub router: Router,
    /// Everything else, what encrypts and what takes TURN among it.
    pub state: ServerState,
}

/// Accepts connections for ever.
pub async fn run(listener: TcpListener, door: Door) {
    let room_for = Arc::new(Semaphore::new(door.state.config.limits.max_connections.min(Semaphore::MAX_PERMITS)));
    loop {
        // At the limit newcomers wait in the system's queue; those who are slow are cut by the header timeout.
        let Ok(place) = room_for.clone().acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, remote)) => {
                let _ = stream.set_nodelay(true);
                let door = door.clone();
                tokio::spawn(async move {
                    enter(stream, remote, door).await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(PAUSE_AFTER_ERROR).await;
            }
        }
    }
}

async fn enter(stream: TcpStream, remote: SocketAddr, door: Door) {
    let Door { router, state } = door;
    let Some(tls) = state.tls.clone() else { return serve(stream, RemoteAddress(remote), router, state).await };
    let Ok(local) = stream.local_addr() else { return };
    match timeout(state.config.limits.header_timeout, tls.greet(stream)).await {
        Ok(Ok(Greeted::Http(stream))) => serve(stream, RemoteAddress(remote), router, state).await,
        Ok(Ok(Greeted::Unencrypted(stream))) => serve(stream, RemoteAddress(remote), plain::router(), state).await,
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
pub async fn serve<S>(stream: S, remote: RemoteAddress, router: Router, state: ServerState)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let _alive = state.sockets.alive();
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(remote);
        router.clone().oneshot(request.map(Body::new))
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
