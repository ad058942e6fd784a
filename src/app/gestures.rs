//! Hands and reactions: the two buttons, and the marks on a tile.

use leptos::prelude::*;

use crate::app::components::{device_button, icon};
use crate::app::engine::use_engine;
use crate::app::later::Part;
use crate::app::menu::{Menu, menu};
use crate::app::use_words;
use crate::call::view::{CallView, Device, Intent, Reaction, TileKey, TileView};

/// Raises the hand, and lowers it.
#[component]
pub fn HandButton() -> impl IntoView {
    let words = use_words();
    // As a device: the same kind of button.
    let hand = use_engine().select(|view| if is_raised(view) { Device::On } else { Device::Off });
    let label = Signal::derive(move || if hand.get() == Device::On { words.hand_lower } else { words.hand_raise });
    device_button("control hand", hand, Signal::stored("#i-hand"), label, Intent::ToggleHand)
}

fn is_raised(view: &CallView) -> bool {
    view.tiles.iter().any(|tile| tile.key == TileKey::OWN && tile.hand.is_some())
}

/// Opens the reactions.
pub fn react_button() -> impl IntoView {
    let spec = Menu {
        button: Some("react-button"),
        button_class: "control wide",
        icon: "#i-smile",
        label: use_words().react,
        id: "reactions",
        class: "reaction-menu",
    };
    menu(spec, NodeRef::new(), || Part::Reactions { menu: "reactions" })
}

/// On the tile of whoever has a hand up, or has just reacted.
pub fn marks(tile: Memo<Option<TileView>>) -> impl IntoView {
    let words = use_words();
    let place = Signal::derive(move || {
        let place = tile.read().as_ref().and_then(|tile| tile.hand);
        place.map_or_else(String::new, |place| place.to_string())
    });
    let reaction = Signal::derive(move || {
        let reaction = tile.read().as_ref().and_then(|tile| tile.reaction);
        reaction.map_or("", Reaction::emoji)
    });
    view! {
        <span class="hand-mark" title=words.hand_raised hidden=Signal::derive(move || place.read().is_empty())>
            {icon("#i-hand")}
            <span class="unseen">{words.hand_raised}</span>
            <span>{place}</span>
        </span>
        <span class="reaction" hidden=Signal::derive(move || reaction.read().is_empty())>
            {reaction}
        </span>
    }
}
