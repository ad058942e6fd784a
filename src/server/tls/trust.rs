//! How to make a device trust this server's own authority: its certificate, and the steps. Plain pages, for the
//! browser that opens them does not trust us yet. They carry their words themselves, to keep them out of every call.

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

use super::authority::Authority;
use crate::server::pages;
use crate::server::state::ServerState;

/// `/ca` and `/ca.crt`, if there is an authority.
pub fn routes(state: &ServerState) -> Router<ServerState> {
    match state.tls.as_ref().and_then(|tls| tls.authority()) {
        None => Router::new(),
        Some(authority) => {
            let certificate = authority.certificate_pem();
            Router::new()
                .route("/ca", get(page))
                .route("/ca.crt", get(move || std::future::ready(download(certificate.clone()))))
        }
    }
}

fn download(certificate: String) -> Response {
    let headers = [
        (CONTENT_TYPE, "application/x-x509-ca-cert"),
        (CONTENT_DISPOSITION, "attachment; filename=\"confab-ca.crt\""),
        (CACHE_CONTROL, "no-store"),
    ];
    (headers, certificate).into_response()
}

async fn page(State(state): State<ServerState>, headers: HeaderMap) -> Html<String> {
    let fingerprint = state.tls.as_ref().and_then(|tls| tls.authority()).map(Authority::fingerprint);
    let urls = state.assets.urls();
    let lang = pages::language(&headers);
    let html = lang
        .trust_page()
        .replace("{lang}", lang.code())
        .replace("{css}", &urls.css)
        .replace("{favicon}", &urls.favicon)
        .replace("{fingerprint}", &fingerprint.unwrap_or_default());
    std::future::ready(Html(html)).await
}
