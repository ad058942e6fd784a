//! Which camera, microphone and speaker: three lists, in the lobby and in the call.

use leptos::prelude::*;

use crate::app::components::face;
use crate::app::engine::use_engine;
use crate::app::language::language_choice;
use crate::app::sound::sound_switches;
use crate::app::use_words;
use crate::call::view::{DeviceKind, DeviceOption, Intent};

/// The lists; each only where there is something to choose.
#[component]
pub fn DeviceChoice() -> impl IntoView {
    let words = use_words();
    view! {
        <div class="device-choice">
            {list(DeviceKind::Camera, words.device_camera)}
            {list(DeviceKind::Microphone, words.device_microphone)}
            {list(DeviceKind::Speaker, words.device_speaker)}
        </div>
    }
}

/// The lists behind a button.
#[component]
pub fn DevicesButton() -> impl IntoView {
    let words = use_words();
    view! {
        <button type="button" class="button quiet view-button" title=words.devices popovertarget="devices">
            {face("#i-settings".into(), words.devices.into())}
        </button>
        <div id="devices" popover="auto" class="view-menu" role="dialog" aria-label=words.devices>
            <DeviceChoice/>
            {sound_switches()}
            <div class="device-choice">
                <label>
                    <span>{words.language}</span>
                    {language_choice("call-language", "field")}
                </label>
            </div>
        </div>
    }
}

fn list(kind: DeviceKind, label: &'static str) -> impl IntoView {
    let engine = use_engine();
    let options = Memo::new(move |_| {
        let view = engine.view();
        view.with(|view| view.devices.iter().filter(|device| device.kind == kind).cloned().collect::<Vec<_>>())
    });
    let is_empty = Signal::derive(move || options.with(Vec::is_empty));
    let option =
        |device: DeviceOption| view! { <option value=device.id selected=device.in_use>{device.label}</option> };
    view! {
        <label hidden=is_empty>
            <span>{label}</span>
            <select
                class="field"
                autocomplete="off"
                on:change=move |event| engine.send(Intent::ChooseDevice(kind, event_target_value(&event)))
            >
                {move || options.get().into_iter().map(option).collect::<Vec<_>>()}
            </select>
        </label>
    }
}
