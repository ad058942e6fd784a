//! How good a connection is: the mark on a tile, what there is to see behind it, and the note when something is wrong.

use leptos::prelude::*;

use crate::app::components::icon;
use crate::app::engine::use_engine;
use crate::app::use_words;
use crate::call::view::{Details, Fault, Grade, Intent, TileKey, Trace};
use crate::i18n::{Words, fill};
use crate::protocol::PeerId;

/// Three bars on the tile of somebody else, once their connection can be judged.
pub fn mark(peer: Option<PeerId>) -> impl IntoView {
    let words = use_words();
    let view = use_engine().view();
    let grade = move || {
        let view = view.read();
        view.connections.iter().find(|each| Some(each.peer) == peer).and_then(|connection| connection.grade)
    };
    let is = move |other: Option<Grade>| Signal::derive(move || grade() == other);
    let label = Signal::derive(move || grade().map_or("", |grade| words.grade(grade)));
    view! {
        <span
            class="quality-mark"
            class:fair=is(Some(Grade::Fair))
            class:poor=is(Some(Grade::Poor))
            role="img"
            aria-label=label
            hidden=is(None)
        >
            {icon("#i-bars")}
        </span>
    }
}

/// Figures, a minute of history, and how loud they are. Made when somebody opens it: only then are the figures told.
pub fn details(peer: PeerId, name: Signal<String>) -> impl IntoView {
    let words = use_words();
    let engine = use_engine();
    engine.send(Intent::WatchConnection(peer, true));
    on_cleanup(move || engine.send(Intent::WatchConnection(peer, false)));
    let view = engine.view();
    let told = move |say: fn(&Words, &Details) -> String| {
        Signal::derive(move || view.read().details.as_ref().map(|details| say(words, details)).unwrap_or_default())
    };
    let volume = told(|_, details| details.volume.to_string());
    let set_volume = move |event| {
        if let Ok(hundredths) = event_target_value(&event).parse() {
            engine.send(Intent::SetVolume(peer, hundredths));
        }
    };
    view! {
        <p class="quality-figures">{told(Words::details)}</p>
        <p class="hint">{told(Words::minute)}</p>
        <svg class="trace" viewBox="0 0 240 42" preserveAspectRatio="none" aria-hidden="true">
            <polyline points=told(|_, details| points(&details.round_trips))></polyline>
            <polyline class="losses" points=told(|_, details| points(&details.losses))></polyline>
        </svg>
        <label class="volume">
            {Signal::derive(move || fill(words.volume, &name.read()))}
            <input type="range" min="0" max="100" step="5" autocomplete="off" prop:value=volume on:input=set_volume/>
        </label>
    }
}

/// For the attribute of a polyline. A pixel lower than the core draws: half of a line at the very edge would be cut.
fn points(trace: &Trace) -> String {
    let mut text = String::new();
    for (x, y) in &trace.points {
        text += &x.to_string();
        text += ",";
        text += &(y + 1).to_string();
        text += " ";
    }
    text
}

/// Whose connection is bad, and that no pictures come or go because the person wants it so.
#[component]
pub fn QualityNotes() -> impl IntoView {
    let words = use_words();
    let engine = use_engine();
    let view = engine.view();
    let fault = Memo::new(move |_| {
        let view = view.read();
        let name = |peer: &PeerId| {
            let key = TileKey { owner: Some(*peer), ..TileKey::OWN };
            let tile = view.tiles.iter().find(|tile| tile.key == key);
            tile.map_or_else(String::new, |tile| tile.name.as_str().to_owned())
        };
        let names = match &view.fault {
            None => return String::new(),
            Some(Fault::Theirs(peers)) => peers.iter().map(name).collect(),
            Some(Fault::Between(peer)) => vec![name(peer)],
            Some(Fault::Own | Fault::Relay) => Vec::new(),
        };
        view.fault.as_ref().map(|fault| words.fault(fault, &names)).unwrap_or_default()
    });
    let saves = engine.select(|view| view.low_data);
    view! {
        <div role="status">
            {note(fault.into(), words.dismiss, Intent::ReadFault)}
        </div>
        <div role="status">
            {note(
                Signal::derive(move || if saves.get() { words.low_data_on.to_owned() } else { String::new() }),
                words.show_pictures,
                Intent::SaveData(false),
            )}
        </div>
    }
}

fn note(text: Signal<String>, label: &'static str, intent: Intent) -> impl IntoView {
    let engine = use_engine();
    view! {
        <p class="server-line quality-note" hidden=Signal::derive(move || text.read().is_empty())>
            {text}
            <button type="button" class="button" on:click=move |_| engine.send(intent.clone())>
                {label}
            </button>
        </p>
    }
}
