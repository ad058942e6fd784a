//! After the call: why it is over, and the way back.

use leptos::html;
use leptos::prelude::*;

use crate::app::components::{Header, focus_when_shown};
use crate::app::engine::use_engine;
use crate::app::use_words;
use crate::browser;
use crate::call::view::{Farewell, Intent};

/// The page after a call.
#[component]
pub fn After(farewell: Farewell) -> impl IntoView {
    let words = use_words();
    let engine = use_engine();
    let (heading, text) = words.farewell(farewell);
    let title = NodeRef::<html::H1>::new();
    focus_when_shown(title);
    view! {
        <Header/>
        <main class="page">
            <div class="card after">
                <h1 node_ref=title tabindex="-1">
                    {heading}
                </h1>
                <p class="lead">{text}</p>
                <div class="actions">
                    <button type="button" class="button primary" on:click=move |_| engine.send(Intent::Rejoin)>
                        {words.rejoin}
                    </button>
                    <button type="button" class="button" on:click=|_| browser::go(&browser::new_meeting())>
                        {words.new_meeting}
                    </button>
                </div>
            </div>
        </main>
    }
}
