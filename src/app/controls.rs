//! The control bar. Its buttons are always there: nothing is hidden by a timer.

use leptos::html::Button;
use leptos::prelude::*;

use crate::app::components::{CameraButton, MicrophoneButton, face, truth};
use crate::app::engine::use_engine;
use crate::app::gestures::{HandButton, react_button};
use crate::app::more::more_button;
use crate::app::sharing::ShareButton;
use crate::app::use_words;
use crate::browser;
use crate::call::view::Intent;
use crate::i18n::fill;

/// The controls of a call.
#[component]
pub fn Controls(
    chat_open: RwSignal<bool>,
    chat_button: NodeRef<Button>,
    people_open: RwSignal<bool>,
    people_button: NodeRef<Button>,
    overview_open: RwSignal<bool>,
) -> impl IntoView {
    let words = use_words();
    let engine = use_engine();
    // One panel at a time: on a phone there is no room for two.
    let show_people = move |_| {
        people_open.update(|open| *open = !*open);
        chat_open.set(false);
        engine.send(Intent::ShowChat(false));
    };
    view! {
        <footer class="controls">
            <div role="group" class="control-group" aria-label=words.controls>
                <MicrophoneButton/>
                <CameraButton/>
                <ShareButton/>
                <HandButton/>
                {react_button()}
                <ChatButton open=chat_open node=chat_button other=people_open/>
                <button
                    node_ref=people_button
                    id="people-button"
                    type="button"
                    class="control wide"
                    title=words.people_panel
                    aria-expanded=Signal::derive(move || truth(people_open.get()))
                    aria-controls="people"
                    on:click=show_people
                >
                    {face("#i-people".into(), words.people_panel.into())}
                </button>
                {more_button(overview_open)}
                <button type="button" class="control leave" title=words.leave on:click=move |_| engine.send(Intent::Leave)>
                    {face("#i-leave".into(), words.leave.into())}
                </button>
            </div>
        </footer>
    }
}

#[component]
fn ChatButton(open: RwSignal<bool>, node: NodeRef<Button>, other: RwSignal<bool>) -> impl IntoView {
    let words = use_words();
    let engine = use_engine();
    let unread = engine.select(|view| view.unread);
    Effect::new(move |_| browser::count_in_title(unread.get()));
    on_cleanup(|| browser::count_in_title(0));
    let toggle = move |_| {
        open.update(|open| *open = !*open);
        other.set(false);
        engine.send(Intent::ShowChat(open.get()));
    };
    view! {
        <button
            node_ref=node
            id="chat-button"
            type="button"
            class="control"
            title=words.chat
            aria-expanded=Signal::derive(move || truth(open.get()))
            aria-controls="chat"
            aria-describedby="unread"
            on:click=toggle
        >
            {face("#i-chat".into(), words.chat.into())}
            <span class="badge" aria-hidden="true" hidden=Signal::derive(move || unread.get() == 0)>
                {unread}
            </span>
        </button>
        <span id="unread" class="unseen" role="status">
            {move || (unread.get() > 0).then(|| fill(words.unread, &unread.get().to_string()))}
        </span>
    }
}
