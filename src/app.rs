//! The interface: what the server renders and the browser brings to life. Runs on both sides, without a `cfg`.
//!
//! Components draw a [`crate::call::view::CallView`] and send [`crate::call::view::Intent`]s; they decide nothing.
//! The first frame in the browser is the frame of the server: whatever only a browser knows comes in an `Effect`.

mod after;
mod call;
mod chat;
mod components;
mod controls;
mod engine;
mod home;
mod lobby;
mod not_found;
mod room;
pub mod shell;
mod stage;
mod tile;

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::path;

use crate::app::home::Home;
use crate::app::not_found::NotFound;
use crate::app::room::{NamedRoom, SealedRoom};
use crate::browser;
use crate::i18n::{Lang, Words};
use crate::protocol::{LinkError, RoomId};

/// The root of every page. The server decides the language; the browser reads it back from `<html lang>`.
#[component]
pub fn App(lang: Lang) -> impl IntoView {
    provide_meta_context();
    let (hydrated, set_hydrated) = signal(false);
    provide_context(Page { lang, hydrated });
    Effect::new(move |_| {
        set_hydrated.set(true);
        browser::mark_hydrated();
    });
    view! {
        <Router>
            <FlatRoutes fallback=|| view! { <NotFound why=LinkError::NotARoom/> }>
                <Route path=path!("/") view=Home/>
                <Route path=path!("/r/:name") view=NamedRoom/>
                <Route path=path!("/m/:id") view=SealedRoom/>
            </FlatRoutes>
        </Router>
    }
}

/// The HTTP status of the page at this path (without query): 200, or 404 when there is no such page.
pub fn status_of(path: &str) -> u16 {
    if path == "/" || RoomId::parse(path.strip_suffix('/').unwrap_or(path)).is_ok() { 200 } else { 404 }
}

/// What every component may know of its page.
#[derive(Clone, Copy)]
struct Page {
    lang: Lang,
    /// False in the first frame, true once the page reacts.
    hydrated: ReadSignal<bool>,
}

/// The page that the component is on.
fn use_page() -> Page {
    let fallback = || Page { lang: Lang::default(), hydrated: signal(false).0 };
    use_context().unwrap_or_else(fallback)
}

/// The words in the language of the page.
fn use_words() -> &'static Words {
    use_page().lang.words()
}

#[cfg(test)]
mod tests {
    use super::status_of;

    #[test]
    fn pages_that_exist_are_found() {
        for path in ["/", "/r/standup", "/r/StandUp", "/r/standup/", "/m/abcd-abcd-abcd-abcd-abcd-abcd-abcd-abcd"] {
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
