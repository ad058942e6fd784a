//! The server's side of [`crate::browser`]: nothing happens, nothing is known. Effects do not run on the server, so
//! none of this is reached by a page that behaves; it makes both sides compile from the same components.

use std::any::Any;

use futures_channel::mpsc;
use leptos::web_sys::{HtmlElement, HtmlVideoElement};

use crate::call::keys::KeyPress;
use crate::call::layout::{Area, Place};
use crate::call::view::{CallView, Intent, TileKey};
use crate::check::Progress;
use crate::i18n::{Lang, Words};
use crate::protocol::{DisplayName, EmptyName, Graphemes, RoomId};

/// Starts the call engine in front of `room`: it reports every change and ends when `intents` is closed.
pub fn spawn(_room: RoomId, _intents: mpsc::Receiver<Intent>, _on_view: impl Fn(CallView) + 'static) {}

/// Shows the stream of a tile in this element, now and whenever it changes, until the tile is gone.
pub fn attach_video(_tile: TileKey, _element: &HtmlVideoElement) {}

/// The tile is gone: lets go of its element.
pub fn detach_video(_tile: TileKey) {}

/// Puts the tiles in this element at their places, now and whenever it is of another size.
pub fn lay_out(_element: &HtmlElement, _arrange: impl Fn(Area) -> Vec<Place> + 'static) {}

/// Their places may be others now.
pub fn lay_out_again() {}

/// That element is gone.
pub fn stop_laying_out() {}

/// Whether a page can have the whole screen.
pub fn can_fill_screen() -> bool {
    false
}

/// The call takes the whole screen, or gives it back.
pub fn fill_screen() {}

/// Whether a picture can float above other windows.
pub fn can_float_picture() -> bool {
    false
}

/// The picture of this tile floats above other windows, or comes back.
pub fn float_picture(_tile: TileKey) {}

/// Whether the whole call can float above other windows.
pub fn can_open_small_window() -> bool {
    false
}

/// All tiles move into a small window above others, or come back.
pub fn open_small_window(
    _furnish: impl FnOnce(&HtmlElement, &HtmlElement) -> Option<Box<dyn Any>> + 'static,
    _refused: impl FnOnce() + 'static,
) {
}

/// They come back.
pub fn close_small_window() {}

/// A name as somebody typed it.
pub fn name(text: &str) -> Result<DisplayName, EmptyName> {
    DisplayName::parse(text, Graphemes::default())
}

/// Path and fragment of a new sealed room, with its host secret.
pub fn new_meeting() -> String {
    String::new()
}

/// Opens a path of this server, with its fragment, as a fresh page.
pub fn go(_path: &str) {}

/// The address of this page's room as guests should get it, without the host's secret.
pub fn guest_link() -> String {
    String::new()
}

/// The address of this page's room with the host's secret.
pub fn host_link() -> String {
    String::new()
}

/// Puts a text into the clipboard; false when the browser does not let us.
pub async fn copy_text(_text: String) -> bool {
    std::future::ready(false).await
}

/// `scheme://host[:port]` of this page.
pub fn origin() -> String {
    String::new()
}

/// Remembers the language (a cookie) and fetches its words; `None` where they do not come, or the page loads again instead.
pub async fn load_language(_lang: Lang) -> Option<&'static Words> {
    std::future::ready(None).await
}

/// Whether the system has a sheet to share a link with.
pub fn can_share_link() -> bool {
    false
}

/// Opens that sheet with the guests' link.
pub fn share_link(_title: &str, _text: &str) {}

/// The address that opens a mail.
pub fn mail_address(_subject: &str, _text: &str) -> String {
    String::new()
}

/// Tells how loud the own microphone is, in thousandths of full scale, for as long as somebody looks.
pub fn watch_level(_watcher: impl Fn(u16) + 'static) {}

/// Nobody looks any more.
pub fn stop_watching_level() {}

/// Says on the document which language it is in, and what it is called.
pub fn set_document_language(_lang: Lang, _title: &str) {}

/// Puts the focus on the element with this id, if it can be seen.
pub fn focus(_id: &str) {}

/// Time of day, as this person writes it, of a moment in milliseconds since 1970.
pub fn clock_time(_at_ms: u64) -> String {
    String::new()
}

/// Reports every key, until [`stop_watching_keys`]; a key that means something (so the answer) does nothing else.
pub fn watch_keys(_on_key: impl Fn(&KeyPress) -> bool + 'static) {}

/// Nobody wants to know of keys any more.
pub fn stop_watching_keys() {}

/// Presses the button with this id.
pub fn press(_id: &str) {}

/// Opens a dialog: what is behind it cannot be reached until it is closed, and then has the focus again that it had.
pub fn show_modal(_dialog: &HtmlElement) {}

/// Closes it.
pub fn close_modal(_dialog: &HtmlElement) {}

/// The title of the tab counts this many.
pub fn count_in_title(_count: u32) {}

/// Says on `<html>` that the page reacts now.
pub fn mark_hydrated() {}

/// Uncovers the note that the page cannot start.
pub fn note_cannot_start() {}

/// Checks this connection, step by step; has to be called while the person presses something.
pub fn start_check(_on_progress: impl Fn(Progress) + 'static) {}

/// Ends the check that is under way.
pub fn stop_check() {}

/// Plays the tone of the check once more.
pub fn play_tone() {}

/// What the browser calls itself.
pub fn user_agent() -> String {
    String::new()
}
