//! In the call: the stage, the controls under it, and chat or people beside it.

use leptos::either::EitherOf3;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::components::{Brand, Notices, face, focus_when_shown, icon};
use crate::app::controls::Controls;
use crate::app::device_choice::devices_button;
use crate::app::engine::use_engine;
use crate::app::fresh::Fresh;
use crate::app::invite::invite_button;
use crate::app::keys;
use crate::app::later::{Part, later, prefetch};
use crate::app::lines::muted_line;
use crate::app::panel::panel;
use crate::app::people::HostNotes;
use crate::app::quality::QualityNotes;
use crate::app::sharing::SharingNote;
use crate::app::sound::offer_note;
use crate::app::stage::Stage;
use crate::app::use_words;
use crate::app::view_menu::view_menu;
use crate::browser;
use crate::call::view::ServerLink;
use crate::protocol::RoomId;

/// The screen of a call, in one kind of view: there is one piece of code that draws it, whoever asks.
pub fn call_screen(room: RoomId) -> AnyView {
    Fresh(view! { <Call room/> }).into_any()
}

#[component]
fn Call(room: RoomId) -> impl IntoView {
    prefetch();
    let words = use_words();
    let chat_open = RwSignal::new(false);
    let copied = RwSignal::new(Copied::NotYet);
    let chat_button = NodeRef::new();
    let people_open = RwSignal::new(false);
    let people_button = NodeRef::new();
    let overview_open = RwSignal::new(false);
    keys::listen(overview_open);
    view! {
        <div class="call">
            <CallHeader room copied/>
            <main class="stage">
                <div class="stage-notes">
                    <ServerLine/>
                    <SharingNote/>
                    <QualityNotes/>
                    <Notices/>
                    {offer_note()}
                    <CopyNote copied/>
                    <HostNotes people_open/>
                    <Passages/>
                </div>
                <Stage copied/>
                {muted_line()}
            </main>
            {panel("chat", words.chat, chat_open, chat_button, move || Part::Chat { open: chat_open })}
            {panel("people", words.people_panel, people_open, people_button, move || Part::People { open: people_open, copied })}
            <Controls chat_open chat_button people_open people_button overview_open/>
            {later(overview_open.into(), move || Part::Overview { open: overview_open })}
        </div>
    }
}

/// Whether the link to the room is in the clipboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copied {
    /// Nobody asked.
    NotYet,
    /// It is.
    Yes,
    /// The browser did not let us.
    Refused,
}

/// Puts the guests' link into the clipboard.
pub fn copy_link(copied: RwSignal<Copied>) {
    copy_text(browser::guest_link(), copied);
}

/// Puts a link into the clipboard.
pub fn copy_text(link: String, copied: RwSignal<Copied>) {
    spawn_local(async move {
        let done = browser::copy_text(link).await;
        copied.try_set(if done { Copied::Yes } else { Copied::Refused });
    });
}

#[component]
fn CallHeader(room: RoomId, copied: RwSignal<Copied>) -> impl IntoView {
    let heading = NodeRef::<html::H1>::new();
    focus_when_shown(heading);
    let words = use_words();
    let name = match &room {
        RoomId::Named(name) => name.as_str().to_owned(),
        RoomId::Sealed(_) => words.meeting.to_owned(),
    };
    view! {
        <header class="call-header">
            <Brand in_call=true/>
            <h1 node_ref=heading tabindex="-1">
                {name}
            </h1>
            <button
                id="copy-button"
                type="button"
                class="button quiet view-button wide"
                title=words.copy_link
                on:click=move |_| copy_link(copied)
            >
                {face("#i-link".into(), words.copy_link.into())}
            </button>
            {invite_button(copied)}
            {devices_button()}
            {view_menu()}
        </header>
    }
}

/// One line while the server is away; the call goes on.
#[component]
fn ServerLine() -> impl IntoView {
    let words = use_words();
    let is_away = use_engine().select(|view| view.server == ServerLink::Reconnecting);
    view! {
        <div role="status">
            <p class="server-line" hidden=Signal::derive(move || !is_away.get())>
                {words.server_away}
            </p>
        </div>
    }
}

/// Who came and who went, for those who listen: the others see it.
#[component]
fn Passages() -> impl IntoView {
    let words = use_words();
    let view = use_engine().view();
    view! {
        <p role="status" class="unseen">
            {Signal::derive(move || view.with(|view| words.announcement(&view.announcement)))}
        </p>
    }
}

/// What became of Copy link. Where the browser refuses, the link itself, selected.
#[component]
fn CopyNote(copied: RwSignal<Copied>) -> impl IntoView {
    let words = use_words();
    let close = move || copied.set(Copied::NotYet);
    view! {
        <div role="status" class="copy-note">
            {move || match copied.get() {
                Copied::NotYet => EitherOf3::A(()),
                Copied::Yes => EitherOf3::B(view! { <p class="toast" on:animationend=move |_| close()>{icon("#i-check")}{words.link_copied}</p> }),
                Copied::Refused => EitherOf3::C(view! {
                    <div class="notice">
                        <p>{words.copy_by_hand}</p>
                        <LinkField/>
                        <button type="button" class="button quiet" on:click=move |_| close()>{words.close}</button>
                    </div>
                }),
            }}
        </div>
    }
}

/// The link to the room, selected as soon as it is shown.
#[component]
fn LinkField() -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            field.select();
        }
    });
    view! {
        <input node_ref=field class="field" type="text" readonly=true aria-label=use_words().room_link value=browser::guest_link()/>
    }
}
