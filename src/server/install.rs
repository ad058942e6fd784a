//! What makes Confab an app that can be installed: its manifest (W3C, Web Application Manifest), and its service worker.
//!
//! Invariant: no page is ever kept by the worker. A page carries a nonce, and is of one version; only files that are named by
//! their content are kept.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap, VARY};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::pages::language;
use super::state::ServerState;
use crate::app::shell::AssetUrls;
use crate::i18n::Lang;

/// The worker. It is at the root, since its scope is everything at and under its own address.
const WORKER: &str = include_str!("install/worker.js");

/// `GET /manifest.webmanifest`, in the language of whoever asks.
pub async fn manifest(State(state): State<ServerState>, headers: HeaderMap) -> Response {
    let text = manifest_of(state.assets.urls(), language(&headers)).to_string();
    let headers =
        [(CONTENT_TYPE, "application/manifest+json"), (CACHE_CONTROL, "no-cache"), (VARY, "accept-language, cookie")];
    // Async for axum alone.
    std::future::ready((headers, text).into_response()).await
}

/// `GET /worker.js`. A new one is asked for each time, so that a server that is replaced is not followed by an old worker.
pub async fn worker() -> Response {
    let headers = [(CONTENT_TYPE, "text/javascript; charset=utf-8"), (CACHE_CONTROL, "no-cache")];
    std::future::ready((headers, WORKER).into_response()).await
}

fn manifest_of(urls: &AssetUrls, lang: Lang) -> Value {
    let words = lang.words();
    let icon = |src: &str, size: &str, purpose: &str| {
        let kind = if src.ends_with(".svg") { "image/svg+xml" } else { "image/png" };
        json!({ "src": src, "sizes": size, "type": kind, "purpose": purpose })
    };
    let [small, large, maskable] = &urls.icons;
    json!({
        "id": "/",
        "name": words.home,
        "short_name": words.home,
        "description": words.description,
        "lang": lang.code(),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": "#0b7a69",
        "background_color": "#f5f9f8",
        "icons": [
            icon(small, "192x192", "any"),
            icon(large, "512x512", "any"),
            icon(maskable, "512x512", "maskable"),
            icon(&urls.favicon, "any", "any"),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_names_all_icons_and_speaks_the_readers_language() {
        let urls = AssetUrls {
            js: String::new(),
            wasm: String::new(),
            home: None,
            check: None,
            words: Vec::new(),
            check_words: Vec::new(),
            css: String::new(),
            favicon: "/assets/f.svg".into(),
            icons: ["/assets/a.png", "/assets/b.png", "/assets/c.png"].map(str::to_owned),
        };
        for lang in Lang::ALL {
            let manifest = manifest_of(&urls, lang);
            let icons = manifest["icons"].as_array().unwrap();
            let of = |icon: &Value| [icon["src"].clone(), icon["sizes"].clone(), icon["purpose"].clone()];
            assert_eq!(of(&icons[0]), ["/assets/a.png", "192x192", "any"]);
            assert_eq!(of(&icons[2]), ["/assets/c.png", "512x512", "maskable"]);
            assert_eq!((&manifest["scope"], &manifest["start_url"]), (&json!("/"), &json!("/")));
            assert_eq!(manifest["description"], lang.words().description);
        }
    }

    #[test]
    fn the_worker_answers_for_named_files_alone() {
        assert!(WORKER.contains("pathname.startsWith('/assets/')"), "{WORKER}");
        assert_eq!(WORKER.matches("respondWith").count(), 1);
    }
}
