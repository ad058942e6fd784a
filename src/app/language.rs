//! The language of the page: chosen from a list, and changed without loading the page again.

use leptos::prelude::*;
use leptos::task::{spawn_local, tick};

use crate::app::{Address, Page, use_page, use_word};
use crate::browser;
use crate::i18n::{Lang, Words};

/// The list. `id` is its own: the focus comes back to it.
pub fn language_choice(id: &'static str, class: &'static str) -> impl IntoView {
    let page = use_page();
    let (spoken, _) = page.language.get_untracked();
    let options = Lang::ALL.map(|lang| {
        view! {
            <option value=lang.code() lang=lang.code() selected=lang == spoken>
                {lang.endonym()}
            </option>
        }
    });
    let change = move |event| {
        if let Some(lang) = Lang::from_tag(&event_target_value(&event)) {
            spawn_local(async move {
                if let Some(words) = browser::load_language(lang).await {
                    page.speak(lang, words).await;
                    browser::focus(id);
                }
            });
        }
    };
    view! {
        <select id=id class=class aria-label=use_word(|words| words.language) autocomplete="off" disabled=page.still on:change=change>
            {options.into_iter().collect_view()}
        </select>
    }
}

impl Page {
    /// The screens of a room are drawn anew: the call itself, and the name that was typed, are kept outside of them.
    async fn speak(self, lang: Lang, words: &'static Words) {
        self.language.set((lang, words));
        browser::set_document_language(lang, &Address::of_page().title(words));
        self.spoken.set(false);
        tick().await;
        self.spoken.set(true);
        tick().await;
    }
}
