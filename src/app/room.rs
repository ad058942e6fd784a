//! `/r/{name}` and `/m/{id}`: in front of a room, in it, and after it.

use leptos::either::EitherOf4;
use leptos::prelude::*;

use crate::app::after::After;
use crate::app::call::call_screen;
use crate::app::engine::Engine;
use crate::app::fresh::Fresh;
use crate::app::lobby::Lobby;
use crate::app::rehearsal::rehearse;
use crate::app::use_page;
use crate::call::view::{CallView, Farewell, Intent, Phase};
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
    let engine = Engine::start(room.clone());
    let screen = engine.select(Screen::of);
    rehearse(room.clone());
    let spoken = use_page().spoken;
    let typed = RwSignal::new(None::<String>);
    view! {
        {move || match (spoken.get(), screen.get()) {
            (true, Screen::Lobby) => EitherOf4::A(view! { <Lobby room=room.clone() typed/> }),
            (true, Screen::Call) => EitherOf4::B(call_screen(room.clone())),
            (true, Screen::After(farewell)) => EitherOf4::C(Fresh(view! { <After farewell/> })),
            (false, _) => {
                // The panels are closed when they come back.
                engine.send(Intent::ShowChat(false));
                EitherOf4::D(())
            }
        }}
    }
}
