//! What is behind More: an entry is one line.

use leptos::html::Button;
use leptos::prelude::*;

use crate::app::comfort::{low_data_entry, turn_camera_entry};
use crate::app::components::{icon, switch};
use crate::app::engine::use_engine;
use crate::app::fresh::Fresh;
use crate::app::reactions::reactions;
use crate::app::use_words;
use crate::browser;
use crate::call::view::{Intent, Preference};

/// The entries. `button` opened them.
pub fn more_menu(overview: RwSignal<bool>, button: NodeRef<Button>) -> AnyView {
    let words = use_words();
    let show_overview = move || {
        // The focus comes back to here when the overview is closed: this menu will be gone.
        if let Some(button) = button.get_untracked() {
            let _ = button.focus();
        }
        overview.set(true);
    };
    Fresh(view! {
        <div class="narrow">
            {reactions("more")}
            {action("#i-link", words.copy_link, || browser::press("copy-button"))}
            {action("#i-people", words.people_panel, || browser::press("people-button"))}
        </div>
        {preference(words.sounds, Preference::Sounds)}
        {preference(words.push_to_talk, Preference::PushToTalk)}
        {preference(words.hide_own, Preference::HideOwn)}
        {low_data_entry()}
        {turn_camera_entry()}
        {action("#i-keyboard", words.shortcuts, show_overview)}
    })
    .into_any()
}

/// An entry that does something, and closes the menu.
fn action(symbol: &'static str, label: &'static str, act: impl Fn() + 'static) -> AnyView {
    let act: Box<dyn Fn()> = Box::new(act);
    Fresh(view! {
        <button type="button" class="button" popovertarget="more" popovertargetaction="hide" on:click=move |_| act()>
            {icon(symbol)}
            {label}
        </button>
    })
    .into_any()
}

/// A switch that is remembered on this device.
pub fn preference(label: &'static str, preference: Preference) -> impl IntoView {
    let engine = use_engine();
    let view = engine.view();
    let is_on = Signal::derive(move || view.read().preferences.has(preference));
    switch(label, is_on, move |on| engine.send(Intent::Prefer(preference, on)))
}
