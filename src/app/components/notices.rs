//! What the person should know, in plain words, with what can be done about it.

use leptos::prelude::*;

use crate::app::components::icon;
use crate::app::engine::use_engine;
use crate::app::use_words;
use crate::call::view::{Intent, Notice};

/// The notices of the view. The place is always there, so that what comes later is read out.
#[component]
pub fn Notices() -> impl IntoView {
    let notices = use_engine().select(|view| view.notices.clone());
    view! {
        <div role="status" class="notices">
            {move || notices.get().into_iter().map(notice_view).collect_view()}
        </div>
    }
}

/// What a person can do about a notice.
#[derive(Clone, Copy, PartialEq)]
enum Remedy {
    /// Nothing here: it stands in the way until it is gone.
    Elsewhere,
    /// Ask for the devices again.
    Retry,
    /// Touch the page, anywhere.
    Touch,
    /// Read it.
    Dismiss,
}

fn remedy(notice: Notice) -> Remedy {
    match notice {
        Notice::InsecureContext
        | Notice::NoWebRtc
        | Notice::LinkIncomplete
        | Notice::LinkWrong
        | Notice::RoomFull(_)
        | Notice::NotLetIn
        | Notice::Crowded
        | Notice::NotOpen
        | Notice::VersionMismatch
        | Notice::ServerBusy
        | Notice::NetworkBusy
        | Notice::CannotHide => Remedy::Elsewhere,
        Notice::CameraBlocked
        | Notice::MicrophoneBlocked
        | Notice::DevicesBlocked
        | Notice::CameraBusy
        | Notice::MicrophoneBusy
        | Notice::DevicesBusy => Remedy::Retry,
        Notice::SoundBlocked => Remedy::Touch,
        Notice::NoCamera
        | Notice::NoMicrophone
        | Notice::NoDevices
        | Notice::OtherMicrophone
        | Notice::OtherCamera
        | Notice::OtherSpeaker
        | Notice::ScreenFailed
        | Notice::NameMissing
        | Notice::MessageTooLong
        | Notice::InApp(_)
        | Notice::InOtherTab => Remedy::Dismiss,
    }
}

fn notice_view(notice: Notice) -> impl IntoView {
    let words = use_words();
    let engine = use_engine();
    let remedy = remedy(notice);
    let (label, intent) = match remedy {
        Remedy::Retry => (words.try_again, Intent::RetryDevices),
        Remedy::Touch => (words.play_sound, Intent::Dismiss(notice)),
        Remedy::Elsewhere | Remedy::Dismiss => (words.dismiss, Intent::Dismiss(notice)),
    };
    view! {
        <div class="notice" class:fatal=remedy == Remedy::Elsewhere>
            {icon("#i-alert")}
            <p>{words.notice(notice)}</p>
            <button type="button" class="button quiet" hidden=remedy == Remedy::Elsewhere on:click=move |_| engine.send(intent.clone())>
                {label}
            </button>
        </div>
    }
}
