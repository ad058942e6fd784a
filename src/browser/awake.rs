//! A screen that stays on (Screen Wake Lock API). The browser lets go of it by itself when the page is hidden; it is no fault when
//! it does not give it at all, as with little battery.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Window;

use super::bindings::{get, settle, spawn};

/// Whether the screen is to stay on; given back when dropped.
#[derive(Default)]
pub struct Awake {
    wanted: Rc<Cell<bool>>,
    /// WakeLockSentinel.
    lock: Rc<RefCell<JsValue>>,
}

impl Awake {
    /// From now on.
    pub fn keep(&self, window: &Window, wanted: bool) {
        self.wanted.set(wanted);
        if !wanted {
            call(&self.lock.replace(JsValue::UNDEFINED), "release", None);
            return;
        }
        if get(&self.lock.borrow(), "released") == JsValue::FALSE {
            return;
        }
        let locks = get(&window.navigator(), "wakeLock");
        let Some(asked) = call(&locks, "request", Some("screen")) else { return };
        let (wanted, lock) = (Rc::clone(&self.wanted), Rc::clone(&self.lock));
        spawn(async move {
            let Ok(sentinel) = settle(asked).await else { return };
            if wanted.get() {
                lock.replace(sentinel);
            } else {
                call(&sentinel, "release", None);
            }
        });
    }
}

impl Drop for Awake {
    fn drop(&mut self) {
        self.wanted.set(false);
        call(&self.lock.borrow(), "release", None);
    }
}

/// Calls a method that returns a promise, if there is one.
fn call(object: &JsValue, name: &str, argument: Option<&str>) -> Option<Promise> {
    let method = get(object, name).dyn_into::<Function>().ok()?;
    let result = match argument {
        Some(argument) => method.call1(object, &argument.into()),
        None => method.call0(object),
    };
    result.ok()?.dyn_into().ok()
}
