//! What an address without a page gets: what is wrong with it, and a way back.

use leptos::prelude::*;

use crate::app::components::Header;
use crate::app::use_words;
use crate::protocol::LinkError;

/// The page for an address that opens nothing.
#[component]
pub fn NotFound(why: LinkError) -> impl IntoView {
    let words = use_words();
    view! {
        <Header/>
        <main class="page">
            <div class="card">
                <h1>{words.not_found_heading}</h1>
                <p class="lead">{words.not_found(why)}</p>
                <a class="button primary" href="/">
                    {words.back_home}
                </a>
            </div>
        </main>
    }
}
