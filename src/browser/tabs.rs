//! What the tabs of one browser say to each other (HTML, BroadcastChannel). Where there is none, nobody answers.

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{EventTarget, MessageEvent};

use super::driver::Events;
use super::listener::Listener;
use crate::call::session::Event;

#[wasm_bindgen]
extern "C" {
    /// Hears every other one of the same name and origin.
    #[wasm_bindgen(extends = EventTarget)]
    type BroadcastChannel;

    #[wasm_bindgen(constructor, catch)]
    fn new(name: &str) -> Result<BroadcastChannel, JsValue>;

    #[wasm_bindgen(method, catch, js_name = postMessage)]
    fn post_message(this: &BroadcastChannel, text: &str) -> Result<(), JsValue>;

    #[wasm_bindgen(method)]
    fn close(this: &BroadcastChannel);
}

/// The channel; closed when dropped.
pub struct Tabs {
    channel: BroadcastChannel,
    _listener: Listener,
}

impl Tabs {
    /// Reports what is said from now on.
    pub fn listen(events: &Events) -> Option<Self> {
        let channel = BroadcastChannel::new("confab").ok()?;
        let events = events.clone();
        let listener = Listener::new(&channel, "message", move |event| {
            if let Some(text) = event.unchecked_into::<MessageEvent>().data().as_string() {
                events.send(Event::Tab(text));
            }
        });
        Some(Self { channel, _listener: listener })
    }

    /// Says something to the others.
    pub fn say(&self, text: &str) {
        // Refused only when it is closed.
        let _ = self.channel.post_message(text);
    }
}

impl Drop for Tabs {
    fn drop(&mut self) {
        self.channel.close();
    }
}
