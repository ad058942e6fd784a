//! One person's tile: their picture or their initials, their name, and the state of the connection to them.

use leptos::prelude::*;

use crate::app::components::{Picture, icon};
use crate::app::connection::{Connection, connection_text};
use crate::app::engine::use_engine;
use crate::app::gestures::marks;
use crate::app::quality;
use crate::app::use_words;
use crate::call::view::{Intent, PairStatus, Source, TileKey, TileView};
use crate::i18n::{Words, fill};
use crate::protocol::DisplayName;

/// A tile. It keeps its element for as long as its key is in the view.
#[component]
pub fn Tile(key: TileKey) -> impl IntoView {
    let words = use_words();
    let engine = use_engine();
    let view = engine.view();
    let tile = Memo::new(move |_| view.with(|view| view.tiles.iter().find(|tile| tile.key == key).cloned()));
    let is_own = key.owner.is_none();
    let name = Signal::derive(move || match &*tile.read() {
        Some(tile) if !is_own => words.tile_name(key.source, tile.name.as_str()),
        Some(_) | None => words.you.to_owned(),
    });
    let is_empty = Signal::derive(move || !tile.read().as_ref().is_some_and(|tile| tile.has_picture));
    let is_heard = Signal::derive(move || !tile.read().as_ref().is_some_and(|tile| tile.muted));
    let is_unproved = Signal::derive(move || !tile.read().as_ref().is_some_and(|tile| tile.compared));
    let is_reached = Signal::derive(move || tile.read().as_ref().is_none_or(|tile| tile.reachable));
    let speaks = Signal::derive(move || tile.read().as_ref().is_some_and(|tile| tile.speaking));
    let is_pinned = Signal::derive(move || view.read().choice.pinned == Some(key));
    let pin = Signal::derive(move || fill(if is_pinned.get() { words.unpin } else { words.pin }, &name.read()));
    // How one is connected is said on the tile of the person.
    let peer = key.owner.filter(|_| key.source == Source::Camera);
    view! {
        <figure
            class="tile"
            class:own=is_own
            class:speaks=speaks
            aria-label=name
        >
            <Picture key hidden=is_empty/>
            {move || initials(tile.read().as_ref().filter(|tile| !tile.has_picture))}
            <TileState key tile name/>
            <button
                type="button"
                class="tile-button pin-button"
                class:pinned=is_pinned
                hidden=is_own
                title=pin
                aria-label=pin
                on:click=move |_| engine.send(Intent::TogglePin(key))
            >
                {icon("#i-pin")}
            </button>
            {quality::mark(peer)}
            <Connection peer name/>
            {marks(tile)}
            <figcaption>
                <span class="mute-mark" hidden=is_heard>
                    {icon("#i-mic-off")}
                    <span class="unseen">{words.muted}</span>
                </span>
                <bdi>{name}</bdi>
                <span class="compared-mark" title=words.compared hidden=is_unproved>
                    {icon("#i-shield")}
                    <span class="unseen">{words.compared}</span>
                </span>
                <span class="away" hidden=is_reached>{words.reconnecting}</span>
            </figcaption>
        </figure>
    }
}

/// Words over the dimmed picture while it connects or is interrupted.
#[component]
fn TileState(key: TileKey, tile: Memo<Option<TileView>>, name: Signal<String>) -> impl IntoView {
    let words = use_words();
    let engine = use_engine();
    let status = Memo::new(move |_| tile.read().as_ref().map_or(PairStatus::Connected, |tile| tile.status));
    let retry = move |_| {
        if let Some(owner) = key.owner {
            engine.send(Intent::RetryPair(owner));
        }
    };
    let trouble = connection_text(key.owner, name, Words::trouble_of);
    let said = Signal::derive(move || [words.pair_status(status.get()), &*trouble.read()].join("\n"));
    view! {
        <div class="tile-state" hidden=Signal::derive(move || status.get() == PairStatus::Connected)>
            <p>{said}</p>
            <button type="button" class="button" hidden=Signal::derive(move || status.get() != PairStatus::Failed) on:click=retry>
                {words.try_again}
            </button>
        </div>
    }
}

fn initials(tile: Option<&TileView>) -> Option<impl IntoView + use<>> {
    let name = &tile?.name;
    Some(view! { <span class=hue_class(name) aria-hidden="true">{name.initials().to_owned()}</span> })
}

/// The classes that give initials the colour of their name. (A style attribute would need `unsafe-inline`.)
pub fn hue_class(name: &DisplayName) -> &'static str {
    const HUES: [&str; 12] = [
        "initials hue-0",
        "initials hue-1",
        "initials hue-2",
        "initials hue-3",
        "initials hue-4",
        "initials hue-5",
        "initials hue-6",
        "initials hue-7",
        "initials hue-8",
        "initials hue-9",
        "initials hue-10",
        "initials hue-11",
    ];
    HUES.get(usize::from(name.hue() / 30)).copied().unwrap_or(HUES[0])
}
