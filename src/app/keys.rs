//! The keys of a call. What they mean is decided in `call/keys.rs`; here it is done.

use leptos::prelude::*;

use crate::app::engine::{Engine, use_engine};
use crate::browser;
use crate::call::keys::{Meaning, Shortcut, meaning};
use crate::call::view::{Intent, Share};

/// Listens to keys for as long as the component lives that calls this.
pub fn listen(overview: RwSignal<bool>) {
    let engine = use_engine();
    Effect::new(move |_| {
        browser::watch_keys(move |press| {
            let meaning = engine.view().with_untracked(|view| meaning(press, view.preferences));
            match meaning {
                Some(Meaning::Talk(talks)) => engine.send(Intent::Talk(talks)),
                Some(Meaning::Do(shortcut)) => follow(engine, overview, shortcut),
                None => return false,
            }
            true
        });
    });
    on_cleanup(browser::stop_watching_keys);
}

fn follow(engine: Engine, overview: RwSignal<bool>, shortcut: Shortcut) {
    match shortcut {
        Shortcut::Microphone => engine.send(Intent::ToggleMicrophone),
        Shortcut::Camera => engine.send(Intent::ToggleCamera),
        Shortcut::Share => {
            if engine.view().with_untracked(|view| view.screen != Share::Unavailable) {
                engine.send(Intent::ToggleScreen);
            }
        }
        Shortcut::Hand => engine.send(Intent::ToggleHand),
        Shortcut::React => browser::press("react-button"),
        Shortcut::Chat => toggle("chat-button"),
        Shortcut::People => toggle("people-button"),
        Shortcut::CopyLink => browser::press("copy-button"),
        Shortcut::Overview => overview.set(true),
    }
}

/// With the focus, as a person's press: the panel may close in which it was.
fn toggle(button: &'static str) {
    browser::focus(button);
    browser::press(button);
}
