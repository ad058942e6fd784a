//! Lines that come and go by themselves: who is writing, and that one talks into a muted microphone.

use leptos::prelude::*;

use crate::app::engine::use_engine;
use crate::app::use_words;
use crate::call::view::Preference;

/// Over the field of the chat. Not read out: it would talk into everything else.
pub fn typing_line() -> impl IntoView {
    let words = use_words();
    let view = use_engine().view();
    view! {
        <p class="typing" dir="auto">
            {Signal::derive(move || view.with(|view| words.typing(&view.typing)))}
        </p>
    }
}

/// Over the controls. It is in nobody's way, and nothing has to be done about it but what it says.
pub fn muted_line() -> impl IntoView {
    let words = use_words();
    let said = use_engine().select(|view| {
        let holds = view.preferences.has(Preference::PushToTalk);
        view.talks_muted.then_some(holds)
    });
    let line = Signal::derive(move || match said.get() {
        None => "",
        Some(false) => words.talks_muted,
        Some(true) => words.talks_without_holding,
    });
    view! {
        <div role="status" class="muted-line">
            <p class="server-line" hidden=Signal::derive(move || said.get().is_none())>
                {line}
            </p>
        </div>
    }
}
