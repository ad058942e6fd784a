//! Camera, microphone and speaker of a check.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AnalyserNode, AudioContext, MediaStream, MediaStreamTrack};

use super::Check;
use super::network::pause_ms;
use crate::browser::side::bindings::{spawn, warn};
use crate::browser::side::media::{capture, device_error};
use crate::browser::side::stage;
use crate::call::media::{DeviceError, DeviceIds, Devices as Wanted};
use crate::call::view::TileKey;
use crate::check::{Finding, Loudness, Outcome, Problem, Progress};

/// How often the level is looked at.
const LOOK_EVERY_MS: i32 = 60;
/// So long somebody may take to say something.
const LISTEN_MS: i32 = 8_000;
/// So many looks in which there is sound.
const HEARD: u32 = 4;
const TONE_HERTZ: f32 = 440.0;
const TONE_SECONDS: f64 = 1.5;
const TONE_LOUDNESS: f32 = 0.25;

/// What is open.
#[derive(Default)]
pub struct Devices {
    streams: RefCell<Vec<MediaStream>>,
    sound: RefCell<Option<AudioContext>>,
    heard: Cell<u32>,
}

impl Devices {
    /// Sound has to be asked for while the person presses something.
    pub fn unlock_sound(&self) {
        match AudioContext::new() {
            Ok(sound) => drop(self.sound.replace(Some(sound))),
            Err(error) => warn("no sound", &error),
        }
    }

    /// Opens camera and microphone with one question, or else the camera alone; shows the picture.
    pub async fn camera(&self) -> Outcome {
        let any = DeviceIds::default();
        let both = capture(Wanted { camera: true, microphone: true }, &any).await;
        let opened = match both {
            Ok(stream) => Ok(stream),
            Err(_) => capture(Wanted { camera: true, microphone: false }, &any).await,
        };
        match opened {
            Ok(stream) => {
                match pictures_of(&stream) {
                    Ok(pictures) => stage::show(TileKey::OWN, &pictures),
                    Err(error) => warn("no preview", &error),
                }
                self.streams.borrow_mut().push(stream);
                Outcome::Ok(Finding::Works)
            }
            Err(error) => refused(&error),
        }
    }

    /// The stream with sound, if it is open already.
    fn sounding(&self) -> Option<MediaStream> {
        self.streams.borrow().iter().find(|stream| stream.get_audio_tracks().length() > 0).cloned()
    }

    /// What tells how loud it is.
    fn analyser(&self, stream: &MediaStream) -> Result<AnalyserNode, JsValue> {
        let sound = self.sound.borrow();
        let sound = sound.as_ref().ok_or(JsValue::UNDEFINED)?;
        let analyser = sound.create_analyser()?;
        sound.create_media_stream_source(stream)?.connect_with_audio_node(&analyser)?;
        Ok(analyser)
    }

    /// A tone that comes and goes softly.
    pub fn play_tone(&self) -> Result<(), JsValue> {
        let sound = self.sound.borrow();
        let sound = sound.as_ref().ok_or(JsValue::UNDEFINED)?;
        let (tone, volume) = (sound.create_oscillator()?, sound.create_gain()?);
        let (now, end) = (sound.current_time(), sound.current_time() + TONE_SECONDS);
        tone.frequency().set_value(TONE_HERTZ);
        volume.gain().set_value_at_time(0.0, now)?;
        volume.gain().linear_ramp_to_value_at_time(TONE_LOUDNESS, now + 0.1)?;
        volume.gain().set_value_at_time(TONE_LOUDNESS, end - 0.3)?;
        volume.gain().linear_ramp_to_value_at_time(0.0, end)?;
        tone.connect_with_audio_node(&volume)?.connect_with_audio_node(&sound.destination())?;
        tone.start()?;
        tone.stop_with_when(end)
    }

    /// Closes camera and microphone. Sound can still be played.
    pub fn close(&self) {
        for stream in self.streams.take() {
            stream.get_tracks().iter().for_each(|track| track.unchecked_into::<MediaStreamTrack>().stop());
        }
    }
}

impl Drop for Devices {
    fn drop(&mut self) {
        self.close();
        if let Some(sound) = self.sound.take() {
            // Refused only when it is closed already.
            let _ = sound.close();
        }
    }
}

/// Listens until somebody was heard; the level is shown for as long as the check lasts.
pub async fn microphone(check: &Rc<Check>) -> Outcome {
    if check.devices.sounding().is_none() {
        match capture(Wanted { camera: false, microphone: true }, &DeviceIds::default()).await {
            Ok(stream) => check.devices.streams.borrow_mut().push(stream),
            Err(error) => return refused(&error),
        }
    }
    let Some(stream) = check.devices.sounding() else { return Outcome::Failed(Problem::Missing) };
    match check.devices.analyser(&stream) {
        Ok(analyser) => spawn(show_level(Rc::clone(check), analyser)),
        Err(error) => {
            warn("no level", &error);
            return Outcome::Failed(Problem::Silent);
        }
    }
    for _ in 0..LISTEN_MS / LOOK_EVERY_MS {
        pause_ms(LOOK_EVERY_MS).await;
        if check.devices.heard.get() >= HEARD || check.ended.get() {
            return Outcome::Ok(Finding::Works);
        }
    }
    Outcome::Failed(Problem::Silent)
}

async fn show_level(check: Rc<Check>, analyser: AnalyserNode) {
    let mut samples = vec![0.0_f32; analyser.fft_size() as usize];
    while !check.ended.get() && !check.devices.streams.borrow().is_empty() {
        analyser.get_float_time_domain_data(&mut samples);
        let loudness = Loudness::of(&samples);
        if loudness.is_sound() {
            check.devices.heard.set(check.devices.heard.get() + 1);
        }
        check.report(Progress::Loudness(loudness));
        pause_ms(LOOK_EVERY_MS).await;
    }
    check.report(Progress::Loudness(Loudness::default()));
}

fn pictures_of(stream: &MediaStream) -> Result<MediaStream, JsValue> {
    let pictures = MediaStream::new()?;
    for track in stream.get_video_tracks().iter() {
        pictures.add_track(track.unchecked_ref());
    }
    Ok(pictures)
}

fn refused(error: &JsValue) -> Outcome {
    Outcome::Failed(match device_error(error) {
        DeviceError::Blocked => Problem::Blocked,
        DeviceError::Busy => Problem::Busy,
        DeviceError::Missing => Problem::Missing,
    })
}
