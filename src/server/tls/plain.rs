//! Somebody typed the address of an encrypted port without `https`: the browser is told where to go.

use axum::Router;
use axum::http::header::HOST;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};

/// Whether a connection that begins with this byte speaks HTTP without encryption: methods are capital letters.
pub fn is_http(first: u8) -> bool {
    first.is_ascii_uppercase()
}

/// Leads every request to the same address with `https`. For now only: the operator may change their mind.
pub fn router() -> Router {
    Router::new().fallback(|uri: Uri, headers: HeaderMap| std::future::ready(encrypted(&uri, &headers)))
}

fn encrypted(uri: &Uri, headers: &HeaderMap) -> Response {
    let Some(host) = headers.get(HOST).and_then(|host| host.to_str().ok()).filter(|host| !host.is_empty()) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    Redirect::temporary(&format!("https://{host}{path}")).into_response()
}
