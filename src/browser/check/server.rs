//! The server as a page reaches it: greeted on the socket, invited over HTTP.

use futures_channel::mpsc;
use futures_util::StreamExt;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, RequestInit, Response, WebSocket};

use super::network::now_ms;
use crate::browser::side::bindings::settle;
use crate::browser::side::listener::{Listener, Timer};
use crate::check::Problem;
use crate::protocol::{CheckInvitation, ClientMessage, RoomId, ServerMessage, VERSION};

/// A room that nobody is in: a greeting tells nobody.
const ROOM: &str = "r/connection-check";
const PATIENCE_MS: i32 = 8_000;

/// What happens on the socket.
enum Heard {
    Opened,
    Said(String),
    Over,
}

/// How long the server takes to greet, in milliseconds.
pub async fn greeting_ms() -> Result<u32, JsValue> {
    let origin = web_sys::window().ok_or(JsValue::UNDEFINED)?.location().origin()?;
    let socket = Closing(WebSocket::new(&format!("{}/ws", origin.replacen("http", "ws", 1)))?);
    let (events, mut heard) = mpsc::unbounded();
    let on = |event_type, read: fn(web_sys::Event) -> Heard| {
        let events = events.clone();
        Listener::new(&socket.0, event_type, move |event| drop(events.unbounded_send(read(event))))
    };
    let _listeners = [
        on("open", |_| Heard::Opened),
        on("message", |event| {
            Heard::Said(event.unchecked_into::<MessageEvent>().data().as_string().unwrap_or_default())
        }),
        on("close", |_| Heard::Over),
    ];
    let _timer = Timer::after_ms(PATIENCE_MS, move || drop(events.unbounded_send(Heard::Over)));
    let mut asked_ms = 0.0;
    while let Some(event) = heard.next().await {
        match event {
            Heard::Opened => {
                asked_ms = now_ms();
                socket.0.send_with_str(&hello()?)?;
            }
            Heard::Said(text) => {
                if let Ok(ServerMessage::Greeted { .. }) = serde_json::from_str(&text) {
                    return Ok((now_ms() - asked_ms).ceil() as u32);
                }
            }
            Heard::Over => break,
        }
    }
    Err(JsValue::UNDEFINED)
}

/// What the server gives to those who test it.
pub async fn invitation() -> Result<CheckInvitation, Problem> {
    let response = post("/api/check").await.map_err(|_| Problem::NoAnswer)?;
    match response.status() {
        200 => {}
        429 => return Err(Problem::TooOften),
        _ => return Err(Problem::NoAnswer),
    }
    let text = match response.text() {
        Ok(text) => settle(text).await.ok().and_then(|text| text.as_string()),
        Err(_) => None,
    };
    serde_json::from_str(&text.unwrap_or_default()).map_err(|_| Problem::NoAnswer)
}

async fn post(path: &str) -> Result<Response, JsValue> {
    let init = RequestInit::new();
    init.set_method("POST");
    let window = web_sys::window().ok_or(JsValue::UNDEFINED)?;
    settle(window.fetch_with_str_and_init(path, &init)).await.map(JsCast::unchecked_into)
}

fn hello() -> Result<String, JsValue> {
    let room = RoomId::parse(ROOM).map_err(|_| JsValue::UNDEFINED)?;
    let hello = ClientMessage::Hello { version: VERSION, room, proof: None, resume: None };
    serde_json::to_string(&hello).map_err(|_| JsValue::UNDEFINED)
}

struct Closing(WebSocket);

impl Drop for Closing {
    fn drop(&mut self) {
        // Refused only for a bad code or reason; there is neither.
        let _ = self.0.close();
    }
}
