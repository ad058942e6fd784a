//! Sharing the own screen: the button, and the note that says so for as long as it lasts.

use leptos::prelude::*;

use crate::app::components::device_button;
use crate::app::engine::use_engine;
use crate::app::use_words;
use crate::call::view::{Device, Intent, Share};

/// Shares, and stops that. Not there in browsers that cannot: phones.
#[component]
pub fn ShareButton() -> impl IntoView {
    let words = use_words();
    let engine = use_engine();
    // As a device: the same kind of button.
    let screen = engine.select(|view| match view.screen {
        Share::Unavailable => Device::Missing,
        Share::Off | Share::Choosing => Device::Off,
        Share::On => Device::On,
    });
    let label =
        Signal::derive(move || if screen.get() == Device::On { words.stop_sharing } else { words.share_screen });
    device_button("control share", screen, Signal::stored("#i-screen"), label, Intent::ToggleScreen)
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
