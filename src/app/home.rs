//! `/`: what this is, a new meeting, or a room by name or link.

use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;

use crate::app::components::{Header, icon, truth};
use crate::app::{use_page, use_word};
use crate::browser;
use crate::i18n::{Words, fill};
use crate::protocol::{RoomLink, with_invitation_of};

/// The home page.
#[component]
pub fn Home() -> impl IntoView {
    let still = use_page().still;
    view! {
        <Header/>
        <main class="page">
            <div class="card home">
                <h1>{use_word(|words| words.home_heading)}</h1>
                <p class="lead">{use_word(|words| words.home_lead)}</p>
                <button
                    type="button"
                    class="button primary large"
                    disabled=still
                    on:click=|_| browser::go(&browser::new_meeting())
                >
                    {icon("#i-camera")}
                    {use_word(|words| words.new_meeting)}
                </button>
                <p class="or">{use_word(|words| words.or)}</p>
                <RoomField/>
            </div>
            <p class="foot">
                {use_word(|words| words.home_foot)} " "
                <a href="/check">{use_word(|words| words.test_connection)}</a>
            </p>
        </main>
    }
}

#[component]
fn RoomField() -> impl IntoView {
    let language = use_page().language;
    let still = use_page().still;
    let field = NodeRef::<html::Input>::new();
    let problem = RwSignal::new(String::new());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let text = field.get().map(|field| field.value()).unwrap_or_default();
        match destination(&text, &browser::origin(), language.get_untracked().1) {
            Ok(path) => browser::go(&path),
            Err(sentence) => problem.set(sentence),
        }
    };
    view! {
        <form novalidate on:submit=submit>
            <label for="room">{use_word(|words| words.room_field)}</label>
            <div class="joined">
                <input
                    id="room"
                    node_ref=field
                    class="field"
                    type="text"
                    placeholder=use_word(|words| words.room_hint)
                    autocapitalize="none"
                    autocomplete="off"
                    spellcheck="false"
                    enterkeyhint="go"
                    aria-describedby="room-problem"
                    aria-invalid=Signal::derive(move || truth(!problem.read().is_empty()))
                    disabled=still
                    on:input=move |_| problem.set(String::new())
                />
                <button type="submit" class="button" disabled=still>
                    {use_word(|words| words.go)}
                </button>
            </div>
            <p id="room-problem" class="problem" role="alert">
                {problem}
            </p>
        </form>
    }
}

/// Path and fragment to open for what was typed, or what is wrong with it.
fn destination(text: &str, origin: &str, words: &Words) -> Result<String, String> {
    let link = RoomLink::parse(text).map_err(|error| words.link_error(error).to_owned())?;
    match &link.authority {
        Some(authority) if !is_of(origin, authority) => Err(fill(words.link_elsewhere, authority)),
        Some(_) | None => Ok(with_invitation_of(text, link.path())),
    }
}

fn is_of(origin: &str, authority: &str) -> bool {
    origin.split_once("://").is_some_and(|(_, own)| own.eq_ignore_ascii_case(authority))
}

#[cfg(test)]
mod tests {
    use super::destination;
    use crate::i18n::Lang;
    use crate::protocol::{HostSecret, LinkKey, RoomLink};

    const ORIGIN: &str = "https://call.example:8443";

    fn go(text: &str) -> Result<String, String> {
        destination(text, ORIGIN, Lang::En.words())
    }

    #[test]
    fn names_and_links_of_this_server_are_opened() {
        for text in ["StandUp", " /r/standup ", "https://CALL.example:8443/r/standup?x", "call.example:8443/r/standup"]
        {
            assert_eq!(go(text), Ok("/r/standup".to_owned()), "{text}");
        }
    }

    #[test]
    fn an_invitation_keeps_the_name_of_who_is_invited() {
        let id = RoomLink::create(LinkKey::from_bytes([1; 16]), HostSecret::from_bytes([2; 16]));
        for path in ["/r/standup#name=Ada+King".to_owned(), format!("{}&name=%E9%99%88", id.path())] {
            assert_eq!(go(&format!(" {ORIGIN}{path} ")).as_ref(), Ok(&path));
        }
    }

    #[test]
    fn links_of_other_servers_are_named() {
        let problem = go("https://other.example/r/standup").unwrap_err();
        assert!(problem.contains("other.example"), "{problem}");
    }

    #[test]
    fn what_is_no_room_is_explained() {
        assert_eq!(go(""), Err(Lang::En.words().link_empty.to_owned()));
        assert_eq!(go("a b"), Err(Lang::En.words().link_bad_name.to_owned()));
        assert_eq!(go("/about/us"), Err(Lang::En.words().link_not_a_room.to_owned()));
    }
}
