//! How loud the own microphone is: nobody else is told, so it is measured here.

use wasm_bindgen::JsValue;
use web_sys::{AnalyserNode, AudioContext, MediaStream, MediaStreamTrack};

use super::bindings::get;

/// Samples that are looked at: 5 ms.
const WINDOW: usize = 256;

/// Listens to a track; lets go of it when dropped.
pub struct Voice {
    track: MediaStreamTrack,
    context: AudioContext,
    analyser: AnalyserNode,
}

impl Voice {
    /// Browsers let a page work with sound once it has been touched, and complain about it before.
    pub fn listen(track: &MediaStreamTrack) -> Option<Self> {
        let activation = get(&get(&js_sys::global(), "navigator"), "userActivation");
        if get(&activation, "hasBeenActive") == JsValue::FALSE {
            return None;
        }
        let context = AudioContext::new().ok()?;
        let stream = MediaStream::new().ok()?;
        stream.add_track(track);
        let analyser = context.create_analyser().ok()?;
        context.create_media_stream_source(&stream).ok()?.connect_with_audio_node(&analyser).ok()?;
        // Clone::clone: the track's own clone() would make a second track.
        Some(Self { track: Clone::clone(track), context, analyser })
    }

    /// Whether it is this track that is listened to.
    pub fn is_of(&self, track: &MediaStreamTrack) -> bool {
        self.track == *track
    }

    /// Root mean square, in thousandths of full scale: what a packet's level is, too (RFC 6464).
    pub fn level(&self) -> u16 {
        let mut samples = [0.0; WINDOW];
        self.analyser.get_float_time_domain_data(&mut samples);
        let power = samples.iter().map(|sample| sample * sample).sum::<f32>() / WINDOW as f32;
        (power.sqrt() * 1_000.0) as u16
    }
}

impl Drop for Voice {
    fn drop(&mut self) {
        // Refused only when it is closed already.
        let _ = self.context.close();
    }
}
