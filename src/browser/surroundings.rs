//! What the browser tells of the world around the page: another network, a page that is looked at again.

use wasm_bindgen::JsCast;
use web_sys::{EventTarget, Window};

use super::bindings::{get, warn};
use super::driver::Events;
use super::listener::Listener;
use crate::call::session::Event;

/// Listens for as long as it lives.
pub struct Surroundings {
    _listeners: Vec<Listener>,
}

impl Surroundings {
    /// Reports to `events` from now on.
    pub fn watch(window: &Window, events: &Events) -> Self {
        let on = |target: &EventTarget, event_type, event: Event| {
            let events = events.clone();
            Listener::new(target, event_type, move |_| events.send(event.clone()))
        };
        let mut listeners = vec![on(window, "online", Event::NetworkChanged), on(window, "pageshow", Event::Stirred)];
        if let Some(document) = window.document() {
            // A frozen page goes on (Page Lifecycle).
            listeners.push(on(&document, "resume", Event::Stirred));
            let state = |page: &web_sys::Document| if page.hidden() { Event::Hidden } else { Event::Shown };
            if document.hidden() {
                events.send(Event::Hidden);
            }
            let (events, page) = (events.clone(), document.clone());
            listeners.push(Listener::new(&document, "visibilitychange", move |_| events.send(state(&page))));
        }
        listeners.extend(watch_connection(window, events));
        listeners.push(watch_link(window));
        Self { _listeners: listeners }
    }
}

/// Another link to the room was put into the address of this page (the whole one, after a broken one): to a browser that is
/// the same document, so it loads nothing by itself.
fn watch_link(window: &Window) -> Listener {
    let location = window.location();
    Listener::new(window, "hashchange", move |_| {
        if let Err(error) = location.reload() {
            warn("the page does not load again", &error);
        }
    })
}

/// NetworkInformation, where there is one. It also speaks up when only its guess of the speed has changed; where it names
/// the kind of network (on phones), another kind is another network.
fn watch_connection(window: &Window, events: &Events) -> Option<Listener> {
    let connection = get(&window.navigator(), "connection").dyn_into::<EventTarget>().ok()?;
    let (events, target) = (events.clone(), connection.clone());
    let mut kind = get(&connection, "type");
    Some(Listener::new(&connection, "change", move |_| {
        let before = std::mem::replace(&mut kind, get(&target, "type"));
        events.send(if kind == before { Event::Stirred } else { Event::NetworkChanged });
    }))
}

/// Asks, for as long as it lives, before the tab is closed or left.
pub fn ask_before_leaving(window: &Window) -> Listener {
    Listener::new(window, "beforeunload", |event| event.prevent_default())
}
