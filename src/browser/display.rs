//! Where things are on the screen: sizes, places, full screen, picture-in-picture.

use std::cell::RefCell;

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement};

use super::bindings::{get, set, settle, spawn, warn};
use super::stage;
use crate::call::layout::{Area, Place, Role};
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

/// The element that holds the tiles, and where each of them belongs in it.
struct Floor {
    element: HtmlElement,
    arrange: Box<dyn Fn(Area) -> Vec<Place>>,
    observer: ResizeObserver,
    _callback: Closure<dyn FnMut()>,
}

impl Drop for Floor {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

thread_local! {
    static FLOOR: RefCell<Option<Floor>> = RefCell::default();
}

pub fn lay_out(element: &HtmlElement, arrange: Box<dyn Fn(Area) -> Vec<Place>>) {
    let callback: Closure<dyn FnMut()> = Closure::new(lay_out_again);
    let observer = ResizeObserver::new(callback.as_ref());
    observer.observe(element);
    FLOOR.set(Some(Floor { element: element.clone(), arrange, observer, _callback: callback }));
}

pub fn stop_laying_out() {
    FLOOR.set(None);
}

pub fn lay_out_again() {
    FLOOR.with_borrow(|floor| {
        let Some(Floor { element, arrange, .. }) = floor else { return };
        let pixels = |name| get(element, name).as_f64().unwrap_or_default() as u32;
        let places = arrange(Area { width: pixels("clientWidth"), height: pixels("clientHeight") });
        stage::each_element(&mut |tile, video| {
            if let Some(figure) = video.parent_element() {
                put(&figure, places.iter().find(|place| place.key == tile));
            }
        });
    });
}

/// Styles are set through the object model, which the content security policy allows; an attribute it would not.
fn put(figure: &Element, place: Option<&Place>) {
    let role = match place.map(|place| place.role) {
        None => "none",
        Some(Role::Equal) => "equal",
        Some(Role::Stage) => "stage",
        Some(Role::Corner) => "corner",
    };
    set(&get(figure, "dataset"), "role", role);
    let Some(Place { spot, .. }) = place else { return };
    let style = get(figure, "style");
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
