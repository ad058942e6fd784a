//! The top of every page: the way home, and the language.

use leptos::prelude::*;

use crate::app::components::icon;
use crate::app::language::language_choice;
use crate::app::use_words;

/// The header of the pages around a call.
#[component]
pub fn Header() -> impl IntoView {
    view! {
        <header class="header">
            <Brand/>
            <div class="language">
                {icon("#i-globe")}
                {language_choice("language", "")}
            </div>
        </header>
    }
}

/// The way home. From inside a call it opens beside it: a slip of the hand should not end the call.
#[component]
pub fn Brand(#[prop(optional)] in_call: bool) -> impl IntoView {
    view! {
        <a class="brand" href="/" target=in_call.then_some("_blank") rel="noopener">
            {icon("#i-confab")}
            {use_words().home}
        </a>
    }
}
