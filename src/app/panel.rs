//! The panels beside the stage: a heading, a way to close, and a body that comes when the panel is opened first.

use leptos::html::Button;
use leptos::prelude::*;

use crate::app::components::icon;
use crate::app::engine::use_engine;
use crate::app::later::{Part, later};
use crate::app::use_words;
use crate::browser;
use crate::call::view::Intent;

/// A panel. When it is closed from inside, the focus returns to the button that opens it.
pub fn panel(
    id: &'static str,
    heading: &'static str,
    open: RwSignal<bool>,
    button: NodeRef<Button>,
    body: impl Fn() -> Part + 'static,
) -> impl IntoView {
    let words = use_words();
    let engine = use_engine();
    let close = move || {
        open.set(false);
        engine.send(Intent::ShowChat(false));
        // On a phone its button may be behind More; what is hidden takes no focus.
        browser::focus("more-button");
        if let Some(button) = button.get_untracked() {
            let _ = button.focus();
        }
    };
    view! {
        <aside
            id=id
            class="chat"
            aria-label=heading
            hidden=Signal::derive(move || !open.get())
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    close();
                }
            }
        >
            <header>
                <h2>{heading}</h2>
                <button type="button" class="button quiet icon-only" aria-label=words.close title=words.close on:click=move |_| close()>
                    {icon("#i-close")}
                </button>
            </header>
            {later(open.into(), body)}
        </aside>
    }
}
