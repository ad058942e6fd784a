//! The own microphone, camera and screen: opening, muting, stopping.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DomException, EventTarget, MediaStream, MediaStreamConstraints, MediaStreamTrack};

use super::bindings::{Displays, can_choose_speaker, get, object, set, settle, spawn};
use super::driver::Events;
use super::listener::Listener;
use super::stage;
use super::voice::Voice;
use crate::call::media::{DeviceError, DeviceIds, DeviceInfo, Devices, Facing, MediaEvent};
use crate::call::session::Event;
use crate::call::signal::MediaSource;
use crate::call::view::{DeviceKind, TileKey, Treatment};

/// Picture and sound of the devices, and of the screen.
const DEVICES: [MediaSource; 2] = [MediaSource::Camera, MediaSource::Microphone];
const SCREEN: [MediaSource; 2] = [MediaSource::Screen, MediaSource::ScreenAudio];

/// What is captured now; everything is stopped when dropped.
pub struct LocalMedia {
    events: Events,
    /// Groups the tracks of microphone and camera for whoever receives them.
    stream: MediaStream,
    /// Those of the screen.
    screen: MediaStream,
    /// The own picture, as shown to oneself.
    preview: MediaStream,
    tracks: RefCell<Vec<Local>>,
    /// Which devices to ask for.
    wanted: RefCell<DeviceIds>,
    /// Listens to the microphone while it is heard.
    voice: RefCell<Option<Voice>>,
    /// Counts [`LocalMedia::stop_all`]: devices that open after it are closed at once.
    round: Cell<u32>,
    _changed: Option<Listener>,
}

struct Local {
    source: MediaSource,
    track: MediaStreamTrack,
    _listeners: Vec<Listener>,
}

impl LocalMedia {
    /// Nothing captured.
    pub fn new(events: Events) -> Result<Self, JsValue> {
        let (stream, screen, preview) = (MediaStream::new()?, MediaStream::new()?, MediaStream::new()?);
        // Absent on pages that are not secure.
        let plugs = web_sys::window().map(|window| get(&window.navigator(), "mediaDevices"));
        let plugs = plugs.and_then(|plugs| plugs.dyn_into::<EventTarget>().ok());
        let told = events.clone();
        let on_change = move |_| told.send(Event::Media(MediaEvent::DevicesChanged));
        let changed = plugs.map(|plugs| Listener::new(&plugs, "devicechange", on_change));
        Ok(Self {
            events,
            stream,
            screen,
            preview,
            tracks: RefCell::default(),
            wanted: RefCell::default(),
            voice: RefCell::default(),
            round: Cell::new(0),
            _changed: changed,
        })
    }

    /// Asks for these from now on.
    pub fn want(&self, ids: DeviceIds) {
        self.wanted.replace(ids);
    }

    /// Asks for devices; the answer comes as an event. What is open of the kind makes room first: some machines cannot
    /// have two of them at once.
    pub fn open(self: &Rc<Self>, devices: Devices) {
        let (media, round) = (Rc::clone(self), self.round.get());
        let wanted = self.wanted.borrow().clone();
        if devices.microphone {
            self.stop(MediaSource::Microphone);
        }
        if devices.camera {
            self.stop(MediaSource::Camera);
        }
        spawn(async move {
            let result = capture(devices, &wanted).await;
            let refused = |error| MediaEvent::Refused(devices, error);
            media.answered(round, result, DEVICES, MediaEvent::Opened(devices), &refused);
            media.list().await;
        });
    }

    /// Reports which devices there are.
    pub async fn list(&self) {
        let Some(devices) = web_sys::window().and_then(|window| window.navigator().media_devices().ok()) else {
            return;
        };
        let Ok(promise) = devices.enumerate_devices() else { return };
        // A browser that lists nothing leaves no choice.
        let Ok(list) = settle(promise).await else { return };
        let in_use: Vec<(String, Option<Facing>)> =
            self.tracks.borrow().iter().filter_map(|local| device_in_use(&local.track)).collect();
        let info = |device: JsValue| {
            let text = |name| get(&device, name).as_string().unwrap_or_default();
            let id = text("deviceId");
            let kind = kind_of(&text("kind"))?;
            let open = in_use.iter().find(|(open, _)| *open == id);
            let (facing, in_use) = (open.and_then(|(_, facing)| *facing), open.is_some());
            Some(DeviceInfo { kind, in_use, facing, id, label: text("label") })
        };
        let list = js_sys::Array::from(&list).into_iter().filter_map(info).collect();
        self.events.send(Event::Devices(list));
    }

