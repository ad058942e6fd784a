//! What every response says about itself: what a page may load, what others may learn from it.

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::middleware::Next;
use axum::response::Response;
use base64ct::{Base64UrlUnpadded, Encoding};

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

/// What a call needs; what no page of ours ever will.
const PERMISSIONS: &str = "camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=(), \
                           usb=(), serial=(), hid=(), midi=()";

/// For one page: only scripts that carry it may run. In the request's extensions while the page is rendered.
#[derive(Debug, Clone)]
pub struct PageNonce(pub String);

/// Puts a nonce into the request and the headers onto the response.
pub async fn secure(mut request: Request, next: Next) -> Response {
    let nonce = new_nonce();
    request.extensions_mut().insert(PageNonce(nonce.clone()));
    let is_room = request.uri().path().starts_with("/r/") || request.uri().path().starts_with("/m/");
    let mut response = next.run(request).await;
    let is_page = is_html(response.headers());
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    if is_room {
        headers.insert(ROBOTS, HeaderValue::from_static("noindex"));
    }
    if is_page {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
        headers.insert(PERMISSIONS_POLICY, HeaderValue::from_static(PERMISSIONS));
        if let Ok(policy) = HeaderValue::from_str(&content_policy(&nonce)) {
            headers.insert(CONTENT_SECURITY_POLICY, policy);
        }
    }
    response
}

/// Has browsers come back encrypted only, for a year. Not with a certificate of our own: who has it replaced, or
/// goes back to none, would be locked out.
pub async fn strict(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    response
}

/// Whether a response is a page.
pub fn is_html(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"))
}

/// Everything comes from here; `'self'` in `connect-src` covers the WebSocket (CSP level 3).
fn content_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data: blob:; media-src 'self' blob: mediastream:; connect-src 'self'; font-src 'self'; \
         manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}

/// 128 random bits; without random numbers a nonce that no script carries, so that the page stays safe but still.
fn new_nonce() -> String {
    let mut bytes = [0; 16];
    match getrandom::fill(&mut bytes) {
        Ok(()) => Base64UrlUnpadded::encode_string(&bytes),
        Err(_) => "none".into(),
    }
}
