//! An event listener and a timer that end when they are dropped.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, EventTarget};

/// Listens for one type of event on one object, for as long as it lives.
pub struct Listener {
    target: EventTarget,
    event_type: &'static str,
    closure: Closure<dyn FnMut(Event)>,
}

impl Listener {
    /// Calls `on_event` for each event of this type.
    pub fn new(target: &EventTarget, event_type: &'static str, on_event: impl FnMut(Event) + 'static) -> Self {
        let closure: Closure<dyn FnMut(Event)> = Closure::new(on_event);
        // Fails only when the callback is no object; a closure is one.
        let _ = target.add_event_listener_with_callback(event_type, closure.as_ref().unchecked_ref());
        Self { target: target.clone(), event_type, closure }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let callback = self.closure.as_ref().unchecked_ref();
        let _ = self.target.remove_event_listener_with_callback(self.event_type, callback);
    }
}

/// Calls back once, unless it is dropped before.
pub struct Timer {
    id: i32,
    _closure: Closure<dyn FnMut()>,
}

impl Timer {
    /// Calls `on_time` after this many milliseconds. `None` where there is no window.
    pub fn after_ms(ms: i32, on_time: impl FnMut() + 'static) -> Option<Self> {
        let closure: Closure<dyn FnMut()> = Closure::new(on_time);
        let callback = closure.as_ref().unchecked_ref();
        let id = web_sys::window()?.set_timeout_with_callback_and_timeout_and_arguments_0(callback, ms).ok()?;
        Some(Self { id, _closure: closure })
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Some(window) = web_sys::window() {
            window.clear_timeout_with_handle(self.id);
        }
    }
}
