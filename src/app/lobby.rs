//! In front of a room: the own picture, the name, and Join.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::app::components::{CameraButton, Header, MicrophoneButton, Notices, Picture};
use crate::app::engine::use_engine;
use crate::app::tile::hue_class;
use crate::app::{use_page, use_words};
use crate::call::view::{Device, Intent, Phase, TileKey};
use crate::i18n::fill;
use crate::protocol::{DisplayName, RoomId};

/// The page in front of a room.
#[component]
pub fn Lobby(room: RoomId) -> impl IntoView {
    let words = use_words();
    let typed = RwSignal::new(None::<String>);
    let remembered = use_engine().select(|view| view.remembered_name.clone());
    let name = Signal::derive(move || typed.get().or_else(|| remembered.get().map(String::from)).unwrap_or_default());
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
                <Notices/>
            </div>
        </main>
    }
    .into_any()
}

/// The own picture, with the two devices.
#[component]
fn Preview(name: Signal<String>) -> impl IntoView {
    let words = use_words();
    let camera = use_engine().select(|view| view.camera);
    let shown = Memo::new(move |_| DisplayName::parse(&name.read()).ok());
    view! {
        <section class="preview" aria-label=words.preview>
            <div class="tile own">
                <Picture key=TileKey::OWN hidden=Signal::derive(move || camera.get() != Device::On)/>
                <div class="preview-state" hidden=move || camera.get() == Device::On>
                    {move || shown.get().map(|name| view! { <span class=hue_class(&name) aria-hidden="true">{name.initials()}</span> })}
                    <p>{move || words.camera_state(camera.get())}</p>
                </div>
            </div>
            <div class="preview-controls">
                <MicrophoneButton/>
                <CameraButton/>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn JoinForm(name: Signal<String>, typed: RwSignal<Option<String>>) -> impl IntoView {
    let words = use_words();
    let engine = use_engine();
    let hydrated = use_page().hydrated;
    let phase = engine.select(|view| view.phase);
    let can_join = engine.select(|view| view.can_join && view.phase == Phase::Lobby);
    let is_nameless = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let name = name.get();
        is_nameless.set(DisplayName::parse(&name).is_err());
        if !is_nameless.get() && can_join.get() {
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
                aria-invalid=move || is_nameless.get().to_string()
                disabled=move || !hydrated.get()
                prop:value=name
                on:input=move |event| {
                    is_nameless.set(false);
                    typed.set(Some(event_target_value(&event)));
                }
            />
            <p id="name-problem" class="problem" role="alert">
                {move || is_nameless.get().then_some(words.name_missing)}
            </p>
            <button type="submit" class="button primary large" disabled=move || !can_join.get()>
                {move || match phase.get() {
                    Phase::Lobby | Phase::InCall | Phase::After(_) => words.join,
                    Phase::Joining => words.joining,
                    Phase::Waiting => words.waiting,
                }}
            </button>
        </form>
    }
    .into_any()
}
