//! Which stream plays in which video element. The interface brings elements, the engine brings streams, in any order.

use crate::call::few::Few;
use std::cell::RefCell;

use wasm_bindgen::JsValue;
use web_sys::{DomException, HtmlVideoElement, MediaStream};

use super::bindings::{Player, can_choose_speaker, settle, spawn, warn};
use super::driver::Events;
use super::listener::Listener;
use crate::call::session::Event;
use crate::call::view::TileKey;
use crate::protocol::PeerId;
use wasm_bindgen::JsCast;

#[derive(Default)]
struct Stage {
    elements: Few<TileKey, HtmlVideoElement>,
    streams: Few<TileKey, MediaStream>,
    events: Option<Events>,
    /// Where sound is played; empty for where the browser would.
    speaker: String,
    /// How loud whom; nobody is in it who is as loud as they come.
    volumes: Vec<(PeerId, f64)>,
    /// Waits for the touch that lets sound play.
    unlock: Vec<Listener>,
}

thread_local! {
    static STAGE: RefCell<Stage> = RefCell::default();
}

/// Faults of the stage are reported here from now on.
pub fn report_to(events: Events) {
    STAGE.with_borrow_mut(|stage| stage.events = Some(events));
}

/// Shows the stream of a tile in this element from now on.
pub fn attach(tile: TileKey, element: &HtmlVideoElement) {
    STAGE.with_borrow_mut(|stage| {
        stage.elements.insert(tile, element.clone());
        if let Some(volume) = stage.volumes.iter().find(|(peer, _)| Some(*peer) == tile.owner) {
            element.set_volume(volume.1);
        }
        if !stage.speaker.is_empty() {
            set_speaker(element, &stage.speaker);
        }
        stage.connect(tile);
    });
}

/// The tile is gone, and with it its element; the stream may come back in another.
pub fn detach(tile: TileKey) {
    STAGE.with_borrow_mut(|stage| {
        if let Some(element) = stage.elements.remove(&tile) {
            element.set_src_object(None);
        }
    });
}

/// Plays this stream in the element of the tile from now on.
pub fn show(tile: TileKey, stream: &MediaStream) {
    STAGE.with_borrow_mut(|stage| {
        // Not `.clone()`: that is the DOM's method, which copies every track.
        stage.streams.insert(tile, Clone::clone(stream));
        stage.connect(tile);
    });
}

/// Nothing plays in the tile until another stream comes. Its element stays: a connection that is rebuilt finds it again.
pub fn remove(tile: TileKey) {
    STAGE.with_borrow_mut(|stage| {
        stage.streams.remove(&tile);
        if let Some(element) = stage.elements.get(&tile) {
            element.set_src_object(None);
        }
    });
}

/// The call is over: nothing plays any more.
pub fn clear() {
    let tiles: Vec<TileKey> = STAGE.with_borrow(|stage| stage.streams.keys().copied().collect());
    tiles.into_iter().for_each(remove);
    STAGE.with_borrow_mut(|stage| *stage = Stage::default());
}

/// Plays on this speaker from now on.
pub fn play_on(speaker: String) {
    STAGE.with_borrow_mut(|stage| {
        stage.elements.values().for_each(|element| set_speaker(element, &speaker));
        stage.speaker = speaker;
    });
}

/// Plays what this person sends so loud from now on, in hundredths: their voice, and the sound of their screen.
pub fn set_volume(peer: PeerId, hundredths: u8) {
    STAGE.with_borrow_mut(|stage| {
        let volume = f64::from(hundredths) / 100.0;
        stage.volumes.retain(|(other, _)| *other != peer);
        stage.volumes.push((peer, volume));
        let theirs = stage.elements.iter().filter(|(tile, _)| tile.owner == Some(peer));
        theirs.for_each(|(_, element)| element.set_volume(volume));
    });
}

fn set_speaker(element: &HtmlVideoElement, speaker: &str) {
    if can_choose_speaker() {
        let promise = element.unchecked_ref::<Player>().set_sink_id(speaker);
        // One that has been unplugged since is refused, and the browser plays on the one that it would take.
        spawn(async move { drop(settle(promise).await) });
    }
}

/// Every element that is attached.
pub fn each_element(look: &mut dyn FnMut(TileKey, &HtmlVideoElement)) {
    STAGE.with_borrow(|stage| stage.elements.iter().for_each(|(tile, element)| look(*tile, element)));
}

/// The element of a tile.
pub fn element(tile: TileKey) -> Option<HtmlVideoElement> {
    STAGE.with_borrow(|stage| stage.elements.get(&tile).cloned())
}

/// The elements are in another document now.
pub fn play_elsewhere() {
    let speaker = STAGE.with_borrow(|stage| stage.speaker.clone());
    if !speaker.is_empty() {
        play_on(speaker);
    }
    play_all();
}

/// Whatever has been paused plays again.
pub fn play_all() {
    let elements = STAGE.with_borrow(|stage| {
        let shown = |tile: &TileKey| stage.streams.contains_key(tile);
        stage.elements.iter().filter(|(tile, _)| shown(tile)).map(|(_, element)| element.clone()).collect::<Vec<_>>()
    });
    elements.into_iter().for_each(play);
}

impl Stage {
    fn connect(&self, tile: TileKey) {
        if let (Some(element), Some(stream)) = (self.elements.get(&tile), self.streams.get(&tile)) {
            if element.src_object().as_ref() != Some(stream) {
                element.set_src_object(Some(stream));
            }
            play(element.clone());
        }
    }
}

fn play(element: HtmlVideoElement) {
    spawn(async move {
        let Ok(promise) = element.play() else { return };
        if let Err(error) = settle(promise).await {
            match error.dyn_ref::<DomException>().map(DomException::name).as_deref() {
                Some("NotAllowedError") => wait_for_touch(),
                // Another stream was put in, or the element was taken away, before this one played.
                Some("AbortError") => {}
                _ => warn("a picture does not play", &error),
            }
        }
    });
}

/// Browsers keep unmuted sound back until the person has touched the page.
fn wait_for_touch() {
    STAGE.with_borrow_mut(|stage| {
        let (true, Some(events)) = (stage.unlock.is_empty(), stage.events.clone()) else { return };
        events.send(Event::SoundBlocked(true));
        let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
        stage.unlock = ["pointerdown", "keydown"].map(|kind| Listener::new(&document, kind, |_| unlock())).into();
    });
}

fn unlock() {
    // The listener that is running must outlive this call: it is dropped by a later turn of the loop.
    let used = STAGE.with_borrow_mut(|stage| std::mem::take(&mut stage.unlock));
    play_all();
    STAGE.with_borrow(|stage| stage.events.iter().for_each(|events| events.send(Event::SoundBlocked(false))));
    spawn(async move {
        let next_turn = js_sys::Promise::resolve(&JsValue::UNDEFINED);
        drop((settle(next_turn).await, used));
    });
}
