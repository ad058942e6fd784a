//! Words of another language, from the file that the page names for it.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, HtmlElement, Response};

use super::bindings::{get, set, settle, warn};
use crate::i18n::{Lang, Words, read};

/// Remembers the language (a cookie) and fetches its words. A page that names no file for them is loaded again instead, with
/// its fragment.
pub async fn load(lang: Lang) -> Option<&'static Words> {
    let (window, document) = super::page()?;
    let code = lang.code();
    set(&document, "cookie", ["lang=", code, "; path=/; max-age=31536000; samesite=lax"].concat());
    let named = document.query_selector(&["meta[name=words-", code, "]"].concat()).ok().flatten();
    let Some(address) = named.and_then(|meta| meta.get_attribute("content")) else {
        if let Err(error) = window.location().reload() {
            warn("the page does not load again", &error);
        }
        return None;
    };
    match fetch(&address).await {
        Ok(text) => read(text),
        Err(error) => {
            warn("the words do not come", &error);
            None
        }
    }
}

async fn fetch(address: &str) -> Result<String, JsValue> {
    let window = web_sys::window().ok_or(JsValue::UNDEFINED)?;
    let response: Response = settle(window.fetch_with_str(address)).await?.unchecked_into();
    settle(response.text()?).await?.as_string().ok_or(JsValue::UNDEFINED)
}

/// Says on the document which language it is in, and what it is called.
pub fn set_document(document: &Document, lang: Lang, title: &str) {
    document.set_title(title);
    if let Some(Err(error)) = document.document_element().map(|root| root.set_attribute("lang", lang.code())) {
        warn("the page does not say its language", &error);
    }
}

/// Puts the focus on this element, if it can be seen.
pub fn focus(document: &Document, id: &str) {
    let element = document.get_element_by_id(id);
    if let Some(element) = element.filter(|element| !get(element, "offsetParent").is_null()) {
        // It may have gone; then there is nothing to focus.
        let _ = element.unchecked_into::<HtmlElement>().focus();
    }
}
