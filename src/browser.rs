//! What the interface may ask of the browser. The one place where it is decided whether there is a browser.
//!
//! Both halves have the same functions: `web` drives the real thing, `stub` stands in while the server renders.

#[cfg(feature = "hydrate")]
#[path = "browser/web.rs"]
mod side;
#[cfg(not(feature = "hydrate"))]
#[path = "browser/stub.rs"]
mod side;

pub use side::{
    attach_video, can_fill_screen, can_float_picture, can_open_small_window, can_share_link, clock_time, close_modal,
    close_small_window, copy_text, count_in_title, detach_video, fill_screen, float_picture, focus, go, guest_link,
    host_link, lay_out, lay_out_again, load_language, mail_address, mark_hydrated, name, new_meeting,
    note_cannot_start, open_small_window, origin, play_tone, press, set_document_language, share_link, show_modal,
    spawn, start_check, stop_check, stop_laying_out, stop_watching_keys, stop_watching_level, user_agent, watch_keys,
    watch_level,
};
