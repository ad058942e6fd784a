//! Something that is on or off.

use leptos::prelude::*;

/// A switch with its name beside it.
pub fn switch(label: &'static str, is_on: Signal<bool>, set: impl Fn(bool) + 'static) -> impl IntoView {
    let set: Box<dyn Fn(bool)> = Box::new(set);
    view! {
        <label class="switch">
            <input
                type="checkbox"
                role="switch"
                autocomplete="off"
                prop:checked=is_on
                on:change=move |event| set(event_target_checked(&event))
            />
            {label}
        </label>
    }
}
