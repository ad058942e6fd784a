//! A host at work while everything breaks: who is put out stays out, and who comes to a locked room waits in front of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};

use super::agenda::{Happening, Wire};
use super::net::Net;
use super::{FAULTS_MS, MOST_PAGES, World};
use crate::call::session::Event;
use crate::call::view::{Intent, Phase, Source};
use crate::protocol::{CloseReason, ErrorCode, HostCommand, PeerId, ServerMessage};

/// Whose page has the host's link.
const HOST: usize = 0;
/// By then the first are in.
const FIRST_ACT_MS: u64 = 1_500;

/// What was said before the lock may arrive so long after word of it.
const ON_ITS_WAY_MS: u64 = 1_000;

/// How many were put out and how many waited, in all runs: without any, they showed nothing.
static PUT_OUT: AtomicU64 = AtomicU64::new(0);
static WAITED: AtomicU64 = AtomicU64::new(0);

/// What was said of the door, and is held against what follows.
#[derive(Default)]
pub(super) struct DoorWatch {
    /// They have been told so.
    removed: BTreeSet<PeerId>,
    /// Since when somebody knows that the room is locked. It is never unlocked.
    locked_at: Option<u64>,
    /// When each page asked to come in for the first time.
    asked_at: BTreeMap<usize, u64>,
}

impl DoorWatch {
    pub(super) fn is_locked(&self) -> bool {
        self.locked_at.is_some()
    }

    pub(super) fn asks(&mut self, now_ms: u64, page: usize, text: &str) {
        if text.starts_with(r#"{"type":"join""#) {
            self.asked_at.entry(page).or_insert(now_ms);
        }
    }

    pub(super) fn overhear(&mut self, now_ms: u64, wire: Wire, message: &ServerMessage) {
        let locked = match message {
            ServerMessage::Welcome(welcome) => {
                assert!(!self.removed.contains(&welcome.peer_id), "{} was removed and is in", welcome.peer_id);
                let asked_at = self.asked_at.get(&wire.page).copied().unwrap_or_default();
                let late = wire.page != HOST && self.locked_at.is_some_and(|locked_at| asked_at > locked_at);
                assert!(!late, "page {} came to a locked room and is in", wire.page);
                welcome.policy.locked
            }
            ServerMessage::Lock { locked } => *locked,
            ServerMessage::Waiting { .. } => {
                WAITED.fetch_add(1, Ordering::Relaxed);
                true
            }
            _ => return,
        };
        let is_late = self.locked_at.is_some_and(|locked_at| now_ms > locked_at + ON_ITS_WAY_MS);
        assert!(locked || !is_late, "the lock was forgotten");
        if locked {
            self.locked_at.get_or_insert(now_ms);
        }
    }

    pub(super) fn ends(&mut self, peer: Option<PeerId>, reason: Option<CloseReason>) {
        if reason.is_some_and(|reason| reason.code == ErrorCode::Removed) {
            self.removed.extend(peer);
            PUT_OUT.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Says after all runs whether anybody was put out and anybody waited.
pub(crate) fn assert_hosts_were_at_work() {
    let alone = std::env::var("CONFAB_SEED").is_ok();
    let (put_out, waited) = (PUT_OUT.load(Ordering::Relaxed), WAITED.load(Ordering::Relaxed));
    assert!(alone || (put_out > 0 && waited > 0), "put out: {put_out}, waited: {waited}");
}

impl<N: Net> World<N> {
    /// Faults, a host who locks and removes, and people who come late.
    pub(crate) fn with_a_host(&mut self) {
        self.with_fates();
        for _ in 0..1 + self.agenda.random.below(4) {
            let at = FIRST_ACT_MS + self.agenda.random.below(FAULTS_MS - FIRST_ACT_MS);
            self.agenda.plan(at, Happening::HostActs);
        }
        for page in self.pages.len()..MOST_PAGES {
            let at = self.agenda.random.below(FAULTS_MS);
            self.add_page(page, at);
        }
    }

    pub(super) fn host_acts(&mut self) {
        let view = self.pages[HOST].session.view();
        if !self.pages[HOST].alive || view.phase != Phase::InCall {
            return;
        }
        let people = view.tiles.iter().filter(|tile| tile.key.source == Source::Camera);
        let others: Vec<PeerId> = people.filter_map(|tile| tile.key.owner).collect();
        let chosen = self.agenda.random.below(2 * others.len() as u64 + 1) as usize;
        let command = match others.get(chosen) {
            Some(peer) => HostCommand::Remove { peer_id: *peer },
            None => HostCommand::Lock { locked: true },
        };
        self.tell_page(HOST, Event::Intent(Intent::Host(command)));
    }
}
