//! How to get others into the room: the link, as a text, as a code for a phone's camera, through the system's sheet, by mail.

use leptos::prelude::*;

use crate::app::call::{Copied, copy_link};
use crate::app::components::icon;
use crate::app::later::Part;
use crate::app::menu::{Menu, menu};
use crate::app::use_words;
use crate::browser;
use crate::call::qr::Qr;

/// The button of the header, and the place of what it opens.
pub fn invite_button(copied: RwSignal<Copied>) -> impl IntoView {
    let spec = Menu {
        button: None,
        button_class: "button quiet view-button",
        icon: "#i-invite",
        label: use_words().invite_people,
        id: "invite-people",
        class: "view-menu invite-menu",
    };
    menu(spec, NodeRef::new(), move || Part::Invitation { copied })
}

/// The link, and every way to give it away.
pub fn invitation(copied: RwSignal<Copied>) -> impl IntoView {
    let words = use_words();
    let link = browser::guest_link();
    let shows_code = RwSignal::new(false);
    let shared = [words.mail_subject, words.mail_text].map(str::to_owned);
    let mail = browser::mail_address(words.mail_subject, &[words.mail_text, &link].join("\n\n"));
    let code_of = link.clone();
    view! {
        <p>{words.invite}</p>
        <p class="link">{link}</p>
        <div class="invite-ways">
            <button type="button" class="button primary" on:click=move |_| copy_link(copied)>
                {icon("#i-link")}
                {words.copy}
            </button>
            <button
                type="button"
                class="button"
                aria-expanded=Signal::derive(move || if shows_code.get() { "true" } else { "false" })
                on:click=move |_| shows_code.update(|shown| *shown = !*shown)
            >
                {words.qr_code}
            </button>
            <button
                type="button"
                class="button"
                hidden=!browser::can_share_link()
                on:click=move |_| {
                    let [title, text] = &shared;
                    browser::share_link(title, text);
                }
            >
                {words.share_link}
            </button>
            <a class="button" href=mail>
                {words.by_mail}
            </a>
        </div>
        {move || shows_code.get().then(|| code(&code_of))}
    }
}

/// Dark on light, whatever the page is: not every camera reads it the other way round.
fn code(link: &str) -> impl IntoView + use<> {
    let words = use_words();
    Qr::of(link).map(|code| {
        let side = code.side().to_string();
        view! {
            <svg class="qr" viewBox=["0 0 ", &side, " ", &side].concat() role="img" aria-label=words.qr_hint>
                <path d=code.path()></path>
            </svg>
        }
    })
}
