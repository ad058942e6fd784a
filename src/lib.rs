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

/// Brings the server's page to life; the page's script calls this, with the words that the server has for it.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate(words: String) {
    let Some(words) = i18n::read(words) else { wasm_bindgen::throw_str(NO_WORDS) };
    let lang = language();
    leptos::mount::hydrate_body(move || app::App(app::AppProps { lang, words }));
}

/// The same for the page that checks the connection, which is in a program of its own (see the Makefile).
#[cfg(feature = "check")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate_check(words: String) {
    let Some((words, check_words)) = i18n::read_check(words) else { wasm_bindgen::throw_str(NO_WORDS) };
    let lang = language();
    leptos::mount::hydrate_body(move || app::CheckApp(app::CheckAppProps { lang, words, check_words }));
}

/// For the console: they did not come, or are of another version.
#[cfg(feature = "hydrate")]
const NO_WORDS: &str = "no words";

/// As the server has decided.
#[cfg(feature = "hydrate")]
fn language() -> i18n::Lang {
    use leptos::prelude::document;

    let tag = document().document_element().and_then(|root| root.get_attribute("lang"));
    tag.and_then(|tag| i18n::Lang::from_tag(&tag)).unwrap_or_default()
}
