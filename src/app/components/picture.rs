//! The `<video>` of a tile. The browser's half shows the stream in it.

use leptos::html;
use leptos::prelude::*;

use crate::app::engine::use_engine;
use crate::browser;
use crate::call::view::{Source, TileKey};

/// The picture (and the sound) of a tile. Hidden, it still sounds.
#[component]
pub fn Picture(key: TileKey, hidden: Signal<bool>) -> impl IntoView {
    let video = NodeRef::<html::Video>::new();
    let is_own = key.owner.is_none();
    // A mirror shows the person who looks into it.
    let is_mirrored = use_engine().select(|view| !view.camera_faces_away);
    let mirrored = Signal::derive(move || is_own && key.source == Source::Camera && is_mirrored.get());
    Effect::new(move |_| {
        if let Some(video) = video.get() {
            browser::attach_video(key, &video);
        }
    });
    on_cleanup(move || browser::detach_video(key));
    view! {
        <video
            node_ref=video
            class="picture"
            class:mirrored=mirrored
            class:whole=key.source == Source::Screen
            class:empty=hidden
            autoplay=true
            playsinline=true
            prop:muted=is_own
        ></video>
    }
}
