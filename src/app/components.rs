//! What several screens share.

mod devices;
mod header;
mod icon;
mod notices;
mod picture;
mod switch;

use leptos::html::H1;
use leptos::prelude::*;

pub use devices::{CameraButton, MicrophoneButton, device_button, face};
pub use header::{Brand, Header};
pub use icon::{icon, icon_of};
pub use notices::Notices;
pub use picture::Picture;
pub use switch::switch;

/// The value of an ARIA attribute.
pub fn truth(is_true: bool) -> &'static str {
    if is_true { "true" } else { "false" }
}

/// Puts the reading position on the heading of a screen that has taken the place of another.
pub fn focus_when_shown(heading: NodeRef<H1>) {
    Effect::new(move |_| {
        if let Some(heading) = heading.get() {
            let _ = heading.focus();
        }
    });
}
