//! The call is drawn once before anybody joins, and thrown away: the browser compiles WebAssembly when it runs first, and
//! whoever has pressed Join should not wait for that.

use std::time::Duration;

use leptos::prelude::*;

use crate::app::call::call_screen;
use crate::app::engine::{Engine, use_engine};
use crate::browser;
use crate::call::view::{CallView, PairStatus, Phase, TileKey, TileView};
use crate::protocol::{PeerId, RoomId};

/// What the person sees first goes first.
const AFTER: Duration = Duration::from_millis(250);

/// Draws the screen of a call with somebody in it, soon after the page has come to life. Nothing of it is seen, and no
/// effect of it runs.
pub fn rehearse(room: RoomId) {
    let engine = use_engine();
    let place = Owner::current().unwrap_or_default().downgrade();
    Effect::new(move |_| {
        let (place, room) = (place.clone(), room.clone());
        set_timeout(
            move || {
                // A call that is on has the page for itself.
                let is_time = || engine.view().with_untracked(|view| view.phase == Phase::Lobby);
                if let Some(owner) = place.upgrade().filter(|_| is_time()) {
                    let rehearsal = owner.child();
                    rehearsal.with(|| {
                        provide_context(Engine::showing(with_somebody()));
                        drop(call_screen(room).build());
                    });
                    rehearsal.cleanup();
                }
            },
            AFTER,
        );
    });
}

/// Not with the own tile: its picture stands in the lobby.
fn with_somebody() -> CallView {
    let tile = browser::name("?").ok().map(|name| TileView {
        key: TileKey { owner: Some(PeerId::from_bytes([0; 16])), ..TileKey::OWN },
        name,
        muted: false,
        has_picture: false,
        speaking: false,
        status: PairStatus::Connecting,
        reachable: true,
        compared: false,
        hand: None,
        reaction: None,
    });
    CallView { tiles: tile.into_iter().collect(), ..CallView::default() }
}
