//! What lies between the pages and the server, and the server itself: what the simulation needs of them.

use super::agenda::{Agenda, Wire};
use crate::protocol::PeerId;

/// Sockets to a server that can be broken.
pub(crate) trait Net {
    /// What happens on it and concerns nobody else.
    type Event: std::fmt::Debug;

    /// A page asks for a socket. `Opened` or `EndAtPage` follows, unless it is lost.
    fn open(&mut self, agenda: &mut Agenda<Self::Event>, wire: Wire);

    /// A page says something.
    fn say(&mut self, agenda: &mut Agenda<Self::Event>, wire: Wire, text: String);

    /// A page closes its socket.
    fn close(&mut self, agenda: &mut Agenda<Self::Event>, wire: Wire);

    /// A socket breaks.
    fn cut(&mut self, agenda: &mut Agenda<Self::Event>, wire: Wire, cut: Cut);

    /// The server stops and starts again. `ServerIsBack` follows.
    fn restart(&mut self, agenda: &mut Agenda<Self::Event>, restart: Restart);

    /// One of its own events.
    fn happen(&mut self, agenda: &mut Agenda<Self::Event>, event: Self::Event);

    /// Something has happened somewhere.
    fn settle(&mut self, _agenda: &mut Agenda<Self::Event>) {}

    /// Everybody who has a live socket in the room.
    fn members(&self) -> Vec<PeerId>;
}

/// How a socket breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// What is on it is lost; each side notices in its own time.
    Both,
    /// The page notices. What it had sent still arrives, and the server goes on believing in it.
    Here,
    /// The server notices, the page does not.
    There,
    /// Nobody notices: nothing arrives any more.
    Silent,
    /// The page goes away, and its browser says so.
    PageGone,
}

/// How a server stops.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Restart {
    /// It was asked to, and tells everybody when to come back. Otherwise it is killed.
    pub(crate) drained: bool,
    /// How long it is away.
    pub(crate) down_ms: u64,
}
