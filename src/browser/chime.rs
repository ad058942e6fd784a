//! Short sounds, made here: no file is loaded. They are heard from a hidden tab, too.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsValue;
use web_sys::AudioContext;

use super::bindings::warn;
use super::listener::Timer;
use super::voice::may_sound;
use crate::call::chime::Chime;

/// Loudness of a note, of full scale.
const LOUDNESS: f32 = 0.12;
/// How long a note takes to fade.
const NOTE_SECONDS: f64 = 0.35;
const SECOND_NOTE_SECONDS: f64 = 0.13;
/// By then the last note has faded.
const ENDS_MS: i32 = 1_000;
/// Opening a way for sound keeps a page busy for long. Somebody who comes is connected first.
const JOINED_AFTER_MS: i32 = 800;

/// A sound that is heard now or soon. Nothing is left of it when it is over or dropped.
pub struct Sounding {
    _begin: Option<Timer>,
    _sound: Rc<RefCell<Option<Sound>>>,
}

impl Sounding {
    /// Plays this when there is time for it.
    pub fn play(chime: Chime) -> Self {
        let sound = Rc::new(RefCell::new(None));
        let place = Rc::clone(&sound);
        let begin = move || *place.borrow_mut() = Sound::play(chime);
        let wait = if chime == Chime::Joined { JOINED_AFTER_MS } else { 0 };
        Self { _begin: Timer::after_ms(wait, begin), _sound: sound }
    }
}

/// Notes on their way.
struct Sound {
    context: Rc<RefCell<Option<AudioContext>>>,
    _end: Option<Timer>,
}

impl Sound {
    /// Plays this; nothing where the page has not been touched yet: browsers forbid it then, and complain.
    fn play(chime: Chime) -> Option<Self> {
        if !may_sound() {
            return None;
        }
        let context = AudioContext::new().ok()?;
        for (note, hertz) in notes(chime).into_iter().enumerate() {
            if let Err(error) = play_note(&context, hertz, SECOND_NOTE_SECONDS * note as f64) {
                warn("no sound", &error);
            }
        }
        let context = Rc::new(RefCell::new(Some(context)));
        let ending = Rc::clone(&context);
        let end = Timer::after_ms(ENDS_MS, move || close(&ending));
        Some(Self { context, _end: end })
    }
}

impl Drop for Sound {
    fn drop(&mut self) {
        close(&self.context);
    }
}

/// Up for somebody who comes, twice the same for a knock, one bright rise for a message.
fn notes(chime: Chime) -> [f32; 2] {
    match chime {
        Chime::Joined => [523.0, 784.0],
        Chime::Knock => [440.0, 440.0],
        Chime::Message => [988.0, 1_319.0],
    }
}

fn play_note(context: &AudioContext, hertz: f32, after: f64) -> Result<(), JsValue> {
    let (tone, volume) = (context.create_oscillator()?, context.create_gain()?);
    let begin = context.current_time() + after;
    let end = begin + NOTE_SECONDS;
    tone.frequency().set_value(hertz);
    volume.gain().set_value_at_time(0.0, begin)?;
    volume.gain().linear_ramp_to_value_at_time(LOUDNESS, begin + 0.01)?;
    volume.gain().linear_ramp_to_value_at_time(0.0, end)?;
    tone.connect_with_audio_node(&volume)?.connect_with_audio_node(&context.destination())?;
    tone.start_with_when(begin)?;
    tone.stop_with_when(end)
}

/// Once: one that is closing would refuse, later and into nowhere.
fn close(context: &RefCell<Option<AudioContext>>) {
    if let Some(context) = context.take() {
        let _ = context.close();
    }
}
