//! The people in the call, or, while there are none but oneself, how to get them in.

use leptos::html;
use leptos::prelude::*;

use crate::app::call::Copied;
use crate::app::engine::use_engine;
use crate::app::invite::invitation;
use crate::app::tile::Tile;
use crate::app::use_words;
use crate::browser;
use crate::call::layout::arrange;

/// The tiles, each at its place. Elements of people who stay are kept when others come and go.
#[component]
pub fn Stage(copied: RwSignal<Copied>) -> impl IntoView {
    let engine = use_engine();
    let view = engine.view();
    let tiles = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if let Some(tiles) = tiles.get() {
            browser::lay_out(&tiles, move |area| view.with_untracked(|view| arrange(view, area)));
        }
    });
    Effect::new(move |_| {
        view.track();
        browser::lay_out_again();
    });
    on_cleanup(browser::stop_laying_out);
    let keys = engine.select(|view| view.tiles.iter().map(|tile| tile.key).collect::<Vec<_>>());
    let is_alone = engine.select(|view| view.tiles.iter().all(|tile| tile.key.owner.is_none()));
    view! {
        <div class="floor" class:alone=is_alone>
            <section class="grid" aria-label=use_words().people>
                <div class="tiles" node_ref=tiles>
                    <For each=move || keys.get() key=|key| *key let:key>
                        <Tile key/>
                    </For>
                </div>
            </section>
            <Show when=move || is_alone.get()>
                <Invite copied/>
            </Show>
        </div>
    }
}

#[component]
fn Invite(copied: RwSignal<Copied>) -> impl IntoView {
    let words = use_words();
    view! {
        <section class="invite" aria-labelledby="invite">
            <h2 id="invite">{words.first_here}</h2>
            {invitation(copied)}
        </section>
    }
}