    /// Asks for a screen; the answer comes as an event.
    pub fn open_screen(self: &Rc<Self>) {
        let (media, round) = (Rc::clone(self), self.round.get());
        spawn(async move {
            let result = capture_screen().await;
            media.answered(round, result, SCREEN, MediaEvent::ScreenOpened, &MediaEvent::ScreenRefused);
        });
    }

    fn answered(
        &self,
        round: u32,
        result: Result<MediaStream, JsValue>,
        sources: [MediaSource; 2],
        opened: MediaEvent,
        refused: &dyn Fn(DeviceError) -> MediaEvent,
    ) {
        if self.round.get() != round {
            result.iter().for_each(stop_tracks);
            return;
        }
        let event = match result {
            Ok(stream) => {
                self.take(&stream, sources);
                opened
            }
            Err(error) => refused(device_error(&error)),
        };
        self.events.send(Event::Media(event));
    }

    /// Which tracks a receiver is to play in step with that of this source.
    pub fn stream_of(&self, source: MediaSource) -> &MediaStream {
        if SCREEN.contains(&source) { &self.screen } else { &self.stream }
    }

    /// The track that is sent for this source now. A muted microphone is open and sends nothing at all: silence would
    /// have to be encoded for everyone, and unmuting does not become faster by it.
    pub fn track(&self, source: MediaSource) -> Option<MediaStreamTrack> {
        self.captured(source).filter(MediaStreamTrack::enabled)
    }

    /// How loud the microphone is, in thousandths, muted or not.
    pub fn level(&self) -> u16 {
        let mut voice = self.voice.borrow_mut();
        let track = self.captured(MediaSource::Microphone);
        voice.take_if(|voice| !track.as_ref().is_some_and(|track| voice.is_of(track)));
        if voice.is_none() {
            *voice = track.as_ref().and_then(Voice::listen);
        }
        voice.as_ref().map_or(0, Voice::level)
    }

    /// Nobody wants to know how loud it is any more.
    pub fn stop_listening(&self) {
        self.voice.take();
    }

    /// Sound or silence.
    pub fn enable_microphone(&self, enabled: bool) {
        if let Some(track) = self.captured(MediaSource::Microphone) {
            track.set_enabled(enabled);
        }
    }

    fn captured(&self, source: MediaSource) -> Option<MediaStreamTrack> {
        // Not `.clone()`: that is the DOM's method, which makes a second track with a life of its own.
        self.tracks.borrow().iter().find(|local| local.source == source).map(|local| Clone::clone(&local.track))
    }

    /// Stops the device behind this source, if it is open.
    pub fn stop(&self, source: MediaSource) {
        if source == MediaSource::Microphone {
            self.stop_listening();
        }
        self.tracks.borrow_mut().retain(|local| {
            if local.source == source {
                local.track.stop();
                self.preview.remove_track(&local.track);
            }
            local.source != source
        });
    }

    /// Stops every device, also those still being asked for.
    pub fn stop_all(&self) {
        self.round.set(self.round.get() + 1);
        DEVICES.into_iter().chain(SCREEN).for_each(|source| self.stop(source));
    }

    /// Stops sharing the screen, and its sound.
    pub fn stop_screen(&self) {
        SCREEN.into_iter().for_each(|source| self.stop(source));
    }

    fn take(&self, stream: &MediaStream, [picture, sound]: [MediaSource; 2]) {
        for track in stream.get_tracks().iter().map(JsCast::unchecked_into::<MediaStreamTrack>) {
            let source = if track.kind() == "video" { picture } else { sound };
            self.stop(source);
            if source == MediaSource::Screen {
                // Letters before motion: browsers keep the size when bits are short.
                set(&track, "contentHint", "detail");
            }
            let on = |event_type, event| {
                let events = self.events.clone();
                Listener::new(&track, event_type, move |_| events.send(Event::Media(event)))
            };
            let mut listeners = vec![on("ended", MediaEvent::Ended(source))];
            if DEVICES.contains(&source) {
                listeners.push(on("mute", MediaEvent::Interrupted(source, true)));
                listeners.push(on("unmute", MediaEvent::Interrupted(source, false)));
                if track.muted() {
                    self.events.send(Event::Media(MediaEvent::Interrupted(source, true)));
                }
            }
            if source == MediaSource::Camera {
                self.preview.add_track(&track);
            }
            self.tracks.borrow_mut().push(Local { source, track, _listeners: listeners });
        }
        stage::show(TileKey::OWN, &self.preview);
    }
}

