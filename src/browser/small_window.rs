//! A small window above all others (Document Picture-in-Picture, WICG) that the tiles move into, and come back from. It has
//! this page's program: what is in it goes on as it was.

use std::any::Any;
use std::cell::RefCell;

use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, HtmlElement, Window};

use super::bindings::{get, object, set, settle, spawn};
use super::listener::Listener;
use super::{display, keys, page, stage};

/// Wide enough for two people beside each other, and the controls.
const SIZE: [(&str, f64); 2] = [("width", 420.0), ("height", 320.0)];

/// Puts into the window, and into the place that the tiles leave, what belongs there; kept until they are back. `None` when
/// the call is over meanwhile.
pub type Furnish = Box<dyn FnOnce(&HtmlElement, &HtmlElement) -> Option<Box<dyn Any>>>;

struct SmallWindow {
    window: Window,
    tiles: Element,
    place: HtmlElement,
    furniture: Box<dyn Any>,
    _listeners: Vec<Listener>,
}

thread_local! {
    static OPEN: RefCell<Option<SmallWindow>> = RefCell::default();
}

/// Whether this browser has such windows.
pub fn can_open() -> bool {
    opener().is_object()
}

/// Opens it, or closes the one there is; has to be called while the person presses something. Inside another page's frame
/// a browser refuses.
pub fn open(furnish: Furnish, refused: Box<dyn FnOnce()>) {
    if OPEN.with_borrow(Option::is_some) {
        return close();
    }
    let opener = opener();
    let size = object(SIZE.map(|(side, pixels)| (side, pixels.into())));
    let Ok(request) = get(&opener, "requestWindow").dyn_into::<Function>() else { return };
    let Ok(promise) = request.call1(&opener, &size).map(Promise::from) else { return };
    spawn(async move {
        match settle(promise).await {
            Ok(window) => {
                let window: Window = window.unchecked_into();
                if move_in(&window, furnish).is_none() {
                    // Fails never: it is ours.
                    let _ = window.close();
                }
            }
            Err(_) => refused(),
        }
    });
}

/// The tiles come back.
pub fn close() {
    let Some(small) = OPEN.take() else { return };
    let SmallWindow { window, tiles, place, furniture, .. } = small;
    // What stands in their place would take some of it.
    drop(furniture);
    move_to(&place, &tiles);
    // It may be closed already.
    let _ = window.close();
}

fn move_in(window: &Window, furnish: Furnish) -> Option<()> {
    let (_, main) = page()?;
    let tiles = main.query_selector(".grid").ok()??;
    let document = window.document()?;
    let body = document.body()?;
    // Objects of another window are not instances of this one's classes; so nothing is asked of them here.
    let place: HtmlElement = tiles.parent_element()?.unchecked_into();
    let furniture = furnish(&body, &place)?;
    let mut listeners = vec![
        Listener::new(window, "pagehide", |_| close()),
        // The observer of the tiles rests while the main window is not seen.
        Listener::new(window, "resize", |_| display::lay_out_again()),
    ];
    listeners.extend(keys::watch_small(window).into_iter().flatten());
    listeners.extend(dress(&main, &document, &body));
    move_to(&body, &tiles);
    OPEN.set(Some(SmallWindow { window: window.clone(), tiles, place, furniture, _listeners: listeners }));
    Some(())
}

fn move_to(place: &HtmlElement, tiles: &Element) {
    // Fails only where the place is inside of the tiles.
    let _ = place.insert_before(tiles, place.first_child().as_ref());
    stage::play_elsewhere();
    display::lay_out_again();
}

/// The same style, icons, language and title.
fn dress(main: &Document, document: &Document, body: &HtmlElement) -> Option<Listener> {
    set(body, "className", "small-window");
    set(&get(document, "documentElement"), "lang", get(&get(main, "documentElement"), "lang"));
    set(document, "title", main.title());
    let icons = main.query_selector("symbol").ok().flatten()?.closest("[hidden]").ok().flatten()?;
    // Neither fails: both are copies that stand nowhere yet.
    let _ = body.append_child(&icons.clone_node_with_deep(true).ok()?);
    let style = main.query_selector("link[rel=stylesheet]").ok().flatten()?.clone_node().ok()?;
    let loaded = Listener::new(&style, "load", |_| display::lay_out_again());
    let _ = get(document, "head").unchecked_into::<Element>().append_child(&style);
    Some(loaded)
}

fn opener() -> JsValue {
    get(&js_sys::global(), "documentPictureInPicture")
}
