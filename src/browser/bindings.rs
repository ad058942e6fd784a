//! Calls of the Web API that web-sys does not have, and small help with the ones that it has awkwardly.

use std::pin::Pin;

use js_sys::{Array, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{HtmlMediaElement, MediaStream, RtcConfiguration, RtcPeerConnection, RtcRtpSender};

use crate::protocol::Graphemes;

#[wasm_bindgen]
extern "C" {
    /// RTCPeerConnection with the calls of perfect negotiation.
    #[wasm_bindgen(extends = RtcPeerConnection)]
    #[derive(Clone)]
    pub type PeerConnection;

    /// `setLocalDescription()` without argument: the browser makes the offer or answer that fits.
    #[wasm_bindgen(method, js_name = setLocalDescription)]
    pub fn set_implicit_local_description(this: &PeerConnection) -> Promise;

    /// `restartIce()`.
    #[wasm_bindgen(method, js_name = restartIce)]
    pub fn restart_ice(this: &PeerConnection);

    /// `addIceCandidate()` without argument: there are no more.
    #[wasm_bindgen(method, js_name = addIceCandidate)]
    pub fn add_end_of_candidates(this: &PeerConnection) -> Promise;

    /// `Intl.Segmenter`: of grapheme clusters, if nothing else is said.
    type Segmenter;

    #[wasm_bindgen(constructor, js_namespace = Intl, catch)]
    fn new() -> Result<Segmenter, JsValue>;

    #[wasm_bindgen(method)]
    fn segment(this: &Segmenter, text: &str) -> JsValue;

    /// HTMLMediaElement with `setSinkId`.
    #[wasm_bindgen(extends = HtmlMediaElement)]
    pub type Player;

    /// Plays sound on this device (Audio Output Devices API).
    #[wasm_bindgen(method, js_name = setSinkId)]
    pub fn set_sink_id(this: &Player, id: &str) -> Promise;

    /// RTCRtpSender with `setStreams`.
    #[wasm_bindgen(extends = RtcRtpSender)]
    pub type Sender;

    /// Says which tracks belong together, so that lips and voice are played in step.
    #[wasm_bindgen(method, js_name = setStreams)]
    pub fn set_stream(this: &Sender, stream: &MediaStream);
}

/// What a reader takes for one character, as the browser knows it.
pub const GRAPHEMES: Graphemes = Graphemes(|text, count| {
    // Only browsers of before 2024 have none.
    let Ok(segmenter) = Segmenter::new() else { return Graphemes::characters(text, count) };
    let segments = Array::from(&segmenter.segment(text)).into_iter().take(count);
    segments.filter_map(|segment| get(&segment, "segment").as_string()).map(|segment| segment.len()).sum()
});

/// A new connection; also of use as a test whether there can be one at all.
pub fn new_connection(configuration: &RtcConfiguration) -> Result<PeerConnection, JsValue> {
    RtcPeerConnection::new_with_configuration(configuration).map(JsCast::unchecked_into)
}

/// Whether this browser has `RTCPeerConnection`.
pub fn has_webrtc() -> bool {
    get(&js_sys::global(), "RTCPeerConnection").is_function()
}

/// Whether this browser plays sound where it is told.
pub fn can_choose_speaker() -> bool {
    let prototype = get(&get(&js_sys::global(), "HTMLMediaElement"), "prototype");
    !get(&prototype, "setSinkId").is_undefined()
}

/// A property; `undefined` when there is none.
pub fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// Sets a property of a plain object.
pub fn set(object: &JsValue, name: &str, value: impl Into<JsValue>) {
    // Fails only on frozen objects and proxies; ours are neither.
    let _ = Reflect::set(object, &name.into(), &value.into());
}

/// A plain object with these properties.
pub fn object<const N: usize>(properties: [(&str, JsValue); N]) -> JsValue {
    let object = Object::new().into();
    for (name, value) in properties {
        set(&object, name, value);
    }
    object
}

/// Waits for a promise.
pub async fn settle(promise: Promise) -> Result<JsValue, JsValue> {
    JsFuture::from(promise).await
}

/// Runs a future beside everything else. Boxed, so that the machinery around it is compiled once and not for each.
pub fn spawn(future: impl Future<Output = ()> + 'static) {
    fn spawn_boxed(future: Pin<Box<dyn Future<Output = ()>>>) {
        spawn_local(future);
    }
    spawn_boxed(Box::pin(future));
}

/// One certificate for all connections of a session (ECDSA P-256, RFC 8827).
pub async fn generate_certificate() -> Result<JsValue, JsValue> {
    let algorithm = object([("name", "ECDSA".into()), ("namedCurve", "P-256".into())]);
    let algorithm: Object = algorithm.unchecked_into();
    settle(RtcPeerConnection::generate_certificate_with_object(&algorithm)?).await
}

/// A fault of ours, for whoever looks into the console.
pub fn warn(what: &str, error: &JsValue) {
    web_sys::console::warn_2(&format!("Confab: {what}").into(), error);
}
