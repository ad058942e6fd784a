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
use crate::i18n::Lang;

/// The folder that `make build` fills; without it the executable says so when it starts.
#[derive(RustEmbed)]
#[folder = "target/site"]
#[allow_missing = true]
struct Site;

/// Set by `make`, so that cargo embeds the folder anew when it was not there before.
const _: Option<&str> = option_env!("CONFAB_SITE");

/// Small, large, and large for systems that cut it into a shape of their own.
const ICONS: [&str; 3] = ["icon-192.png", "icon-512.png", "icon-maskable.png"];

/// Hashed names never mean anything else.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

const NEVER: HeaderValue = HeaderValue::from_static("no-store");

/// Which files there are.
#[derive(Debug)]
pub struct Assets {
    urls: AssetUrls,
    names: HashMap<String, &'static str>,
    /// Files that are made here and not in the folder.
    made: HashMap<String, String>,
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
        let words = |name: &str| {
            Lang::ALL.iter().map(|lang| url(&name.replace("{}", lang.code()))).collect::<Option<Vec<String>>>()
        };
        let urls = AssetUrls {
            js: url("confab.js")?,
            wasm: url("confab.wasm")?,
            home: url("home.wasm"),
            check: url("check.wasm"),
            words: words("words.{}.txt")?,
            check_words: words("check.{}.txt")?,
            css: url("confab.css")?,
            favicon: url("favicon.svg")?,
            icons: [url(ICONS[0])?, url(ICONS[1])?, url(ICONS[2])?],
        };
        let names = by_logical.into_values().map(|name| (name.clone(), content_type(&name))).collect();
        Some(Self { urls, names, made: HashMap::new(), caching: FOREVER })
    }

    /// Names without a hash, so nothing may be kept. What comes later finds itself.
    fn by_cargo_leptos() -> Option<Self> {
        let files = ["pkg/confab.js", "pkg/confab.wasm", "pkg/confab.css", "favicon.svg"];
        let found = files.iter().all(|name| Site::get(name).is_some());
        let [js, wasm, css, favicon] = files.map(|name| format!("/assets/{name}"));
        let made = |name: &str, lines: fn(Lang) -> String| {
            Lang::ALL.map(|lang| (name.replace("{}", lang.code()), lines(lang))).into_iter().collect::<Vec<_>>()
        };
        let (words, check_words) = (made("words.{}.txt", Lang::lines), made("check.{}.txt", Lang::check_lines));
        let url = |made: &[(String, String)]| made.iter().map(|(name, _)| format!("/assets/{name}")).collect();
        let (words_urls, check_urls) = (url(&words), url(&check_words));
        let made: HashMap<String, String> = words.into_iter().chain(check_words).collect();
        let names = Site::iter().map(|name| name.to_string()).chain(made.keys().cloned());
        let names = names.map(|name| (name.clone(), content_type(&name))).collect();
        let icons = ICONS.map(|name| format!("/assets/{name}"));
        let (home, check) = (None, None);
        let urls = AssetUrls { js, wasm, home, check, words: words_urls, check_words: check_urls, css, favicon, icons };
        found.then_some(Self { urls, names, made, caching: NEVER })
    }

    /// Where pages find them.
    pub fn urls(&self) -> &AssetUrls {
        &self.urls
    }

    fn find(&self, name: &str, headers: &HeaderMap) -> Option<Response> {
        let content_type = *self.names.get(name)?;
        if let Some(text) = self.made.get(name) {
            return Some(([(CONTENT_TYPE, content_type), (CACHE_CONTROL, "no-store")], text.clone()).into_response());
        }
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
