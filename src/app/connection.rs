//! How somebody is connected: a button on their tile, and behind it the route, its measures and its story.

use leptos::prelude::*;
use leptos::web_sys::{Element, Event};

use crate::app::components::icon;
use crate::app::engine::use_engine;
use crate::app::later::{Part, later};
use crate::app::quality;
use crate::app::use_words;
use crate::call::view::{ConnectionView, Intent};
use crate::i18n::{Words, fill};
use crate::protocol::PeerId;

/// The button, and the place of what it opens. Nobody is connected to oneself, so the own tile hides it. The browser
/// opens and closes it (`popover`), also by Escape and by a press beside it.
#[component]
pub fn Connection(peer: Option<PeerId>, name: Signal<String>) -> impl IntoView {
    let words = use_words();
    let id = peer.map_or_else(String::new, |peer| format!("connection-{peer}"));
    let opens = id.clone();
    let open = RwSignal::new(false);
    let label = Signal::derive(move || fill(words.connection_of, &name.read()));
    let opened = RwSignal::new(false);
    view! {
        <button
            type="button"
            class="tile-button connection-button"
            hidden=peer.is_none()
            popovertarget=opens
            aria-label=label
            on:click=move |_| opened.set(true)
        >
            {icon("#i-signal")}
        </button>
        <div id=id class="connection" popover="auto" on:toggle=move |event| open.set(is_open(&event))>
            {peer.map(|peer| later(opened.into(), move || Part::Connection { peer, name, open }))}
        </div>
    }
}

/// Whether the element of a `toggle` event is open now.
fn is_open(event: &Event) -> bool {
    event_target::<Element>(event).matches(":popover-open").unwrap_or_default()
}

/// The route, its measures and its story: one text of some lines, and the code to compare.
#[component]
pub fn ConnectionBody(peer: PeerId, name: Signal<String>, open: RwSignal<bool>) -> impl IntoView {
    view! {
        {connection_text(Some(peer), name, Words::connection)}
        {move || open.get().then(|| quality::details(peer, name))}
        <Comparison peer name/>
    }
}

/// The code to read aloud, and whether it is the same there. Nothing before both ends have agreed on one.
#[component]
fn Comparison(peer: PeerId, name: Signal<String>) -> impl IntoView {
    let words = use_words();
    let engine = use_engine();
    let is_compared = connection_text(Some(peer), name, |_, connection| connection.compared.to_string());
    let code = connection_text(Some(peer), name, Words::comparison);
    let mark = move |_| {
        engine.send(Intent::MarkCompared(peer, *is_compared.read_untracked() != "true"));
    };
    view! {
        <div class="comparison" hidden=Signal::derive(move || code.read().is_empty())>
            <p class="code">{code}</p>
            <button type="button" class="button" aria-pressed=is_compared on:click=mark>
                {icon("#i-shield")}
                {words.code_matches}
            </button>
        </div>
    }
}

/// What there is to say about the connection to somebody. Nothing about the own tile.
pub fn connection_text(
    peer: Option<PeerId>,
    name: Signal<String>,
    say: fn(&Words, &ConnectionView) -> String,
) -> Signal<String> {
    let words = use_words();
    let view = use_engine().view();
    Signal::derive(move || {
        let view = view.read();
        let connection = view.connections.iter().find(|each| Some(each.peer) == peer);
        connection.map(|connection| fill(&say(words, connection), &name.read())).unwrap_or_default()
    })
}
