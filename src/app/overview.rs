//! The overview of the keys: a dialog that keeps the focus, and gives it back.

use leptos::html;
use leptos::prelude::*;

use crate::app::components::icon;
use crate::app::fresh::Fresh;
use crate::app::more_menu::preference;
use crate::app::use_words;
use crate::browser;
use crate::call::keys::Shortcut;
use crate::call::view::Preference;
use crate::i18n::Words;

/// The dialog; it opens itself when it is wanted, and says that it is closed.
pub fn overview(open: RwSignal<bool>) -> AnyView {
    let words = use_words();
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        if open.get()
            && let Some(dialog) = dialog.get()
        {
            browser::show_modal(&dialog);
        }
    });
    let close = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            browser::close_modal(&dialog);
        }
    };
    let row = |(key, what): (&'static str, &'static str)| {
        view! {
            <div>
                <dt><kbd>{key}</kbd></dt>
                <dd>{what}</dd>
            </div>
        }
    };
    let keys = Shortcut::ALL.into_iter().map(|shortcut| (shortcut.key(), name(words, shortcut)));
    let rows = keys.chain([(words.space_bar, words.hold_to_talk)]).map(row).collect::<Vec<_>>();
    Fresh(view! {
        <dialog node_ref=dialog class="overview" aria-labelledby="overview" on:close=move |_| open.set(false)>
            <header>
                <h2 id="overview">{words.shortcuts}</h2>
                <button type="button" class="button quiet icon-only" aria-label=words.close title=words.close on:click=close>
                    {icon("#i-close")}
                </button>
            </header>
            <dl>{rows}</dl>
            {preference(words.use_shortcuts, Preference::Shortcuts)}
        </dialog>
    })
    .into_any()
}

fn name(words: &Words, shortcut: Shortcut) -> &'static str {
    match shortcut {
        Shortcut::Microphone => words.mute,
        Shortcut::Camera => words.camera_turn_off,
        Shortcut::Share => words.share_screen,
        Shortcut::Hand => words.hand_raise,
        Shortcut::React => words.react,
        Shortcut::Chat => words.chat,
        Shortcut::People => words.people_panel,
        Shortcut::CopyLink => words.copy_link,
        Shortcut::Overview => words.shortcuts,
    }
}
