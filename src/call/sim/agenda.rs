//! What is going to happen, in the order of virtual time, and all the chance there is in a run.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use crate::call::session::{Event, PeerEvent};
use crate::protocol::{CloseReason, Generation, PeerId};

/// A socket: whose, of which page load, and its number there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Wire {
    pub(crate) page: usize,
    pub(crate) load: u32,
    pub(crate) number: u32,
}

/// One thing that happens at one time. `E` is what happens on the network alone.
#[derive(Debug)]
pub(crate) enum Happening<E> {
    /// A page's own business.
    Page(usize, Event),
    /// The timer that a page set for this time.
    Timer(usize, u64),
    /// A page's socket is open.
    Opened(Wire),
    /// A text for a page.
    ToPage(Wire, String),
    /// The page's side of a socket ends; with the reason, when the server closed it.
    EndAtPage(Wire, Option<CloseReason>),
    /// Something happens on a connection between two pages.
    ToPeer(usize, PeerId, Generation, PeerEvent),
    /// A fault, or a person's wish.
    Fate,
    /// The host locks, or puts somebody out.
    HostActs,
    /// The server is there again after a restart.
    ServerIsBack,
    /// Something between the pages' sockets and the server.
    Net(E),
}

/// The future.
pub(crate) struct Agenda<E> {
    pub(crate) random: Random,
    pub(crate) now_ms: u64,
    order: u64,
    times: BinaryHeap<Reverse<(u64, u64)>>,
    happenings: BTreeMap<u64, Happening<E>>,
}

impl<E> Agenda<E> {
    pub(crate) fn new(seed: u64) -> Self {
        Self { random: Random::new(seed), now_ms: 0, order: 0, times: BinaryHeap::new(), happenings: BTreeMap::new() }
    }

    pub(crate) fn plan(&mut self, delay_ms: u64, happening: Happening<E>) {
        self.plan_at(self.now_ms + delay_ms, happening);
    }

    pub(crate) fn plan_at(&mut self, at_ms: u64, happening: Happening<E>) {
        self.order += 1;
        self.times.push(Reverse((at_ms, self.order)));
        self.happenings.insert(self.order, happening);
    }

    /// When the next thing happens.
    pub(crate) fn next_at(&mut self) -> Option<u64> {
        while let Some(Reverse((at, order))) = self.times.peek().copied() {
            if self.happenings.contains_key(&order) {
                return Some(at);
            }
            self.times.pop();
        }
        None
    }

    /// The next thing that happens until then; time moves on to it.
    pub(crate) fn next_until(&mut self, end_ms: u64) -> Option<Happening<E>> {
        let at = self.next_at().filter(|at| *at <= end_ms)?;
        let Reverse((_, order)) = self.times.pop()?;
        self.now_ms = self.now_ms.max(at);
        self.happenings.remove(&order)
    }

    /// Has only these happen.
    pub(crate) fn keep(&mut self, keep: impl Fn(&Happening<E>) -> bool) {
        self.happenings.retain(|_, happening| keep(happening));
    }

    /// How long something takes on the way.
    pub(crate) fn delay(&mut self) -> u64 {
        1 + self.random.below(120)
    }
}

/// xorshift64*.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % end.max(1)
    }

    /// Once in so many times.
    pub(crate) fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}
