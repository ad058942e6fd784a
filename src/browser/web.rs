//! The browser's side of [`crate::browser`].

mod awake;
mod bindings;
mod check;
mod chime;
mod display;
mod driver;
mod invite;
mod keys;
mod language;
mod listener;
mod media;
mod meter;
mod peer;
mod prepared;
mod small_window;
mod socket;
mod stage;
mod stats;
mod surroundings;
mod tabs;
mod voice;

use std::any::Any;
use std::rc::Rc;

use futures_channel::mpsc;
use js_sys::{Date, Object};
use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use web_sys::{Document, HtmlElement, HtmlVideoElement, Window};

use crate::call::hosting;
use crate::call::keys::KeyPress;
use crate::call::layout::{Area, Place};
use crate::call::view::{CallView, Intent, TileKey};
use crate::check::Progress;
use crate::i18n::counted;
use crate::i18n::{Lang, Words};
use crate::protocol::{DisplayName, EmptyName, HostSecret, LinkKey, RoomId, RoomLink};
use bindings::{GRAPHEMES, get, object, settle, warn};

/// Starts the call engine in front of `room`: it reports every change and ends when `intents` is closed.
pub fn spawn(room: RoomId, intents: mpsc::Receiver<Intent>, on_view: impl Fn(CallView) + 'static) {
    bindings::spawn(driver::run(room, intents, on_view));
}

/// Shows the stream of a tile in this element, now and whenever it changes, until the tile is gone.
pub fn attach_video(tile: TileKey, element: &HtmlVideoElement) {
    stage::attach(tile, element);
    display::lay_out_again();
}

/// The tile is gone: lets go of its element.
pub fn detach_video(tile: TileKey) {
    stage::detach(tile);
}

/// Puts the tiles in this element at their places, now and whenever it is of another size.
pub fn lay_out(element: &HtmlElement, arrange: impl Fn(Area) -> Vec<Place> + 'static) {
    display::lay_out(element, Box::new(arrange));
}

/// Their places may be others now.
pub fn lay_out_again() {
    display::lay_out_again();
}

/// That element is gone.
pub fn stop_laying_out() {
    display::stop_laying_out();
}

/// Whether a page can have the whole screen.
pub fn can_fill_screen() -> bool {
    display::can("fullscreenEnabled")
}

/// The call takes the whole screen, or gives it back.
pub fn fill_screen() {
    display::fill_screen();
}

/// Whether a picture can float above other windows.
pub fn can_float_picture() -> bool {
    display::can("pictureInPictureEnabled")
}

/// The picture of this tile floats above other windows, or comes back.
pub fn float_picture(tile: TileKey) {
    display::float_picture(tile);
}

/// Whether the whole call can float above other windows.
pub fn can_open_small_window() -> bool {
    small_window::can_open()
}

/// All tiles move into a small window above others, or come back. `furnish` gets the body of that window and the place that
/// they leave, and what it returns is dropped when they are back (without it they stay); `refused` is called where the browser does not let us.
pub fn open_small_window(
    furnish: impl FnOnce(&HtmlElement, &HtmlElement) -> Option<Box<dyn Any>> + 'static,
    refused: impl FnOnce() + 'static,
) {
    small_window::open(Box::new(furnish), Box::new(refused));
}

/// They come back.
pub fn close_small_window() {
    small_window::close();
}

/// A name as somebody typed it.
pub fn name(text: &str) -> Result<DisplayName, EmptyName> {
    DisplayName::parse(text, GRAPHEMES)
}

/// Path and fragment of a new sealed room, with its host secret.
pub fn new_meeting() -> String {
    let link = random_bytes().zip(random_bytes()).map(|(key, host)| {
        let (key, host) = (LinkKey::from_bytes(key), HostSecret::from_bytes(host));
        RoomLink::create(key, host).path()
    });
    // Without a random source there is no secret, and so no room.
    link.unwrap_or_else(|| "/".to_owned())
}

/// Opens a path of this server, with its fragment, as a fresh page.
pub fn go(path: &str) {
    if let Some(Err(error)) = web_sys::window().map(|window| window.location().assign(path)) {
        warn("the page does not open", &error);
    }
}

/// The address of this page's room as guests should get it, without the host's secret.
pub fn guest_link() -> String {
    let address = web_sys::window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    match RoomLink::parse(&address) {
        Ok(link) => origin() + &link.guest_path(),
        Err(_) => address,
    }
}

/// The address of this page's room with the host's secret, as this browser has it: in the address, or kept.
pub fn host_link() -> String {
    let Some(window) = web_sys::window() else { return String::new() };
    let Ok(mut link) = RoomLink::parse(&window.location().href().unwrap_or_default()) else { return String::new() };
    let kept = driver::kept_hosts(&window).unwrap_or_default();
    if let Some(secret) = link.secret.as_mut().filter(|secret| secret.host.is_none()) {
        secret.host = hosting::kept(&kept, &link.room);
    }
    origin() + &link.path()
}

