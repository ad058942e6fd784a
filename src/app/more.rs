//! What a call seldom needs: behind one button, as a menu, or as a sheet where there is no room for one.

use leptos::html;
use leptos::prelude::*;

use crate::app::components::face;
use crate::app::later::{Part, later};
use crate::app::use_words;

/// The button, and the place of the menu. The menu is made when it is opened for the first time.
#[component]
pub fn MoreButton(overview: RwSignal<bool>) -> impl IntoView {
    let words = use_words();
    let opened = RwSignal::new(false);
    let button = NodeRef::<html::Button>::new();
    let menu = NodeRef::<html::Div>::new();
    view! {
        <button
            id="more-button"
            node_ref=button
            type="button"
            class="control"
            title=words.more
            popovertarget="more"
            on:click=move |_| opened.set(true)
        >
            {face("#i-more".into(), words.more.into())}
        </button>
        <div
            id="more"
            node_ref=menu
            class="view-menu more-menu"
            popover="auto"
            tabindex="-1"
            role="dialog"
            aria-label=words.more
            on:toggle=move |_| {
                if let Some(menu) = menu.get_untracked() {
                    let _ = menu.focus();
                }
            }
        >
            {later(opened.into(), move || Part::More { overview, button })}
        </div>
    }
}