impl Drop for LocalMedia {
    fn drop(&mut self) {
        self.stop_all();
    }
}

/// Speakers only where they can be chosen.
fn kind_of(kind: &str) -> Option<DeviceKind> {
    match kind {
        "audioinput" => Some(DeviceKind::Microphone),
        "videoinput" => Some(DeviceKind::Camera),
        "audiooutput" => can_choose_speaker().then_some(DeviceKind::Speaker),
        _ => None,
    }
}

fn device_in_use(track: &MediaStreamTrack) -> Option<(String, Option<Facing>)> {
    let settings = track.get_settings();
    let text = |name| get(&settings, name).as_string();
    Some((text("deviceId")?, text("facingMode").as_deref().and_then(Facing::parse)))
}

/// Asks for devices: for these, or for any where one of these is not there.
pub async fn capture(devices: Devices, wanted: &DeviceIds) -> Result<MediaStream, JsValue> {
    let result = ask_for(devices, wanted).await;
    let any = DeviceIds { sound: wanted.sound, ..DeviceIds::default() };
    let is_gone = |error: &JsValue| name_of(error).as_deref() == Some("OverconstrainedError");
    if result.as_ref().is_err_and(is_gone) { ask_for(devices, &any).await } else { result }
}

async fn ask_for(devices: Devices, wanted: &DeviceIds) -> Result<MediaStream, JsValue> {
    let navigator = web_sys::window().ok_or(JsValue::UNDEFINED)?.navigator();
    let constraints = MediaStreamConstraints::new();
    let ideal = |value: JsValue| object([("ideal", value)]);
    // Not `ideal`: a browser weighs that against the size of the picture.
    let exact = |text: Option<&str>| text.map_or(JsValue::UNDEFINED, |text| object([("exact", text.into())]));
    if devices.microphone {
        let treated = |treatment| wanted.sound.has(treatment).into();
        let audio = [
            ("echoCancellation", treated(Treatment::EchoCancellation)),
            ("noiseSuppression", treated(Treatment::NoiseSuppression)),
            ("autoGainControl", treated(Treatment::AutomaticGain)),
            ("deviceId", exact(wanted.microphone.as_deref())),
        ];
        constraints.set_audio(&object(audio));
    }
    if devices.camera {
        let rate = object([("ideal", 24.into()), ("max", 30.into())]);
        let video = [
            ("width", ideal(1280.into())),
            ("height", ideal(720.into())),
            ("frameRate", rate),
            ("deviceId", exact(wanted.camera.as_deref())),
            ("facingMode", exact(wanted.facing.map(Facing::name))),
        ];
        constraints.set_video(&object(video));
    }
    let promise = navigator.media_devices()?.get_user_media_with_constraints(&constraints)?;
    settle(promise).await.map(JsCast::unchecked_into)
}

/// Asks the person for a screen, a window or a tab, and for its sound where there is any. Not for this very tab: it would show
/// itself in itself.
async fn capture_screen() -> Result<MediaStream, JsValue> {
    let navigator = web_sys::window().ok_or(JsValue::UNDEFINED)?.navigator();
    let devices: Displays = get(&navigator, "mediaDevices").unchecked_into();
    let no = JsValue::FALSE;
    // As it is: what is played is no voice.
    let audio = object([("echoCancellation", no.clone()), ("noiseSuppression", no.clone()), ("autoGainControl", no)]);
    let video = object([("frameRate", object([("max", 15.into())]))]);
    let wanted = [("video", video), ("audio", audio), ("selfBrowserSurface", "exclude".into())];
    settle(devices.get_display_media(&object(wanted))?).await.map(JsCast::unchecked_into)
}

/// Why there are none.
pub fn device_error(error: &JsValue) -> DeviceError {
    match name_of(error).as_deref() {
        Some("NotAllowedError" | "SecurityError") => DeviceError::Blocked,
        Some("NotReadableError" | "AbortError") => DeviceError::Busy,
        _ => DeviceError::Missing,
    }
}

fn name_of(error: &JsValue) -> Option<String> {
    error.dyn_ref::<DomException>().map(DomException::name).or_else(|| get(error, "name").as_string())
}

fn stop_tracks(stream: &MediaStream) {
    for track in stream.get_tracks().iter() {
        track.unchecked_into::<MediaStreamTrack>().stop();
    }
}
