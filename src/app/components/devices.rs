//! The two switches that the lobby and the call have in common.

use leptos::prelude::*;

use crate::app::components::icon_of;
use crate::app::engine::use_engine;
use crate::app::{use_page, use_words};
use crate::call::view::{Device, Intent};

/// What is on a control: an icon and its name. The name is always there for those who listen.
pub fn face(icon: Signal<&'static str>, label: Signal<&'static str>) -> impl IntoView {
    view! {
        {icon_of(icon)}
        <span class="control-label">{label}</span>
    }
}

/// Mutes and unmutes.
#[component]
pub fn MicrophoneButton() -> impl IntoView {
    let words = use_words();
    let microphone = use_engine().select(|view| view.microphone);
    let label = Signal::derive(move || words.microphone_button(microphone.get()));
    let icon = Signal::derive(move || if is_in_use(microphone.get()) { "#i-mic" } else { "#i-mic-off" });
    device_button("control", microphone, icon, label, Intent::ToggleMicrophone)
}

/// Turns the camera on and off.
#[component]
pub fn CameraButton() -> impl IntoView {
    let words = use_words();
    let camera = use_engine().select(|view| view.camera);
    let label = Signal::derive(move || words.camera_button(camera.get()));
    let icon = Signal::derive(move || if is_in_use(camera.get()) { "#i-camera" } else { "#i-camera-off" });
    device_button("control", camera, icon, label, Intent::ToggleCamera)
}

/// A switch of the bar: a device, or the screen (`class` tells them apart).
pub fn device_button(
    class: &'static str,
    device: Memo<Device>,
    icon: Signal<&'static str>,
    label: Signal<&'static str>,
    intent: Intent,
) -> impl IntoView {
    let engine = use_engine();
    let still = use_page().still;
    view! {
        <button
            type="button"
            class=class
            class:off=Signal::derive(move || !is_in_use(device.get()))
            class:missing=Signal::derive(move || device.get() == Device::Missing)
            title=label
            disabled=still
            on:click=move |_| engine.send(intent.clone())
        >
            {face(icon, label)}
        </button>
    }
}

fn is_in_use(device: Device) -> bool {
    match device {
        Device::Starting | Device::On => true,
        Device::Off | Device::Missing => false,
    }
}
