//! Confab: a video call from a room URL.
//!
//! The modules in reading order. The first ones are pure and hold every decision; the others carry them out.
//! `docs/architecture.md` is the tour.

// A test that looks for one variant may pass over the others.
#![cfg_attr(test, allow(clippy::wildcard_enum_match_arm))]

pub mod protocol;

pub mod room;

pub mod call;

pub mod check;

pub mod i18n;

#[cfg(any(feature = "ssr", feature = "hydrate"))]
pub mod app;

#[cfg(any(feature = "ssr", feature = "hydrate"))]
pub mod browser;

#[cfg(feature = "ssr")]
pub mod server;

/// Brings the server's page to life; the page's script calls this.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    let lang = language();
    leptos::mount::hydrate_body(move || app::App(app::AppProps { lang }));
}

/// The same for the page that checks the connection, which is in a program of its own (see the Makefile).
#[cfg(feature = "check")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate_check() {
    let lang = language();
    leptos::mount::hydrate_body(move || app::CheckApp(app::CheckAppProps { lang }));
}

/// As the server has decided.
#[cfg(feature = "hydrate")]
fn language() -> i18n::Lang {
    use leptos::prelude::document;

    let tag = document().document_element().and_then(|root| root.get_attribute("lang"));
    tag.and_then(|tag| i18n::Lang::from_tag(&tag)).unwrap_or_default()
}
