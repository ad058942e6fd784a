//! How loud the own microphone is: nobody else is told, so it is measured here.
//!
//! A muted track is silent to everybody, this page included. So that a muted person can be told that nobody hears them, a copy of the
//! track listens while they are muted. It leads to the meter and nowhere else; it is gone as soon as the microphone is on
//! again or closed. (The device is open while muted anyway: unmuting is to be instant.)

use wasm_bindgen::JsValue;
use web_sys::{AnalyserNode, AudioContext, MediaStream, MediaStreamTrack};

use super::bindings::get;

/// Samples that are looked at: 5 ms.
const WINDOW: usize = 256;

/// Listens to a track; lets go of it when dropped.
pub struct Voice {
    track: MediaStreamTrack,
    /// Hears while the track is muted.
    ear: Option<MediaStreamTrack>,
    context: AudioContext,
    analyser: AnalyserNode,
}

impl Voice {
    /// Listens to a track, muted or not.
    pub fn listen(track: &MediaStreamTrack) -> Option<Self> {
        if !may_sound() {
            return None;
        }
        let context = AudioContext::new().ok()?;
        let stream = MediaStream::new().ok()?;
        // The track's own clone(): a second track, with a mute of its own.
        let ear = (!track.enabled()).then(|| MediaStreamTrack::clone(track));
        if let Some(ear) = &ear {
            ear.set_enabled(true);
        }
        stream.add_track(ear.as_ref().unwrap_or(track));
        let analyser = context.create_analyser().ok()?;
        context.create_media_stream_source(&stream).ok()?.connect_with_audio_node(&analyser).ok()?;
        // Clone::clone: the track's own clone() would make a second track.
        Some(Self { track: Clone::clone(track), ear, context, analyser })
    }

    /// Whether it is this track that is listened to, as it is now.
    pub fn is_of(&self, track: &MediaStreamTrack) -> bool {
        self.track == *track && self.ear.is_none() == track.enabled()
    }

    /// Root mean square, in thousandths of full scale: what a packet's level is, too (RFC 6464).
    pub fn level(&self) -> u16 {
        let mut samples = [0.0; WINDOW];
        self.analyser.get_float_time_domain_data(&mut samples);
        let power = samples.iter().map(|sample| sample * sample).sum::<f32>() / WINDOW as f32;
        (power.sqrt() * 1_000.0) as u16
    }
}

/// Browsers let a page work with sound once it has been touched, and complain about it before.
pub fn may_sound() -> bool {
    let activation = get(&get(&js_sys::global(), "navigator"), "userActivation");
    get(&activation, "hasBeenActive") != JsValue::FALSE
}

impl Drop for Voice {
    fn drop(&mut self) {
        self.ear.iter().for_each(MediaStreamTrack::stop);
        // Refused only when it is closed already.
        let _ = self.context.close();
    }
}