/// Puts a text into the clipboard; false when the browser does not let us.
pub async fn copy_text(text: String) -> bool {
    let Some(navigator) = web_sys::window().map(|window| window.navigator()) else { return false };
    // Absent on pages that are not secure.
    if get(&navigator, "clipboard").is_undefined() {
        return false;
    }
    settle(navigator.clipboard().write_text(&text)).await.is_ok()
}

/// `scheme://host[:port]` of this page.
pub fn origin() -> String {
    web_sys::window().and_then(|window| window.location().origin().ok()).unwrap_or_default()
}

/// Remembers the language (a cookie) and fetches its words; `None` where they do not come, or the page loads again instead.
pub async fn load_language(lang: Lang) -> Option<&'static Words> {
    language::load(lang).await
}

/// Whether the system has a sheet to share a link with.
pub fn can_share_link() -> bool {
    invite::can_share()
}

/// Opens that sheet with the guests' link.
pub fn share_link(title: &str, text: &str) {
    invite::share(title, text, &guest_link());
}

/// The address that opens a mail.
pub fn mail_address(subject: &str, text: &str) -> String {
    invite::mail_address(subject, text)
}

/// Tells how loud the own microphone is, in thousandths of full scale, for as long as somebody looks.
pub fn watch_level(watcher: impl Fn(u16) + 'static) {
    meter::watch(Box::new(watcher));
}

/// Nobody looks any more.
pub fn stop_watching_level() {
    meter::stop();
}

/// Says on the document which language it is in, and what it is called.
pub fn set_document_language(lang: Lang, title: &str) {
    if let Some((_, document)) = page() {
        language::set_document(&document, lang, title);
    }
}

/// Puts the focus on the element with this id, if it can be seen.
pub fn focus(id: &str) {
    if let Some((_, document)) = page() {
        language::focus(&document, id);
    }
}

/// Time of day, as this person writes it, of a moment in milliseconds since 1970.
pub fn clock_time(at_ms: u64) -> String {
    // The person's own way of writing times, whatever language the page is in.
    let language = page().and_then(|(window, _)| window.navigator().language());
    let options = object([("hour", "2-digit".into()), ("minute", "2-digit".into())]);
    let options: &Object = options.unchecked_ref();
    let date = Date::new(&JsValue::from_f64(at_ms as f64));
    date.to_locale_time_string_with_options(&language.unwrap_or_default(), options).into()
}

/// Reports every key, until [`stop_watching_keys`]; a key that means something (so the answer) does nothing else.
pub fn watch_keys(on_key: impl Fn(&KeyPress) -> bool + 'static) {
    if let Some((window, _)) = page() {
        keys::watch(&window, Rc::new(on_key));
    }
}

/// Nobody wants to know of keys any more.
pub fn stop_watching_keys() {
    keys::stop_watching();
}

/// Presses the button with this id.
pub fn press(id: &str) {
    if let Some((_, document)) = page() {
        keys::press(&document, id);
    }
}

/// Opens a dialog: what is behind it cannot be reached until it is closed, and then has the focus again that it had.
pub fn show_modal(dialog: &HtmlElement) {
    keys::call(dialog, "showModal");
}

/// Closes it.
pub fn close_modal(dialog: &HtmlElement) {
    keys::call(dialog, "close");
}

/// The title of the tab counts this many.
pub fn count_in_title(count: u32) {
    if let Some((_, document)) = page() {
        document.set_title(&counted(&document.title(), count));
    }
}

/// Says on `<html>` that the page reacts now.
pub fn mark_hydrated() {
    let root = page().and_then(|(_, document)| document.document_element());
    if let Some(Err(error)) = root.map(|root| root.set_attribute("data-hydrated", "")) {
        warn("the page is not marked", &error);
    }
}

/// Uncovers the note that the page cannot start.
pub fn note_cannot_start() {
    let note = page().and_then(|(_, document)| document.get_element_by_id("cannot-start"));
    if let Some(Err(error)) = note.map(|note| note.remove_attribute("hidden")) {
        warn("the note is not shown", &error);
    }
}

/// Checks this connection, step by step; has to be called while the person presses something.
pub fn start_check(on_progress: impl Fn(Progress) + 'static) {
    check::start(on_progress);
}

/// Ends the check that is under way.
pub fn stop_check() {
    check::stop();
}

/// Plays the tone of the check once more.
pub fn play_tone() {
    check::play_tone();
}

/// What the browser calls itself.
pub fn user_agent() -> String {
    web_sys::window().and_then(|window| window.navigator().user_agent().ok()).unwrap_or_default()
}

fn page() -> Option<(Window, Document)> {
    let window = web_sys::window()?;
    let document = window.document()?;
    Some((window, document))
}

fn random_bytes() -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    let crypto = web_sys::window()?.crypto().ok()?;
    crypto.get_random_values_with_u8_array(&mut bytes).ok()?;
    Some(bytes)
}
