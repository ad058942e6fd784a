//! The chat beside the stage. What people write is text; only http and https addresses become links.

use leptos::either::Either;
use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::html;
use leptos::prelude::*;

use crate::app::components::icon;
use crate::app::engine::use_engine;
use crate::app::lines::typing_line;
use crate::app::use_words;
use crate::browser;
use crate::call::view::{ChatLine, ChatPiece, Intent};

/// What is in the chat panel.
#[component]
pub fn ChatBody(open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Log/>
        {typing_line()}
        <Composer open/>
    }
}

/// Stays at the newest line unless the reader has scrolled up: the style sheet turns the box around (`column-reverse`).
#[component]
fn Log() -> impl IntoView {
    let words = use_words();
    let lines = use_engine().select(|view| view.chat.clone());
    view! {
        <div class="log-box" tabindex="0" role="log" aria-label=words.messages>
            <div class="log">
                <p class="hint" hidden=Signal::derive(move || !lines.read().is_empty())>
                    {words.chat_empty}
                </p>
                <For each=move || lines.get() key=|line| line.id children=line_view/>
            </div>
        </div>
    }
}

fn line_view(line: ChatLine) -> impl IntoView {
    let is_own = line.author.is_none();
    let name = if is_own { use_words().you.to_owned() } else { line.name.as_str().to_owned() };
    view! {
        <article class="line" class:own=is_own>
            <p class="line-head">
                <bdi>{name}</bdi>
                <time>{browser::clock_time(line.at_ms)}</time>
            </p>
            <p class="line-text" dir="auto">
                {line.pieces.into_iter().map(piece_view).collect_view()}
            </p>
        </article>
    }
}

fn piece_view(piece: ChatPiece) -> impl IntoView {
    match piece {
        ChatPiece::Text(text) => Either::Left(text),
        ChatPiece::Link(url) => {
            let href = url.clone();
            Either::Right(view! { <a href=href target="_blank" rel="noopener noreferrer">{url}</a> })
        }
    }
}

#[component]
fn Composer(open: RwSignal<bool>) -> impl IntoView {
    let words = use_words();
    let engine = use_engine();
    let text = engine.draft;
    let field = NodeRef::<html::Textarea>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get().filter(|_| open.get()) {
            let _ = field.focus();
        }
    });
    let send = move || {
        let text = text.try_update(std::mem::take).unwrap_or_default();
        if !text.trim().is_empty() {
            engine.send(Intent::SendChat { text });
        }
    };
    let press = move |event: KeyboardEvent| {
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            send();
        }
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        send();
    };
    view! {
        <form class="composer" on:submit=submit>
            <textarea
                node_ref=field
                class="field"
                rows="1"
                dir="auto"
                aria-label=words.message
                placeholder=words.message
                enterkeyhint="send"
                prop:value=text
                on:input=move |event| {
                    text.set(event_target_value(&event));
                    if !text.read_untracked().is_empty() {
                        engine.send(Intent::Typing);
                    }
                }
                on:keydown=press
            ></textarea>
            <button type="submit" class="button primary icon-only" aria-label=words.send title=words.send>
                {icon("#i-send")}
            </button>
        </form>
    }
}
