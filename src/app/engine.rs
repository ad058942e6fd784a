//! The call engine as components see it: a view to draw, and a way to say what the person wants.

use futures_channel::mpsc;
use leptos::prelude::*;

use crate::browser;
use crate::call::view::{CallView, Intent};
use crate::protocol::RoomId;

/// More presses than this cannot be waiting; what is over is dropped.
const PENDING_INTENTS: usize = 64;

/// Handle of the engine of this page. It ends when the component that started it is gone.
#[derive(Clone, Copy)]
pub struct Engine {
    view: RwSignal<CallView>,
    intents: StoredValue<Option<mpsc::Sender<Intent>>>,
    /// What is in the field of the chat and not sent yet: screens are drawn anew in another language.
    pub draft: RwSignal<String>,
}

impl Engine {
    /// Starts an engine in front of `room` as soon as the page reacts (on the server: never).
    pub fn start(room: RoomId) -> Self {
        let engine = Self::showing(CallView::default());
        Effect::new(move |_| {
            let (sender, receiver) = mpsc::channel(PENDING_INTENTS);
            engine.intents.set_value(Some(sender));
            browser::spawn(room.clone(), receiver, move |view| {
                engine.view.try_set(view);
            });
        });
        provide_context(engine);
        engine
    }

    /// An engine that stands still, and shows this.
    pub fn showing(view: CallView) -> Self {
        Self { view: RwSignal::new(view), intents: StoredValue::new(None), draft: RwSignal::default() }
    }

    /// Says what the person wants.
    pub fn send(self, intent: Intent) {
        self.intents.try_update_value(|intents| intents.as_mut().map(|sender| sender.try_send(intent)));
    }

    /// A part of the view; what depends on it is drawn again only when that part has changed.
    pub fn select<T: PartialEq + Send + Sync + 'static>(self, part: fn(&CallView) -> T) -> Memo<T> {
        Memo::new(move |_| self.view.with(part))
    }

    /// The whole view, for a part that needs an argument.
    pub fn view(self) -> ReadSignal<CallView> {
        self.view.read_only()
    }
}

/// The engine of the page that the component is on.
pub fn use_engine() -> Engine {
    // A component outside of a room does not happen.
    use_context().unwrap_or_else(|| Engine::showing(CallView::default()))
}
