//! How somebody is connected: a button on their tile, and behind it the route, its measures and its story.

use leptos::prelude::*;

use crate::app::components::icon;
use crate::app::engine::use_engine;
use crate::app::use_words;
use crate::call::view::ConnectionView;
use crate::i18n::fill;
use crate::protocol::PeerId;

/// The button and what it opens. The browser opens and closes it (`popover`), also by Escape and by a press beside it.
#[component]
pub fn Connection(peer: PeerId, #[prop(into)] name: Signal<String>) -> impl IntoView {
    let words = use_words();
    let id = format!("connection-{peer}");
    let closes = id.clone();
    let label = Signal::derive(move || fill(words.connection_of, &name.read()));
    view! {
        <button type="button" class="connection-button" popovertarget=id.clone() aria-label=label title=label>
            {icon("#i-signal")}
        </button>
        <div id=id class="connection" role="dialog" aria-label=label popover="auto">
            <div class="connection-top">
                <h2>{label}</h2>
                <button type="button" class="button quiet icon-only" popovertarget=closes popovertargetaction="hide" aria-label=words.close title=words.close>
                    {icon("#i-close")}
                </button>
            </div>
            <Facts connection=connection_of(peer) name/>
        </div>
    }
}

/// The connection to somebody, for as long as there is one.
pub fn connection_of(peer: PeerId) -> Memo<Option<ConnectionView>> {
    let view = use_engine().view();
    Memo::new(move |_| view.with(|view| view.connections.iter().find(|each| each.peer == peer).copied()))
}

#[component]
fn Facts(connection: Memo<Option<ConnectionView>>, name: Signal<String>) -> impl IntoView {
    let words = use_words();
    let fact = move |label: &'static str, value: fn(&ConnectionView) -> String| {
        let value = Signal::derive(move || connection.read().as_ref().map(value).unwrap_or_default());
        view! {
            <div>
                <dt>{label}</dt>
                <dd>{value}</dd>
            </div>
        }
    };
    let trouble = Memo::new(move |_| connection.read().as_ref()?.trouble);
    let trouble = move || trouble.get().map(|trouble| view! { <p>{words.trouble(trouble, &name.read())}</p> });
    // The measures change every second, the story does not.
    let story =
        Memo::new(move |_| connection.read().as_ref().map(|connection| words.story(connection)).unwrap_or_default());
    view! {
        {trouble}
        <dl>
            {fact(words.route, |connection| use_words().route(connection.route).to_owned())}
            {fact(words.round_trip, |connection| use_words().milliseconds(connection.round_trip_ms))}
            {fact(words.loss, |connection| use_words().percent(connection.loss_permille))}
        </dl>
        <h3>{words.story}</h3>
        <ol>{move || story.get().into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ol>
    }
}
