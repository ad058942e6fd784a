//! In front of a room: the own picture, the name, and Join.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::app::components::{CameraButton, Header, MicrophoneButton, Notices, Picture, truth};
use crate::app::device_choice::DeviceChoice;
use crate::app::engine::use_engine;
use crate::app::sound::level_meter;
use crate::app::tile::hue_class;
use crate::app::{use_page, use_words};
use crate::browser;
use crate::call::view::{Device, Intent, Phase, TileKey};
use crate::i18n::fill;
use crate::protocol::RoomId;

/// The page in front of a room.
#[component]
pub fn Lobby(room: RoomId, typed: RwSignal<Option<String>>) -> impl IntoView {
    let words = use_words();
    let remembered = use_engine().select(|view| view.remembered_name.clone());
    let name = Signal::derive(move || {
        typed.get().or_else(|| remembered.get().map(|name| name.as_str().to_owned())).unwrap_or_default()
    });
    let (heading, openness) = match &room {
        RoomId::Named(name) => (fill(words.lobby_named, name.as_str()), words.open_room),
        RoomId::Sealed(_) => (words.lobby_sealed.to_owned(), words.sealed_room),
    };
    view! {
        <Header/>
        <main class="lobby">
            <Preview name/>
            <div class="entrance">
                <h1>{heading}</h1>
                <JoinForm name typed/>
                <p class="hint">{openness}</p>
                {level_meter()}
                <DeviceChoice/>
                <p class="hint">
                    <a href="/check" target="_blank">{words.test_connection}</a>
                </p>
                <Notices/>
            </div>
        </main>
    }
}

/// The own picture, with the two devices.
#[component]
fn Preview(name: Signal<String>) -> impl IntoView {
    let words = use_words();
    let camera = use_engine().select(|view| view.camera);
    let is_asking = use_engine().select(|view| view.camera == Device::Starting && view.microphone == Device::Starting);
    let has_picture = Signal::derive(move || camera.get() == Device::On);
    let is_empty = Signal::derive(move || camera.get() != Device::On);
    let state = Signal::derive(move || if is_asking.get() { words.will_ask } else { words.camera_state(camera.get()) });
    let shown = Memo::new(move |_| browser::name(&name.read()).ok());
    view! {
        <section class="preview" aria-label=words.preview>
            <div class="tile own">
                <Picture key=TileKey::OWN hidden=is_empty/>
                <div class="preview-state" hidden=has_picture>
                    {move || shown.get().map(|name| view! { <span class=hue_class(&name) aria-hidden="true">{name.initials().to_owned()}</span> })}
                    <p>{state}</p>
                </div>
            </div>
            <div class="preview-controls">
                <MicrophoneButton/>
                <CameraButton/>
            </div>
        </section>
    }
}

#[component]
fn JoinForm(name: Signal<String>, typed: RwSignal<Option<String>>) -> impl IntoView {
    let words = use_words();
    let engine = use_engine();
    let still = use_page().still;
    let phase = engine.select(|view| view.phase);
    let can_join = engine.select(|view| view.can_join && view.phase == Phase::Lobby);
    let closed = Signal::derive(move || !can_join.get());
    let is_nameless = RwSignal::new(false);
    let code = RwSignal::new(String::new());
    let asks_no_code = engine.select(|view| !view.host.asks_code);
    let is_not_waiting = engine.select(|view| view.phase != Phase::Waiting);
    let waits = engine.select(|view| (view.phase == Phase::Waiting, view.host.hosted));
    let waiting = Signal::derive(move || match waits.get() {
        (false, _) => "",
        (true, true) => words.waiting_seen,
        (true, false) => words.waiting_unseen,
    });
    let label = Signal::derive(move || match phase.get() {
        Phase::Lobby | Phase::InCall | Phase::After(_) => words.join,
        Phase::Joining => words.joining,
        Phase::Waiting => words.waiting,
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let name = name.get();
        is_nameless.set(browser::name(&name).is_err());
        if !is_nameless.get() && can_join.get() {
            if !asks_no_code.get_untracked() {
                engine.send(Intent::UseCode(code.get_untracked()));
            }
            engine.send(Intent::Join { name });
        }
    };
    view! {
        <form novalidate on:submit=submit>
            <label for="name">{words.your_name}</label>
            <input
                id="name"
                class="field"
                type="text"
                dir="auto"
                maxlength="200"
                autocomplete="nickname"
                enterkeyhint="go"
                aria-describedby="name-problem"
                aria-invalid=Signal::derive(move || truth(is_nameless.get()))
                disabled=still
                prop:value=name
                on:input=move |event| {
                    is_nameless.set(false);
                    typed.set(Some(event_target_value(&event)));
                }
            />
            <p id="name-problem" class="problem" role="alert">
                {Signal::derive(move || if is_nameless.get() { words.name_missing } else { "" })}
            </p>
            <div hidden=asks_no_code>
                <label for="code">{words.server_code}</label>
                <input
                    id="code"
                    class="field"
                    type="text"
                    autocapitalize="none"
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=code
                    on:input=move |event| code.set(event_target_value(&event))
                />
            </div>
            <button type="submit" class="button primary large" disabled=closed>
                {label}
            </button>
            <p class="hint" role="status">{waiting}</p>
            <button type="button" class="button large" hidden=is_not_waiting on:click=move |_| engine.send(Intent::Leave)>
                {words.leave}
            </button>
            <HideAddress disabled=closed/>
        </form>
    }
}

/// Whether the others are to see a relay's address only.
#[component]
fn HideAddress(disabled: Signal<bool>) -> impl IntoView {
    let words = use_words();
    let engine = use_engine();
    let hides = engine.select(|view| view.hides_address);
    view! {
        <label class="switch">
            <input
                type="checkbox"
                role="switch"
                aria-label=words.hide_address
                aria-description=words.hide_address_hint
                autocomplete="off"
                disabled=disabled
                prop:checked=hides
                on:change=move |event| engine.send(Intent::HideAddress(event_target_checked(&event)))
            />
            {words.hide_address}
            <small>{words.hide_address_hint}</small>
        </label>
    }
}
