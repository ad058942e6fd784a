//! The interface: what the server renders and the browser brings to life. Runs on both sides, without a `cfg`.
//!
//! Components draw a [`crate::call::view::CallView`] and send [`crate::call::view::Intent`]s; they decide nothing.
//! The first frame in the browser is the frame of the server: whatever only a browser knows comes in an `Effect`.

mod after;
mod call;
mod chat;
mod check;
mod comfort;
mod components;
mod connection;
mod controls;
mod device_choice;
mod engine;
mod fresh;
mod gestures;
mod home;
mod invite;
mod keys;
mod language;
mod later;
mod lines;
mod lobby;
mod menu;
mod more;
mod more_menu;
mod not_found;
mod overview;
mod panel;
mod people;
mod quality;
mod reactions;
mod rehearsal;
mod room;
mod sharing;
pub mod shell;
mod small_window;
mod sound;
mod stage;
mod tile;
mod view_menu;

use leptos::either::{Either, EitherOf3};
use leptos::prelude::*;
use leptos_router::location::RequestUrl;

use crate::app::check::Check;
use crate::app::home::Home;
use crate::app::not_found::NotFound;
use crate::app::room::Room;
use crate::browser;
use crate::i18n::{CheckWords, Lang, Words};
use crate::protocol::{LinkError, RoomId};

/// The page at an address, whole. The browser brings each page to life by its own root, which this has to agree with.
///
/// There is no client-side router: every page is a document of its own, which the server renders in a millisecond
/// and whose files the browser has. (A router with its erased views was a quarter of the WebAssembly.)
#[component]
pub fn App(lang: Lang) -> impl IntoView {
    match Address::of_page() {
        Address::Room(room) => EitherOf3::A(view! { <RoomPage lang words=lang.words() room/> }),
        Address::Check => EitherOf3::B(view! { <CheckPage lang words=lang.words() check_words=lang.check_words()/> }),
        Address::Home | Address::Nothing(_) => EitherOf3::C(view! { <PlainPage lang words=lang.words()/> }),
    }
}

/// The root of a room's page. The server decides the language; the browser reads it back from `<html lang>`.
#[component]
pub fn RoomPage(lang: Lang, words: &'static Words, room: RoomId) -> impl IntoView {
    provide_page(lang, words);
    view! { <Room room/> }
}

/// The root of the page that checks the connection.
#[component]
pub fn CheckPage(lang: Lang, words: &'static Words, check_words: &'static CheckWords) -> impl IntoView {
    provide_page(lang, words);
    view! { <Check words=check_words/> }
}

/// The root of every other page.
#[component]
pub fn PlainPage(lang: Lang, words: &'static Words) -> impl IntoView {
    provide_page(lang, words);
    match Address::of_page() {
        Address::Nothing(why) => Either::Left(view! { <NotFound why/> }),
        Address::Home | Address::Room(_) | Address::Check => Either::Right(view! { <Home/> }),
    }
}

fn provide_page(lang: Lang, words: &'static Words) {
    let (still, set_still) = signal(true);
    let page = Page { language: RwSignal::new((lang, words)), spoken: RwSignal::new(true), still: still.into() };
    provide_context(page);
    Effect::new(move |_| {
        set_still.set(false);
        browser::mark_hydrated();
    });
}

/// The HTTP status of the page at this path (without query): 200, or 404 when there is no such page.
pub fn status_of(path: &str) -> u16 {
    match Address::of(path) {
        Address::Home | Address::Room(_) | Address::Check => 200,
        Address::Nothing(_) => 404,
    }
}

/// What an address leads to.
pub(crate) enum Address {
    Home,
    Room(RoomId),
    Check,
    Nothing(LinkError),
}

impl Address {
    fn of(path: &str) -> Self {
        if path == "/" {
            return Self::Home;
        }
        if path == "/check" {
            return Self::Check;
        }
        match RoomId::parse(path.strip_suffix('/').unwrap_or(path)) {
            Ok(room) => Self::Room(room),
            Err(why) => Self::Nothing(why),
        }
    }

    /// Of the request on the server, of the document in the browser.
    pub(crate) fn of_page() -> Self {
        match use_context::<RequestUrl>() {
            Some(url) => Self::of(path_of(url.as_ref())),
            None => Self::of(&location_pathname().unwrap_or_default()),
        }
    }

    fn title(&self, words: &Words) -> String {
        let name = match self {
            Self::Home | Self::Nothing(_) => return words.home.to_owned(),
            Self::Check => words.connection_check,
            Self::Room(RoomId::Named(name)) => name.as_str(),
            Self::Room(RoomId::Sealed(_)) => words.meeting,
        };
        format!("{name} · Confab")
    }
}

/// The path of an address, whether it is a whole one (leptos_axum invents a host) or begins with the path.
fn path_of(url: &str) -> &str {
    let from_path = match url.split_once("://") {
        Some((_, rest)) if !url.starts_with('/') => rest.find('/').map_or("/", |at| &rest[at..]),
        Some(_) | None => url,
    };
    from_path.split(['?', '#']).next().unwrap_or_default()
}

/// What every component may know of its page.
#[derive(Clone, Copy)]
struct Page {
    language: RwSignal<(Lang, &'static Words)>,
    /// False for a moment while the language changes: the screens of a room are taken down, and drawn anew.
    spoken: RwSignal<bool>,
    /// True in the first frame, false once the page reacts: what cannot react yet is disabled.
    still: Signal<bool>,
}

/// The page that the component is on.
fn use_page() -> Page {
    expect_context()
}

/// A word that follows the language: for pages that are not drawn anew when it changes.
fn use_word(of: fn(&Words) -> &'static str) -> Signal<&'static str> {
    let language = use_page().language;
    Signal::derive(move || of(language.get().1))
}

/// The words in the language of the page.
fn use_words() -> &'static Words {
    use_page().language.get_untracked().1
}

#[cfg(test)]
mod tests {
    use super::{path_of, status_of};

    #[test]
    fn a_path_is_found_in_every_address() {
        for url in ["/r/a", "/r/a?b=/c", "/r/a?b=http://c/d", "http://leptos.dev/r/a", "http://leptos.dev/r/a?b://c"] {
            assert_eq!(path_of(url), "/r/a", "{url}");
        }
        assert_eq!(path_of("http://leptos.dev"), "/");
    }

    #[test]
    fn pages_that_exist_are_found() {
        for path in
            ["/", "/check", "/r/standup", "/r/StandUp", "/r/standup/", "/m/abcd-abcd-abcd-abcd-abcd-abcd-abcd-abcd"]
        {
            assert_eq!(status_of(path), 200, "{path}");
        }
    }

    #[test]
    fn other_paths_are_not_found() {
        for path in ["/x", "/r", "/r/", "/r/no%20blank", "/m/short", "/r/a/b", ""] {
            assert_eq!(status_of(path), 404, "{path}");
        }
    }
}
