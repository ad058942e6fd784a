//! What few people open comes later: it is in a chunk of its own, which is loaded when it is opened first (or soon after
//! joining, while there is nothing else to do).
//!
//! `#[wasm_split(name, fallible)]` cuts a function off, with whatever nothing else needs; all of one name are in one
//! chunk. So this module has one such function for all that comes later in a room, and a [`Part`] for each view.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use leptos::html::Button;
use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use leptos::task::spawn_local;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::app::call::Copied;
use crate::app::chat::ChatBody;
use crate::app::connection::ConnectionBody;
use crate::app::device_choice::devices_menu;
use crate::app::engine::use_engine;
use crate::app::fresh::Fresh;
use crate::app::invite::invitation;
use crate::app::more_menu::more_menu;
use crate::app::overview::overview;
use crate::app::people::PeopleBody;
use crate::app::reactions::reactions;
use crate::app::use_words;
use crate::app::view_menu::ViewMenuBody;
use crate::call::view::ServerLink;
use crate::protocol::PeerId;

/// When the parts are fetched, counted from the moment in which one is in the call: it should not compete with connecting.
const PREFETCH_AFTER: Duration = Duration::from_secs(2);

/// A view that comes later.
pub enum Part {
    /// What is in the chat panel.
    Chat { open: RwSignal<bool> },
    /// What is in the people panel.
    People { open: RwSignal<bool>, copied: RwSignal<Copied> },
    /// What is in the menu for devices, sound and language.
    Devices,
    /// What is in the menu for the view.
    ViewMenu,
    /// How somebody is connected.
    Connection { peer: PeerId, name: Signal<String>, open: RwSignal<bool> },
    /// What is behind More.
    More { overview: RwSignal<bool>, button: NodeRef<Button> },
    /// The overview of the keys.
    Overview { open: RwSignal<bool> },
    /// The reactions to choose from, in the menu of this id.
    Reactions { menu: &'static str },
    /// How to get others into the room.
    Invitation { copied: RwSignal<Copied> },
}

type Arrived = Result<AnyView, SplitLoaderError>;

#[wasm_split(parts, preload(preload_parts), fallible)]
fn draw(part: Part) -> Result<AnyView, SplitLoaderError> {
    Ok(match part {
        Part::Chat { open } => Fresh(view! { <ChatBody open/> }).into_any(),
        Part::People { open, copied } => Fresh(view! { <PeopleBody open copied/> }).into_any(),
        Part::Devices => Fresh(devices_menu()).into_any(),
        Part::ViewMenu => Fresh(view! { <ViewMenuBody/> }).into_any(),
        Part::Connection { peer, name, open } => Fresh(view! { <ConnectionBody peer name open/> }).into_any(),
        Part::More { overview, button } => more_menu(overview, button),
        Part::Overview { open } => overview(open),
        Part::Reactions { menu } => reactions(menu),
        Part::Invitation { copied } => Fresh(invitation(copied)).into_any(),
    })
}

/// The place of a part: empty until `open` is true for the first time, then the part, which stays. If it does not arrive,
/// a sentence says so, and one can try again.
pub fn later(open: Signal<bool>, part: impl Fn() -> Part + 'static) -> impl IntoView {
    let part: Box<dyn Fn() -> Part> = Box::new(part);
    place(open, part)
}

fn place(open: Signal<bool>, part: Box<dyn Fn() -> Part>) -> impl IntoView {
    // Not the owner itself: it has what is made here, which would keep it.
    let place = Owner::current().unwrap_or_default().downgrade();
    let asked = RwSignal::new(false);
    let view = RwSignal::new_local(None::<AnyView>);
    Effect::new(move |_| {
        if !open.get() || asked.get() {
            return;
        }
        let Some(owner) = place.upgrade() else { return };
        asked.set(true);
        // Under the owner of the place: what the part creates lives as long as the place.
        let coming = owner.with(|| ScopedFuture::new(boxed(draw(part()))));
        spawn_local(async move {
            let arrived = coming.await.unwrap_or_else(|_| owner.with(|| missing(asked)));
            view.try_set(Some(arrived));
        });
    });
    move || {
        view.track();
        view.write_untracked().take()
    }
}

/// One type for all of them.
fn boxed(coming: impl Future<Output = Arrived> + 'static) -> Pin<Box<dyn Future<Output = Arrived>>> {
    Box::pin(coming)
}

/// The server is away, or newer than the page.
fn missing(asked: RwSignal<bool>) -> AnyView {
    let words = use_words();
    let notice = view! {
        <div class="notice" role="alert">
            <p>{words.part_missing}</p>
            <button type="button" class="button" on:click=move |_| asked.set(false)>
                {words.try_again}
            </button>
        </div>
    };
    Fresh(notice).into_any()
}

/// Fetches the parts soon, so that they are here if the server is not when one of them is opened. It has to be here for
/// that; what fails is fetched again when it is opened.
pub fn prefetch() {
    let is_up = use_engine().select(|view| view.server == ServerLink::Connected);
    let is_time = RwSignal::new(false);
    let ring = move || {
        is_time.try_set(true);
    };
    Effect::new(move |_| set_timeout(ring, PREFETCH_AFTER));
    let fetches = Memo::new(move |fetches| fetches == Some(&true) || (is_time.get() && is_up.get()));
    Effect::new(move |_| {
        if fetches.get() {
            spawn_local(async { drop(preload_parts().await) });
        }
    });
}
