//! What a call seldom needs: behind one button, as a menu, or as a sheet where there is no room for one.

use leptos::prelude::*;

use crate::app::later::Part;
use crate::app::menu::{Menu, menu};
use crate::app::use_words;

/// The button, and the place of the menu.
pub fn more_button(overview: RwSignal<bool>) -> impl IntoView {
    let button = NodeRef::new();
    let spec = Menu {
        button: Some("more-button"),
        button_class: "control",
        icon: "#i-more",
        label: use_words().more,
        id: "more",
        class: "view-menu more-menu",
    };
    menu(spec, button, move || Part::More { overview, button })
}
