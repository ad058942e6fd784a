//! The files that pages load: embedded, named by their content, packed when the executable was built.

use std::borrow::Cow;
use std::collections::HashMap;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, VARY};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::packing::Coding;
use super::state::ServerState;
use crate::app::shell::AssetUrls;

/// The folder that `make build` fills; without it the executable says so when it starts.
#[derive(RustEmbed)]
#[folder = "target/site"]
#[allow_missing = true]
struct Site;

/// Set by `make`, so that cargo embeds the folder anew when it was not there before.
const _: Option<&str> = option_env!("CONFAB_SITE");

/// Hashed names never mean anything else.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

const NEVER: HeaderValue = HeaderValue::from_static("no-store");

/// Which files there are.
#[derive(Debug)]
pub struct Assets {
    urls: AssetUrls,
    names: HashMap<String, &'static str>,
    caching: HeaderValue,
}

impl Assets {
    /// The embedded files; `None` if they are not there.
    pub fn embedded() -> Option<Self> {
        // A debug build reads the folder when it runs, and comes from cargo-leptos if that has filled it.
        if cfg!(debug_assertions) { Self::by_cargo_leptos().or_else(Self::by_make) } else { Self::by_make() }
    }

    fn by_make() -> Option<Self> {
        let list = Site::get("assets.json")?;
        let by_logical: HashMap<String, String> = serde_json::from_slice(&list.data).ok()?;
        let url = |logical: &str| by_logical.get(logical).map(|name| format!("/assets/{name}"));
        let urls = AssetUrls {
            js: url("confab.js")?,
            wasm: url("confab.wasm")?,
            home: url("home.wasm"),
            check: url("check.wasm"),
            css: url("confab.css")?,
            favicon: url("favicon.svg")?,
        };
        let names = by_logical.into_values().map(|name| (name.clone(), content_type(&name))).collect();
        Some(Self { urls, names, caching: FOREVER })
    }

    /// Names without a hash, so nothing may be kept. What comes later finds itself.
    fn by_cargo_leptos() -> Option<Self> {
        let files = ["pkg/confab.js", "pkg/confab.wasm", "pkg/confab.css", "favicon.svg"];
        let found = files.iter().all(|name| Site::get(name).is_some());
        let [js, wasm, css, favicon] = files.map(|name| format!("/assets/{name}"));
        let names = Site::iter().map(|name| (name.to_string(), content_type(&name))).collect();
        found.then_some(Self {
            urls: AssetUrls { js, wasm, home: None, check: None, css, favicon },
            names,
            caching: NEVER,
        })
    }

    /// Where pages find them.
    pub fn urls(&self) -> &AssetUrls {
        &self.urls
    }

    fn find(&self, name: &str, headers: &HeaderMap) -> Option<Response> {
        let content_type = *self.names.get(name)?;
        let packed = Coding::accepted(headers).find_map(|coding| {
            let file = Site::get(&format!("{name}{}", coding.suffix()))?;
            Some((file, Some((CONTENT_ENCODING, HeaderValue::from_static(coding.name())))))
        });
        let (file, coding) = packed.or_else(|| Some((Site::get(name)?, None)))?;
        Some(self.respond(file, content_type, coding))
    }

    fn respond(
        &self,
        file: EmbeddedFile,
        content_type: &'static str,
        coding: Option<(HeaderName, HeaderValue)>,
    ) -> Response {
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static(content_type)),
            (CACHE_CONTROL, self.caching.clone()),
            (VARY, HeaderValue::from_static("accept-encoding")),
        ];
        let body = match file.data {
            Cow::Borrowed(bytes) => Body::from(bytes),
            Cow::Owned(bytes) => Body::from(bytes),
        };
        let mut response = (headers, body).into_response();
        response.headers_mut().extend(coding);
        response
    }
}

/// `GET /assets/{name}`.
pub async fn serve(State(state): State<ServerState>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    let found = state.assets.find(&name, &headers);
    // Async for axum alone.
    std::future::ready(found.unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())).await
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
