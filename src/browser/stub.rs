//! The server's side of [`crate::browser`]: nothing happens, nothing is known. Effects do not run on the server, so
//! none of this is reached by a page that behaves; it makes both sides compile from the same components.

use futures_channel::mpsc;
use leptos::web_sys::{HtmlElement, HtmlVideoElement};

use crate::call::layout::{Area, Place};
use crate::call::view::{CallView, Intent, TileKey};
use crate::check::Progress;
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

/// Remembers the language (a cookie) and loads the page again in it, keeping the fragment.
pub fn set_language(_code: &str) {}

/// Time of day, as this person writes it, of a moment in milliseconds since 1970.
pub fn clock_time(_at_ms: u64) -> String {
    String::new()
}

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
