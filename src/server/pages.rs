//! The addresses of the server: pages of [`crate::app`], their files, the signaling socket, two for machines.

use axum::extract::{FromRef, Request, State};
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE, HeaderMap};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Router, body::Body};
use leptos::config::LeptosOptions;
use leptos::context::{provide_context, use_context};
use leptos::nonce::Nonce;
use leptos::prelude::*;
use leptos_axum::{LeptosRoutes, generate_route_list, render_app_to_stream_with_context};

use super::headers::{self, PageNonce};
use super::state::ServerState;
use super::tls::trust;
use super::{assets, check, install, packing, ws};
use crate::app::shell::shell;
use crate::app::{App, status_of};
use crate::i18n::Lang;
use crate::protocol::RoomId;

/// Everything that the server answers.
pub fn router(state: &ServerState) -> Router {
    let routes = generate_route_list(|| view! { <App lang=Lang::default()/> });
    let assets = state.assets.clone();
    let document = move || shell(assets.urls(), language_of_request());
    let not_found = render_app_to_stream_with_context(provide_nonce, document.clone());
    let router = Router::new()
        .route("/ws", get(ws::upgrade))
        .route("/api/check", post(check::invite))
        .route("/healthz", get(|| std::future::ready("ok\n")))
        .route("/readyz", get(ready))
        .route("/assets/{*name}", get(assets::serve))
        .route("/manifest.webmanifest", get(install::manifest))
        .route("/worker.js", get(install::worker))
        .leptos_routes_with_context(state, routes, provide_nonce, document)
        .fallback(move |request: Request| not_found(request))
        .layer(middleware::from_fn(packing::pack_pages))
        .layer(middleware::from_fn(canonical))
        .merge(trust::routes(state))
        .layer(middleware::from_fn(headers::secure))
        .with_state(state.clone());
    let publicly_trusted = state.tls.as_ref().is_some_and(|tls| tls.authority().is_none());
    if publicly_trusted { router.layer(middleware::from_fn(headers::strict)) } else { router }
}

/// leptos_axum wants its options in the state; nothing of ours depends on them.
impl FromRef<ServerState> for LeptosOptions {
    fn from_ref(_: &ServerState) -> Self {
        Self::builder().output_name("confab").build()
    }
}

async fn ready(State(state): State<ServerState>) -> (StatusCode, &'static str) {
    let stopping = state.sockets.is_stopping();
    let answer = if stopping { (StatusCode::SERVICE_UNAVAILABLE, "stopping\n") } else { (StatusCode::OK, "ready\n") };
    std::future::ready(answer).await
}

/// Leads every way of writing a room to the one address that it has, and gives pages that do not exist their status.
async fn canonical(request: Request<Body>, next: Next) -> Response {
    if let Some(address) = canonical_address(request.uri()) {
        return Redirect::permanent(&address).into_response();
    }
    let missing = status_of(request.uri().path()) == StatusCode::NOT_FOUND.as_u16();
    let mut response = next.run(request).await;
    if missing && headers::is_html(response.headers()) {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

fn canonical_address(uri: &Uri) -> Option<String> {
    let path = uri.path();
    let room = RoomId::parse(path.strip_suffix('/').unwrap_or(path)).ok()?;
    let canonical = room.path();
    if path == canonical {
        return None;
    }
    Some(uri.query().map_or(canonical.clone(), |query| format!("{canonical}?{query}")))
}

/// Scripts of the page carry the nonce of its header.
fn provide_nonce() {
    let nonce = use_context::<Parts>().and_then(|parts| parts.extensions.get::<PageNonce>().cloned());
    if let Some(PageNonce(nonce)) = nonce {
        provide_context(Nonce::from_value(nonce));
    }
}

fn language_of_request() -> Lang {
    use_context::<Parts>().map_or_else(Lang::default, |parts| language(&parts.headers))
}

/// The language for a request with these headers.
pub fn language(headers: &HeaderMap) -> Lang {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    Lang::negotiate(text(COOKIE).and_then(language_cookie), text(ACCEPT_LANGUAGE))
}

/// The value of `lang` among the cookies.
fn language_cookie(cookies: &str) -> Option<&str> {
    cookies
        .split(';')
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, _)| *name == "lang")
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_has_one_address() {
        let cases = [
            ("/r/standup", None),
            ("/r/StandUp", Some("/r/standup")),
            ("/r/standup/", Some("/r/standup")),
            ("/r/StandUp?x=1", Some("/r/standup?x=1")),
            ("/r/no_room", None),
            ("/", None),
            ("/assets/x", None),
        ];
        for (from, to) in cases {
            assert_eq!(canonical_address(&from.parse().unwrap()).as_deref(), to, "{from}");
        }
    }

    #[test]
    fn the_language_cookie_is_found_among_others() {
        assert_eq!(language_cookie("a=b; lang=zh; c=d"), Some("zh"));
        assert_eq!(language_cookie("xlang=zh"), None);
    }
}
