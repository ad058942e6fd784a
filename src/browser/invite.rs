//! Giving the link away: through the system's own sheet, or by mail.

use js_sys::{Function, Promise, encode_uri_component};
use wasm_bindgen::{JsCast, JsValue};

use super::bindings::{get, object, settle, spawn, warn};

/// Whether the system has a sheet for that.
pub fn can_share() -> bool {
    get(&navigator(), "share").is_function()
}

/// Opens it.
pub fn share(title: &str, text: &str, link: &str) {
    let navigator = navigator();
    let Ok(share) = get(&navigator, "share").dyn_into::<Function>() else { return };
    let what = object([("title", title.into()), ("text", text.into()), ("url", link.into())]);
    match share.call1(&navigator, &what).map(JsValue::unchecked_into::<Promise>) {
        Ok(shared) => spawn(async move {
            // Refused when the person thinks better of it.
            let _ = settle(shared).await;
        }),
        Err(error) => warn("the link is not shared", &error),
    }
}

/// The address that opens a mail (RFC 6068).
pub fn mail_address(subject: &str, text: &str) -> String {
    let encoded = |text: &str| String::from(encode_uri_component(text));
    ["mailto:?subject=", &encoded(subject), "&body=", &encoded(text)].concat()
}

fn navigator() -> JsValue {
    get(&js_sys::global(), "navigator")
}
