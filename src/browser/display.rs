//! Where things are on the screen: sizes, places, full screen, picture-in-picture.

use std::cell::RefCell;

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement};

use super::bindings::{get, set, settle, spawn, warn};
use super::stage;
use crate::call::layout::{Area, Spot};
use crate::call::view::TileKey;

#[wasm_bindgen]
extern "C" {
    /// ResizeObserver: tells before the next frame is painted, and once at the beginning.
    type ResizeObserver;

    #[wasm_bindgen(constructor)]
    fn new(callback: &JsValue) -> ResizeObserver;

    #[wasm_bindgen(method)]
    fn observe(this: &ResizeObserver, element: &Element);

    #[wasm_bindgen(method)]
    fn disconnect(this: &ResizeObserver);
}

struct Watch {
    observer: ResizeObserver,
    _callback: Closure<dyn FnMut()>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

thread_local! {
    static WATCH: RefCell<Option<Watch>> = RefCell::default();
}

pub fn watch_size(element: &HtmlElement, on_size: Box<dyn Fn(Area)>) {
    let watched = element.clone();
    let pixels = move |name| get(&watched, name).as_f64().unwrap_or_default() as u32;
    let tell = move || on_size(Area { width: pixels("clientWidth"), height: pixels("clientHeight") });
    let callback: Closure<dyn FnMut()> = Closure::new(tell);
    let observer = ResizeObserver::new(callback.as_ref());
    observer.observe(element);
    WATCH.set(Some(Watch { observer, _callback: callback }));
}

pub fn unwatch_size() {
    WATCH.set(None);
}

/// Set through the object model, which the content security policy allows; an attribute it would not.
pub fn put(element: &HtmlElement, spot: Spot) {
    let style = get(element, "style");
    for (name, pixels) in [("left", spot.x), ("top", spot.y), ("width", spot.size.width), ("height", spot.size.height)]
    {
        set(&style, name, pixels.to_string() + "px");
    }
}

/// Whether the document says that it can.
pub fn can(what: &str) -> bool {
    get(&document(), what).is_truthy()
}

pub fn fill_screen() {
    let document = document();
    if can("fullscreenElement") {
        ask(&document, "exitFullscreen");
    } else {
        ask(&get(&document, "documentElement"), "requestFullscreen");
    }
}

pub fn float_picture(tile: TileKey) {
    if can("pictureInPictureElement") {
        ask(&document(), "exitPictureInPicture");
    } else if let Some(element) = stage::element(tile) {
        ask(&element, "requestPictureInPicture");
    }
}

fn document() -> JsValue {
    get(&js_sys::global(), "document")
}

/// Calls what browsers allow while the person presses something. They say no to a picture that has no frame yet.
fn ask(object: &JsValue, name: &'static str) {
    let Ok(method) = get(object, name).dyn_into::<Function>() else { return };
    let Ok(promise) = method.call0(object).map(Promise::from) else { return };
    spawn(async move {
        if let Err(error) = settle(promise).await {
            warn(name, &error);
        }
    });
}
