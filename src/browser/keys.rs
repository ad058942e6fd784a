//! Keys of the whole page, and what is pressed or opened on behalf of one.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, Event, Window};

use super::bindings::get;
use super::listener::Listener;
use crate::call::keys::KeyPress;

/// What takes keys itself.
const TAKES_KEYS: &str = "input, textarea, select, [contenteditable]";

thread_local! {
    static WATCH: RefCell<Option<Watch>> = RefCell::default();
}

type OnKey = Rc<dyn Fn(&KeyPress) -> bool>;

struct Watch {
    on_key: OnKey,
    _listeners: [Listener; 3],
}

/// Reports every key from now on; a key that means something does nothing else.
pub fn watch(window: &Window, on_key: OnKey) {
    let listeners = listen(window, &on_key, false);
    WATCH.set(Some(Watch { on_key, _listeners: listeners }));
}

/// No longer.
pub fn stop_watching() {
    WATCH.take();
}

/// The same in the small window, for as long as what is returned is kept.
pub fn watch_small(window: &Window) -> Option<[Listener; 3]> {
    WATCH.with_borrow(|watch| watch.as_ref().map(|watch| listen(window, &watch.on_key, true)))
}

fn listen(window: &Window, on_key: &OnKey, small: bool) -> [Listener; 3] {
    let (on_down, on_up, on_away) = (Rc::clone(on_key), Rc::clone(on_key), Rc::clone(on_key));
    [
        Listener::new(window, "keydown", move |event| take(&event, true, small, &*on_down)),
        Listener::new(window, "keyup", move |event| take(&event, false, small, &*on_up)),
        // What is let go elsewhere is not heard of.
        Listener::new(window, "blur", move |_| {
            on_away(&KeyPress { key: " ".into(), ..KeyPress::default() });
        }),
    ]
}

fn take(event: &Event, down: bool, small: bool, on_key: &dyn Fn(&KeyPress) -> bool) {
    let is = |name| get(event, name).is_truthy();
    // An element of another window is not an instance of this one's class; what is none has nothing to be asked for.
    let target = event.target().map(JsCast::unchecked_into::<Element>);
    let press = KeyPress {
        key: get(event, "key").as_string().unwrap_or_default(),
        down,
        repeated: is("repeat"),
        modified: ["ctrlKey", "altKey", "metaKey", "isComposing"].into_iter().any(is),
        shifted: is("shiftKey"),
        taken: is_dialog_open() || target.is_some_and(|target| has(target.closest(TAKES_KEYS))),
        small,
    };
    if on_key(&press) && !press.taken {
        event.prevent_default();
    }
}

/// Behind an open dialog nothing can be reached, whatever has the focus.
fn is_dialog_open() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    document.is_some_and(|document| has(document.query_selector("dialog[open]")))
}

fn has(found: Result<Option<Element>, JsValue>) -> bool {
    found.is_ok_and(|element| element.is_some())
}

/// Calls a method of an element that takes no arguments: `click`, `showModal`.
pub fn call(element: &Element, method: &str) {
    if let Ok(method) = get(element, method).dyn_into::<Function>() {
        // Refused only where there is nothing to be done: a dialog that is open already.
        let _ = method.call0(element);
    }
}

/// Presses the button with this id, as a person would.
pub fn press(document: &Document, id: &str) {
    if let Some(button) = document.get_element_by_id(id) {
        call(&button, "click");
    }
}
