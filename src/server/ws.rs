//! The edge of the signaling socket: who may open one, and what its frames mean.
//!
//! [`origin`] admits only our own pages, [`visitor`] is a socket's life from `hello` to the end, [`connection`] moves
//! the frames, [`pace`] keeps a client from being heard more often than is its share. `docs/protocol.md` is the contract.

pub mod connection;
pub mod origin;
pub mod pace;
pub mod visitor;

use std::net::IpAddr;

use axum::Extension;
use axum::extract::State;
use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::sync::OwnedSemaphorePermit;

use super::accept::RemoteAddress;
use super::comeback;
use super::sockets::SocketSlot;
use super::state::ServerState;
use crate::protocol::ErrorCode;
use connection::{Closing, Connection};
use visitor::Visitor;

/// tungstenite keeps this much for reading for as long as a socket lives; its own default is 128 KiB.
const READ_BUFFER_BYTES: usize = 4096;

/// `GET /ws`.
pub async fn upgrade(
    State(state): State<ServerState>,
    Extension(RemoteAddress(remote)): Extension<RemoteAddress>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let is_ours = origin::is_ours(&headers, state.config.public_url.as_ref(), state.tls.is_some());
    let Some(host) = origin::page_host(&headers).filter(|_| is_ours) else {
        return std::future::ready(StatusCode::FORBIDDEN.into_response()).await;
    };
    let max_bytes = state.config.limits.max_message_bytes;
    let slot = match state.sockets.open(remote) {
        Ok(slot) => Ok((slot, remote)),
        Err(code) => match state.sockets.farewell() {
            Some(leave) => Err((code, leave)),
            None => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        },
    };
    upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_message_size(max_bytes)
        .max_frame_size(max_bytes)
        .on_upgrade(move |socket| serve(socket, state, slot, host))
}

async fn serve(
    socket: WebSocket,
    state: ServerState,
    slot: Result<(SocketSlot, IpAddr), (ErrorCode, OwnedSemaphorePermit)>,
    host: String,
) {
    let _alive = state.sockets.alive();
    match slot {
        Ok((slot, address)) => {
            let visitor = Visitor::new(state.clone(), slot.id, host, address);
            Connection::new(socket, visitor, &state).run().await;
        }
        // Said in a close frame: a browser tells its page nothing of an HTTP status.
        Err((code, _leave)) => {
            let reason = comeback::when_there_is_room(code, comeback::chance(0));
            connection::refuse(socket, Closing::from(reason)).await;
        }
    }
}
