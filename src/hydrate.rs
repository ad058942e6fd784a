//! Where the browser begins: each page is brought to life by code that the others do not load.

use leptos::mount::hydrate_body;
use leptos::prelude::document;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::spawn_local;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::app::{Address, CheckPage, CheckPageProps, PlainPage, PlainPageProps, RoomPage, RoomPageProps};
use crate::browser;
use crate::i18n::{self, Lang};

/// For the console: they did not come, or are of another version.
const NO_WORDS: &str = "no words";

/// Brings the server's page to life; the page's script calls this, with the words that the server has for it.
#[wasm_bindgen]
pub fn hydrate(words: String) {
    let lang = language();
    match Address::of_page() {
        Address::Room(room) => {
            let Some(words) = i18n::read(words) else { wasm_bindgen::throw_str(NO_WORDS) };
            hydrate_body(move || RoomPage(RoomPageProps { lang, words, room }));
        }
        Address::Check => spawn_local(async move { noting(check(lang, words).await) }),
        Address::Home | Address::Nothing(_) => spawn_local(async move { noting(home(lang, words).await) }),
    }
}

#[wasm_split(home, fallible)]
fn home(lang: Lang, words: String) -> Result<(), SplitLoaderError> {
    let Some(words) = i18n::read(words) else { wasm_bindgen::throw_str(NO_WORDS) };
    hydrate_body(move || PlainPage(PlainPageProps { lang, words }));
    Ok(())
}

#[wasm_split(check, fallible)]
fn check(lang: Lang, words: String) -> Result<(), SplitLoaderError> {
    let Some((words, check_words)) = i18n::read_check(words) else { wasm_bindgen::throw_str(NO_WORDS) };
    hydrate_body(move || CheckPage(CheckPageProps { lang, words, check_words }));
    Ok(())
}

/// What did not arrive leaves a page that cannot start, and says so.
fn noting(arrived: Result<(), SplitLoaderError>) {
    if arrived.is_err() {
        browser::note_cannot_start();
    }
}

/// As the server has decided.
fn language() -> Lang {
    let tag = document().document_element().and_then(|root| root.get_attribute("lang"));
    tag.and_then(|tag| Lang::from_tag(&tag)).unwrap_or_default()
}
