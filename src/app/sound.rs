//! The sound of the microphone: what the browser does with it, what was plugged in, and how loud it is.

use leptos::prelude::*;

use crate::app::components::{icon, switch};
use crate::app::engine::use_engine;
use crate::app::use_words;
use crate::browser;
use crate::call::media::sound::meter_percent;
use crate::call::view::{Device, Intent, Treatment};

/// A switch for each treatment.
pub fn sound_switches() -> impl IntoView {
    let words = use_words();
    let engine = use_engine();
    let sound = engine.select(|view| view.sound);
    let treat = move |treatment| {
        let is_on = Signal::derive(move || sound.get().has(treatment));
        switch(words.treatment(treatment), is_on, move |on| engine.send(Intent::TreatSound(treatment, on)))
    };
    view! {
        <div role="group" class="sound-switches" aria-label=words.sound_of_microphone>
            {Treatment::ALL.map(treat).into_iter().collect_view()}
        </div>
    }
}

/// A headset that was plugged in during the call. The place is always there, so that what comes later is read out.
pub fn offer_note() -> impl IntoView {
    let words = use_words();
    let engine = use_engine();
    let offered = engine.select(|view| view.offered.clone());
    let said = Signal::derive(move || offered.get().map(|name| words.new_device(&name)).unwrap_or_default());
    view! {
        <div role="status" class="notices">
            <div class="notice" hidden=Signal::derive(move || offered.read().is_none())>
                <p>{said}</p>
                <button type="button" class="button quiet" on:click=move |_| engine.send(Intent::AnswerOffer(true))>
                    {words.use_it}
                </button>
                <button type="button" class="button quiet" on:click=move |_| engine.send(Intent::AnswerOffer(false))>
                    {words.dismiss}
                </button>
            </div>
        </div>
    }
}

/// How loud the microphone is, in front of a room.
pub fn level_meter() -> impl IntoView {
    let words = use_words();
    let microphone = use_engine().select(|view| view.microphone);
    let percent = RwSignal::new(0);
    Effect::new(move |_| {
        browser::watch_level(move |level| {
            percent.try_set(meter_percent(level));
        });
    });
    on_cleanup(browser::stop_watching_level);
    view! {
        <div class="level-row" hidden=Signal::derive(move || microphone.get() != Device::On)>
            {icon("#i-mic")}
            <meter class="level" min="0" max="100" aria-label=words.microphone_level prop:value=percent></meter>
        </div>
    }
}
