//! The reactions themselves. Made when somebody wants them for the first time.

use leptos::prelude::*;

use crate::app::engine::use_engine;
use crate::app::fresh::Fresh;
use crate::app::use_words;
use crate::call::view::{Intent, Reaction};

/// A button for each; a press closes the menu with this id.
pub fn reactions(menu: &'static str) -> AnyView {
    let words = use_words();
    let engine = use_engine();
    let button = |(reaction, name): (Reaction, &'static str)| {
        view! {
            <button
                type="button"
                class="reaction-button"
                aria-label=name
                title=name
                popovertarget=menu
                popovertargetaction="hide"
                on:click=move |_| engine.send(Intent::React(reaction))
            >
                {reaction.emoji()}
            </button>
        }
    };
    let buttons = Reaction::ALL.into_iter().zip(words.reactions).map(button).collect::<Vec<_>>();
    Fresh(view! {
        <div class="reaction-row" role="group" aria-label=words.react>
            {buttons}
        </div>
    })
    .into_any()
}
