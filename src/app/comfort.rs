//! Entries of a menu: data, the other camera. A function each, so that any menu can have them.

use leptos::prelude::*;

use crate::app::engine::use_engine;
use crate::app::use_words;
use crate::call::view::{CallView, Intent};

/// Sound only, both ways.
pub fn low_data_entry() -> impl IntoView {
    switch(use_words().low_data, |view| view.low_data, Intent::SaveData)
}

/// The camera that looks the other way; on what people touch, where there is one.
pub fn turn_camera_entry() -> impl IntoView {
    let engine = use_engine();
    let is_alone = engine.select(|view| !view.can_turn_camera);
    view! {
        <button type="button" class="button" hidden=is_alone on:click=move |_| engine.send(Intent::TurnCamera)>
            {use_words().turn_camera}
        </button>
    }
}

fn switch(label: &'static str, is_on: fn(&CallView) -> bool, intent: fn(bool) -> Intent) -> impl IntoView {
    let engine = use_engine();
    let is_on = engine.select(is_on);
    view! {
        <label class="switch">
            <input
                type="checkbox"
                role="switch"
                autocomplete="off"
                prop:checked=is_on
                on:change=move |event| engine.send(intent(event_target_checked(&event)))
            />
            {label}
        </label>
    }
}
