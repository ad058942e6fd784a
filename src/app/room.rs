//! `/r/{name}` and `/m/{id}`: in front of a room, in it, and after it.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::app::after::After;
use crate::app::call::Call;
use crate::app::engine::Engine;
use crate::app::lobby::Lobby;
use crate::app::not_found::NotFound;
use crate::app::use_words;
use crate::call::view::{CallView, Farewell, Phase};
use crate::protocol::{LinkError, RoomId, RoomName, SealedId};

/// A room that is open to whoever guesses its name.
#[component]
pub fn NamedRoom() -> impl IntoView {
    room_or_reason(RoomName::parse(&parameter("name")).map(RoomId::Named))
}

/// A room that is open to whoever has its link.
#[component]
pub fn SealedRoom() -> impl IntoView {
    room_or_reason(SealedId::parse(&parameter("id")).map(RoomId::Sealed))
}

fn parameter(name: &str) -> String {
    use_params_map().read_untracked().get(name).unwrap_or_default()
}

fn room_or_reason(room: Result<RoomId, LinkError>) -> AnyView {
    match room {
        Ok(room) => view! { <Room room/> }.into_any(),
        Err(why) => view! { <NotFound why/> }.into_any(),
    }
}

/// Which of the three screens there is.
#[derive(Clone, Copy, PartialEq)]
enum Screen {
    Lobby,
    Call,
    After(Farewell),
}

impl Screen {
    fn of(view: &CallView) -> Self {
        match view.phase {
            Phase::Lobby | Phase::Joining | Phase::Waiting => Self::Lobby,
            Phase::InCall => Self::Call,
            Phase::After(farewell) => Self::After(farewell),
        }
    }
}

#[component]
fn Room(room: RoomId) -> impl IntoView {
    let screen = Engine::start(room.clone()).select(Screen::of);
    let title = title(&room, use_words().meeting);
    view! {
        <Title text=title/>
        {move || match screen.get() {
            Screen::Lobby => view! { <Lobby room=room.clone()/> }.into_any(),
            Screen::Call => view! { <Call room=room.clone()/> }.into_any(),
            Screen::After(farewell) => view! { <After farewell/> }.into_any(),
        }}
    }
    .into_any()
}

fn title(room: &RoomId, meeting: &str) -> String {
    let name = match room {
        RoomId::Named(name) => name.as_str(),
        RoomId::Sealed(_) => meeting,
    };
    format!("{name} · Confab")
}
