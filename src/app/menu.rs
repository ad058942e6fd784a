//! The menus of a call: a button, and what it opens. What is inside is made when it is opened for the first time.

use leptos::html;
use leptos::prelude::*;

use crate::app::components::face;
use crate::app::later::{Part, later};

/// What tells one menu from another.
pub struct Menu {
    /// The id of the button, where somebody else presses it or gives it the focus.
    pub button: Option<&'static str>,
    /// The classes of the button.
    pub button_class: &'static str,
    /// The icon of the button.
    pub icon: &'static str,
    /// The name of both.
    pub label: &'static str,
    /// The id of what is opened.
    pub id: &'static str,
    /// Its classes.
    pub class: &'static str,
}

/// The button and the place of the menu, which takes the focus when it is opened.
pub fn menu(menu: Menu, button: NodeRef<html::Button>, part: impl Fn() -> Part + 'static) -> impl IntoView {
    let Menu { button: button_id, button_class, icon, label, id, class } = menu;
    let opened = RwSignal::new(false);
    let place = NodeRef::<html::Div>::new();
    let take_focus = move |_| {
        if let Some(place) = place.get_untracked() {
            let _ = place.focus();
        }
    };
    view! {
        <button
            id=button_id
            node_ref=button
            type="button"
            class=button_class
            title=label
            popovertarget=id
            on:click=move |_| opened.set(true)
        >
            {face(icon.into(), label.into())}
        </button>
        <div
            id=id
            node_ref=place
            class=class
            popover="auto"
            role="dialog"
            aria-label=label
            tabindex="-1"
            on:toggle=take_focus
        >
            {later(opened.into(), part)}
        </div>
    }
}
