//! Icons: symbols of the sprite that the document carries. They say nothing that the words beside them do not.

use leptos::prelude::*;

/// The icon with this reference, as `#i-mic`.
pub fn icon(href: &'static str) -> impl IntoView {
    icon_of(Signal::stored(href))
}

/// An icon that changes.
pub fn icon_of(href: Signal<&'static str>) -> impl IntoView {
    view! {
        <svg class="icon" aria-hidden="true">
            <use_ href=href></use_>
        </svg>
    }
}
