//! Entries of a menu: data, the other camera. A function each, so that any menu can have them.

use leptos::prelude::*;

use crate::app::components::switch;
use crate::app::engine::use_engine;
use crate::app::use_words;
use crate::call::view::Intent;

/// Sound only, both ways.
pub fn low_data_entry() -> impl IntoView {
    let engine = use_engine();
    let saves = engine.select(|view| view.low_data);
    switch(use_words().low_data, saves.into(), move |on| engine.send(Intent::SaveData(on)))
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
