//! `POST /api/check`: what the page `/check` and `confab check-relay` need to test a connection.
//!
//! Anybody may ask, so little is given: a credential for two minutes that relays to this server alone, and so many of
//! them a minute for one network.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, HeaderMap, ORIGIN, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};

use super::accept::RemoteAddress;
use super::relay::bucket::{Rate, Strangers};
use super::state::ServerState;
use super::ws::origin;
use crate::room::Timestamp;

/// A bucket is filled by the second, and the limit is by the minute.
const SECONDS: u64 = 60;
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// How often who may test their connection. Clones are the same.
#[derive(Debug, Clone)]
pub struct Checks(Arc<Mutex<Strangers>>);

impl Checks {
    /// So many a minute, and as many at once.
    pub fn new(per_minute: u32) -> Self {
        let per_second = u64::from(per_minute);
        Self(Arc::new(Mutex::new(Strangers::new(Rate { per_second, burst: per_second * SECONDS }))))
    }

    fn admit(&self, now: Timestamp, from: IpAddr) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).admit_for(now, from, SECONDS)
    }
}

/// Answers with a [`crate::protocol::CheckInvitation`].
pub async fn invite(
    State(state): State<ServerState>,
    Extension(RemoteAddress(remote)): Extension<RemoteAddress>,
    headers: HeaderMap,
) -> Response {
    let mut response = std::future::ready(answer(&state, remote.ip(), &headers)).await;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_a_minute_for_one_network() {
        let checks = Checks::new(30);
        let mut now = Timestamp(1_000_000);
        let [one, other] = ["198.41.0.1", "198.41.0.2"].map(|ip| ip.parse().unwrap());
        let admitted = |now, ip| (0..100).filter(|_| checks.admit(now, ip)).count();
        assert_eq!(admitted(now, one), 30);
        now = now.after_ms(10_000);
        assert_eq!(admitted(now, one), 5);
        assert_eq!(admitted(now, other), 30);
    }
}
