//! Sharing the own screen: the button, and the note that says so for as long as it lasts.

use leptos::prelude::*;

use crate::app::components::face;
use crate::app::engine::use_engine;
use crate::app::use_words;
use crate::call::view::{Intent, Share};

/// Shares, and stops that. Not there in browsers that cannot: phones.
#[component]
pub fn ShareButton() -> impl IntoView {
    let words = use_words();
    let engine = use_engine();
    let screen = engine.select(|view| view.screen);
    let label = Signal::derive(move || words.screen_button(screen.get()));
    view! {
        <button
            type="button"
            class="control"
            class:sharing=Signal::derive(move || screen.get() == Share::On)
            title=label
            hidden=Signal::derive(move || screen.get() == Share::Unavailable)
            on:click=move |_| engine.send(Intent::ToggleScreen)
        >
            {face("#i-screen".into(), label)}
        </button>
    }
}

/// One's own screen is not shown to oneself: it would show itself in itself.
#[component]
pub fn SharingNote() -> impl IntoView {
    let words = use_words();
    let engine = use_engine();
    let is_idle = engine.select(|view| view.screen != Share::On);
    view! {
        <div role="status">
            <p class="server-line sharing-note" hidden=is_idle>
                {words.sharing}
                <button type="button" class="button" on:click=move |_| engine.send(Intent::ToggleScreen)>
                    {words.stop}
                </button>
            </p>
        </div>
    }
}
