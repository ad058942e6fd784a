//! `/r/{name}` and `/m/{id}`: in front of a room, in it, and after it.

use leptos::either::EitherOf3;
use leptos::prelude::*;

use crate::app::after::After;
use crate::app::call::Call;
use crate::app::engine::Engine;
use crate::app::fresh::Fresh;
use crate::app::lobby::Lobby;
use crate::call::view::{CallView, Farewell, Phase};
use crate::protocol::RoomId;

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

/// The page of a room.
#[component]
pub fn Room(room: RoomId) -> impl IntoView {
    let screen = Engine::start(room.clone()).select(Screen::of);
    view! {
        {move || match screen.get() {
            Screen::Lobby => EitherOf3::A(view! { <Lobby room=room.clone()/> }),
            Screen::Call => EitherOf3::B(Fresh(view! { <Call room=room.clone()/> })),
            Screen::After(farewell) => EitherOf3::C(Fresh(view! { <After farewell/> })),
        }}
    }
}
