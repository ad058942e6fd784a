//! A WebSocket to the server that made the page.

use wasm_bindgen::JsCast;
use web_sys::{CloseEvent, MessageEvent, WebSocket};

use super::bindings::warn;
use super::driver::Events;
use super::listener::Listener;
use crate::call::session::{Event, SocketEvent};
use crate::protocol::{CloseReason, RETURNING};

/// One socket; closed when dropped, and silent from then on.
pub struct Socket {
    socket: WebSocket,
    _listeners: [Listener; 3],
}

impl Socket {
    /// Begins to open a socket; its events carry `number`.
    pub fn open(number: u32, events: &Events) -> Option<Self> {
        let origin = web_sys::window()?.location().origin().ok()?;
        let url = format!("{}/ws", origin.replacen("http", "ws", 1));
        let socket = WebSocket::new(&url).inspect_err(|error| warn("no socket", error)).ok()?;
        let sender = |events: &Events| {
            let events = events.clone();
            move |event| events.send(Event::Socket(number, event))
        };
        let (opened, message, closed) = (sender(events), sender(events), sender(events));
        let listeners = [
            Listener::new(&socket, "open", move |_| opened(SocketEvent::Opened)),
            Listener::new(&socket, "message", move |event| {
                if let Some(text) = event.unchecked_into::<MessageEvent>().data().as_string() {
                    message(SocketEvent::Message(text));
                }
            }),
            Listener::new(&socket, "close", move |event| {
                let reason = event.unchecked_into::<CloseEvent>().reason();
                closed(SocketEvent::Closed(CloseReason::parse(&reason)));
            }),
        ];
        Some(Self { socket, _listeners: listeners })
    }

    /// Sends a text frame.
    pub fn send(&self, text: &str) {
        // Refused only while connecting; a socket that is closing drops it, and its end is reported anyway.
        if let Err(error) = self.socket.send_with_str(text) {
            warn("nothing sent", &error);
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // Refused only for a bad code or reason; there is neither. (Who leaves has said so in a message.)
        let _ = self.socket.close_with_code(RETURNING);
    }
}
