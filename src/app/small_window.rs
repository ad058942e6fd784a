//! The call in a small window above all others, for whoever works in another one meanwhile: what is in that window beside the
//! tiles, and what stands in their place.

use std::any::Any;

use leptos::mount::mount_to;
use leptos::prelude::*;

use crate::app::components::{CameraButton, MicrophoneButton, face};
use crate::app::engine::use_engine;
use crate::app::fresh::Fresh;
use crate::app::use_words;
use crate::browser;
use crate::call::view::Intent;

/// What the menu does for that: the window where the browser has one, else `otherwise`.
pub fn float_call(otherwise: impl Fn() + Clone + 'static) -> impl Fn() {
    // The call may be over before the window is closed, or drawn anew.
    on_cleanup(browser::close_small_window);
    let place = Owner::current().unwrap_or_default().downgrade();
    move || {
        if !browser::can_open_small_window() {
            return otherwise();
        }
        let place = place.clone();
        browser::open_small_window(
            move |window, left| {
                let furnish = || (mount_to(window.clone(), controls), mount_to(left.clone(), note));
                let furniture: Box<dyn Any> = Box::new(place.upgrade()?.with(furnish));
                Some(furniture)
            },
            otherwise.clone(),
        );
    }
}

/// What one needs most, within reach.
fn controls() -> impl IntoView {
    let words = use_words();
    let engine = use_engine();
    Fresh(view! {
        <footer class="control-group">
            <MicrophoneButton/>
            <CameraButton/>
            <button type="button" class="control leave" title=words.leave on:click=move |_| engine.send(Intent::Leave)>
                {face("#i-leave".into(), words.leave.into())}
            </button>
        </footer>
    })
}

/// Where the tiles were.
fn note() -> impl IntoView {
    let words = use_words();
    let bring_back = move |_| {
        browser::close_small_window();
        browser::focus("view-button");
    };
    Fresh(view! {
        <div class="floats">
            <p role="status">{words.call_floats}</p>
            <button type="button" class="button" on:click=bring_back>
                {words.bring_back}
            </button>
        </div>
    })
}
