//! What an address without a page gets: what is wrong with it, and a way back.

use leptos::prelude::*;

use crate::app::components::Header;
use crate::app::{use_page, use_word};
use crate::protocol::LinkError;

/// The page for an address that opens nothing.
#[component]
pub fn NotFound(why: LinkError) -> impl IntoView {
    let language = use_page().language;
    view! {
        <Header/>
        <main class="page">
            <div class="card">
                <h1>{use_word(|words| words.not_found_heading)}</h1>
                <p class="lead">{Signal::derive(move || language.get().1.not_found(why))}</p>
                <a class="button primary" href="/">
                    {use_word(|words| words.back_home)}
                </a>
            </div>
        </main>
    }
}
