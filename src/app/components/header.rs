//! The top of every page: the way home, and the language.

use leptos::prelude::*;

use crate::app::components::icon;
use crate::app::{use_page, use_words};
use crate::browser;
use crate::i18n::Lang;

/// The header of the pages around a call.
#[component]
pub fn Header() -> impl IntoView {
    view! {
        <header class="header">
            <Brand/>
            <Language/>
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

#[component]
fn Language() -> impl IntoView {
    let page = use_page();
    let options = Lang::ALL.map(|lang| {
        view! {
            <option value=lang.code() lang=lang.code() selected=lang == page.lang>
                {lang.endonym()}
            </option>
        }
    });
    view! {
        <div class="language">
            {icon("#i-globe")}
            <select
                aria-label=use_words().language
                autocomplete="off"
                disabled=page.still
                on:change=|event| browser::set_language(&event_target_value(&event))
            >
                {options.into_iter().collect_view()}
            </select>
        </div>
    }
}
