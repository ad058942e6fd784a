//! Who is in the call, who wants to come in, and what hosts can do about either.

use leptos::prelude::*;

use crate::app::call::{Copied, copy_text};
use crate::app::engine::use_engine;
use crate::app::use_words;
use crate::browser;
use crate::call::view::{Intent, Source, TileKey};
use crate::i18n::fill;
use crate::protocol::HostCommand;

/// What is in the people panel.
#[component]
pub fn PeopleBody(open: RwSignal<bool>, copied: RwSignal<Copied>) -> impl IntoView {
    let words = use_words();
    let engine = use_engine();
    let closed = Signal::derive(move || !open.get());
    let is_guest = engine.select(|view| !view.host.is_host);
    let has_no_link = engine.select(|view| !view.host.has_link);
    let locked = engine.select(|view| view.host.locked);
    let keys = engine.select(|view| {
        let keys = view.tiles.iter().map(|tile| tile.key);
        keys.filter(|key| key.source == Source::Camera).collect::<Vec<TileKey>>()
    });
    let lock = Signal::derive(move || if locked.get() { words.unlock } else { words.lock });
    view! {
            <div class="people">
                {knocks(closed)}
                <ul>
                    <For each=move || keys.get() key=|key| *key children=move |key| person(key, is_guest)/>
                </ul>
            </div>
            <div class="host-tools" hidden=is_guest>
                <button type="button" class="button" on:click=move |_| engine.send(Intent::Host(HostCommand::Lock { locked: !locked.get_untracked() }))>
                    {lock}
                </button>
                <button type="button" class="button" hidden=has_no_link on:click=move |_| copy_text(browser::host_link(), copied)>
                    {words.copy_host_link}
                </button>
                {confirmed("end-call".to_owned(), words.end_for_all.into(), words.confirm_end.into(), words.yes_end, HostCommand::End {})}
            </div>
    }
}

/// Over the stage: who wants to come in, while the panel is closed; and what happened that has to be known.
#[component]
pub fn HostNotes(people_open: RwSignal<bool>) -> impl IntoView {
    let words = use_words();
    let engine = use_engine();
    let view = engine.view();
    let note = Memo::new(move |_| {
        let host = &view.read().host;
        let muted_by = host.muted_by.as_ref().map(|name| fill(words.muted_by, name.as_str()));
        muted_by.or_else(|| host.link_spent.then(|| words.link_spent.to_owned())).unwrap_or_default()
    });
    let is_about_link = engine.select(|view| view.host.muted_by.is_none());
    view! {
        {knocks(people_open.into())}
        <div role="status" class="notices">
            <div class="notice" hidden=Signal::derive(move || note.read().is_empty())>
                <p>{note}</p>
                <button
                    type="button"
                    class="button quiet"
                    hidden=Signal::derive(move || !is_about_link.get())
                    on:click=|_| browser::go(&browser::new_meeting())
                >
                    {words.new_meeting}
                </button>
                <button type="button" class="button quiet" on:click=move |_| engine.send(Intent::ReadNotes)>
                    {words.dismiss}
                </button>
            </div>
        </div>
    }
}

/// Who waits to be let in, each with the two answers. The place is always there, so that what comes later is read out.
fn knocks(hidden: Signal<bool>) -> impl IntoView {
    let words = use_words();
    let engine = use_engine();
    let knocks = engine.select(|view| view.host.knocks.clone());
    view! {
        <div role="status" class="notices" hidden=hidden>
            {move || {
                knocks.get().into_iter().map(|knock| {
                    let (peer_id, name) = (knock.peer, knock.name.as_str());
                    view! {
                        <div class="notice">
                            <p dir="auto">{fill(words.knocks, name)}</p>
                            {command_button(fill(words.admit, name).into(), HostCommand::Admit { peer_id })}
                            {command_button(fill(words.refuse, name).into(), HostCommand::Refuse { peer_id })}
                        </div>
                    }
                }).collect_view()
            }}
        </div>
    }
}

fn person(key: TileKey, is_guest: Memo<bool>) -> impl IntoView {
    let words = use_words();
    let view = use_engine().view();
    let tile = Memo::new(move |_| view.with(|view| view.tiles.iter().find(|tile| tile.key == key).cloned()));
    let name =
        Signal::derive(move || tile.read().as_ref().map_or_else(String::new, |tile| tile.name.as_str().to_owned()));
    let is_muted = Signal::derive(move || tile.read().as_ref().is_some_and(|tile| tile.muted));
    let state = Signal::derive(move || {
        let is_away = tile.read().as_ref().is_some_and(|tile| !tile.reachable);
        let has_hand_up = tile.read().as_ref().is_some_and(|tile| tile.hand.is_some());
        let states = [
            (key.owner.is_none(), words.you),
            (has_hand_up, words.hand_raised),
            (is_muted.get(), words.muted),
            (is_away, words.reconnecting),
        ];
        states.into_iter().filter(|(holds, _)| *holds).map(|(_, word)| word).collect::<Vec<_>>().join(words.comma)
    });
    let with_name = move |sentence: &'static str| Signal::derive(move || fill(sentence, &name.read()));
    let tools = key.owner.map(|peer_id| {
        view! {
            <span class="person-tools" hidden=is_guest>
                <span hidden=is_muted>
                    {command_button(with_name(words.mute_other), HostCommand::Mute { peer_id })}
                </span>
                {confirmed(
                    format!("remove-{peer_id}"),
                    with_name(words.remove),
                    with_name(words.confirm_remove),
                    words.yes_remove,
                    HostCommand::Remove { peer_id },
                )}
            </span>
        }
    });
    view! {
        <li>
            <bdi>{name}</bdi>
            <span class="hint">{state}</span>
            {tools}
        </li>
    }
}

fn command_button(label: Signal<String>, command: HostCommand) -> impl IntoView {
    let engine = use_engine();
    view! {
        <button type="button" class="button quiet" on:click=move |_| engine.send(Intent::Host(command.clone()))>
            {label}
        </button>
    }
}

/// A button that asks once more before it does something. The browser opens and closes the question (`popover`), also by
/// Escape, and gives the focus back.
fn confirmed(
    id: String,
    label: Signal<String>,
    question: Signal<String>,
    yes: &'static str,
    command: HostCommand,
) -> impl IntoView {
    let words = use_words();
    let engine = use_engine();
    let (opens, opened, confirms) = (id.clone(), id.clone(), id.clone());
    view! {
        <button type="button" class="button quiet danger" popovertarget=opens>
            {label}
        </button>
        <div id=opened class="connection question" popover="auto" role="alertdialog" aria-label=question>
            <p>{question}</p>
            <button
                type="button"
                class="button danger"
                popovertarget=confirms
                popovertargetaction="hide"
                autofocus=true
                on:click=move |_| engine.send(Intent::Host(command.clone()))
            >
                {yes}
            </button>
            <button type="button" class="button" popovertarget=id popovertargetaction="hide">
                {words.cancel}
            </button>
        </div>
    }
}
