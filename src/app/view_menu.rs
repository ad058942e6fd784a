//! How the person wants to see the call: behind one button, kept for as long as the page is open.

use leptos::prelude::*;

use crate::app::components::switch;
use crate::app::engine::use_engine;
use crate::app::later::Part;
use crate::app::menu::{Menu, menu};
use crate::app::small_window::float_call;
use crate::app::use_words;
use crate::browser;
use crate::call::layout::staged;
use crate::call::view::{Choice, Intent, Source, TileKey};

/// The button, and the place of what it opens.
pub fn view_menu() -> impl IntoView {
    let spec = Menu {
        button: Some("view-button"),
        button_class: "button quiet view-button",
        icon: "#i-view",
        label: use_words().view,
        id: "view-menu",
        class: "view-menu",
    };
    menu(spec, NodeRef::new(), || Part::ViewMenu)
}

/// What is in the menu.
#[component]
pub fn ViewMenuBody() -> impl IntoView {
    let words = use_words();
    let engine = use_engine();
    let view = engine.view();
    let chosen = move |of: fn(&Choice) -> bool| Signal::derive(move || of(&view.read().choice));
    let float_picture = move || {
        let on_stage = view.with_untracked(|view| {
            let is_other = |key: &TileKey| key.owner.is_some() && key.source == Source::Camera;
            staged(view).or_else(|| view.tiles.iter().map(|tile| tile.key).find(is_other))
        });
        browser::float_picture(on_stage.unwrap_or(TileKey::OWN));
    };
    view! {
        {switch(words.follow_speaker, chosen(|choice| choice.follows_speaker), move |on| engine.send(Intent::FollowSpeaker(on)))}
        {switch(words.hide_empty, chosen(|choice| choice.hides_empty), move |on| engine.send(Intent::HideEmpty(on)))}
        {action(words.full_screen, browser::can_fill_screen(), browser::fill_screen)}
        {action(words.picture_in_picture, browser::can_float_picture() || browser::can_open_small_window(), float_call(float_picture))}
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
