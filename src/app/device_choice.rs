//! Which camera, microphone and speaker: three lists, in the lobby and in the call.

use leptos::prelude::*;

use crate::app::engine::use_engine;
use crate::app::language::language_choice;
use crate::app::later::Part;
use crate::app::menu::{Menu, menu};
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

/// The lists, and what else is set before or during a call, behind a button.
pub fn devices_button() -> impl IntoView {
    let spec = Menu {
        button: None,
        button_class: "button quiet view-button",
        icon: "#i-settings",
        label: use_words().devices,
        id: "devices",
        class: "view-menu",
    };
    menu(spec, NodeRef::new(), || Part::Devices)
}

/// What the button opens.
pub fn devices_menu() -> impl IntoView {
    view! {
        <DeviceChoice/>
        {sound_switches()}
        <div class="device-choice">
            <label>
                <span>{use_words().language}</span>
                {language_choice("call-language", "field")}
            </label>
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
