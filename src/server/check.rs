//! `POST /api/check`: what the page `/check` and `confab check-relay` need to test a connection.
//!
//! Anybody may ask, so little is given: a credential for two minutes that relays to this server alone, and so many of
//! them a minute for one network.

use std::net::IpAddr;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, HeaderMap, ORIGIN, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};

use super::accept::RemoteAddress;
use super::state::ServerState;
use super::ws::origin;

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// Answers with a [`crate::protocol::CheckInvitation`].
pub async fn invite(
    State(state): State<ServerState>,
    Extension(RemoteAddress(remote)): Extension<RemoteAddress>,
    headers: HeaderMap,
) -> Response {
    let mut response = std::future::ready(answer(&state, remote, &headers)).await;
    response.headers_mut().insert(CACHE_CONTROL, NO_STORE);
    response
}

fn answer(state: &ServerState, from: IpAddr, headers: &HeaderMap) -> Response {
    // A browser says where its page is from; whoever is no browser need not.
    let is_ours = origin::is_ours(headers, state.config.public_url.as_ref(), state.tls.is_some());
    let host = match headers.contains_key(ORIGIN) {
        true => origin::page_host(headers).filter(|_| is_ours),
        false => origin::requested_host(headers),
    };
    let Some(host) = host else { return StatusCode::FORBIDDEN.into_response() };
    if state.sockets.is_stopping() {
        // The relay makes no new allocations: a check would find fault with it.
        return (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "10")]).into_response();
    }
    let now = state.now();
    if !state.checks.admit(now, from) {
        return (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, "60")]).into_response();
    }
    let mut number = [0; 8];
    match getrandom::fill(&mut number) {
        Ok(()) => Json(state.ice.for_check(u64::from_ne_bytes(number), &host, now)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
