//! How the person wants to see the call: behind one button, kept for as long as the page is open.

use leptos::prelude::*;

use crate::app::components::face;
use crate::app::engine::use_engine;
use crate::app::later::{Part, later};
use crate::app::small_window::float_call;
use crate::app::use_words;
use crate::browser;
use crate::call::layout::staged;
use crate::call::view::{Intent, Source, TileKey};

/// The button, and the place of what it opens.
#[component]
pub fn ViewMenu() -> impl IntoView {
    let words = use_words();
    let opened = RwSignal::new(false);
    view! {
        <button
            id="view-button"
            type="button"
            class="button quiet view-button"
            title=words.view
            popovertarget="view-menu"
            on:click=move |_| opened.set(true)
        >
            {face("#i-view".into(), words.view.into())}
        </button>
        <div id="view-menu" class="view-menu" popover="auto" role="dialog" aria-label=words.view>
            {later(opened.into(), || Part::ViewMenu)}
        </div>
    }
}

/// What is in the menu.
#[component]
pub fn ViewMenuBody() -> impl IntoView {
    let words = use_words();
    let engine = use_engine();
    let view = engine.view();
    // As it was before the language was changed.
    let chosen = view.with_untracked(|view| view.choice);
    let float_picture = move || {
        let on_stage = view.with_untracked(|view| {
            let is_other = |key: &TileKey| key.owner.is_some() && key.source == Source::Camera;
            staged(view).or_else(|| view.tiles.iter().map(|tile| tile.key).find(is_other))
        });
        browser::float_picture(on_stage.unwrap_or(TileKey::OWN));
    };
    view! {
        {switch(words.follow_speaker, chosen.follows_speaker, move |on| engine.send(Intent::FollowSpeaker(on)))}
        {switch(words.hide_empty, chosen.hides_empty, move |on| engine.send(Intent::HideEmpty(on)))}
        {action(words.full_screen, browser::can_fill_screen(), browser::fill_screen)}
        {action(words.picture_in_picture, browser::can_float_picture() || browser::can_open_small_window(), float_call(float_picture))}
    }
}

fn switch(label: &'static str, is_on: bool, set: impl Fn(bool) + 'static) -> impl IntoView {
    let set: Box<dyn Fn(bool)> = Box::new(set);
    view! {
        <label class="switch">
            <input type="checkbox" role="switch" autocomplete="off" prop:checked=is_on on:change=move |event| set(event_target_checked(&event))/>
            {label}
        </label>
    }
}

/// What this browser cannot do is not offered.
fn action(label: &'static str, is_possible: bool, act: impl Fn() + 'static) -> impl IntoView {
    let act: Box<dyn Fn()> = Box::new(act);
    view! {
        <button
            type="button"
            class="button"
            popovertarget="view-menu"
            popovertargetaction="hide"
            hidden=!is_possible
            on:click=move |_| act()
        >
            {label}
        </button>
    }
}
