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
    attach_video, can_fill_screen, can_float_picture, clock_time, copy_text, detach_video, fill_screen, float_picture,
    go, guest_link, host_link, lay_out, lay_out_again, mark_hydrated, name, new_meeting, note_cannot_start, origin,
    play_tone, set_language, spawn, start_check, stop_check, stop_laying_out, user_agent,
};
