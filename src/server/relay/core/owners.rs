//! Whose allocations they are: quotas, and whose credentials are void.

use std::collections::HashMap;

use slab::Slab;

use super::RelayLimits;
use crate::room::Timestamp;
use crate::server::credentials::Holder;
use crate::server::relay::bucket::{Bucket, Rate};

/// Longer than any credential is good for.
const REVOKED_FOR_MS: u64 = 3_600_000;
/// Somebody who tests their connection needs one allocation for each transport, two ends each, and no more.
const CHECK_ALLOCATIONS: usize = 8;
/// A second of data each way, counted at both ends, is a tenth of this.
const CHECK_BYTES: Rate = Rate { per_second: 500_000, burst: 1_000_000 };

/// All who have an allocation.
pub(super) struct Owners {
    limits: RelayLimits,
    owners: Slab<Owner>,
    by_holder: HashMap<Holder, usize>,
    allocations: usize,
    revoked: HashMap<Holder, Timestamp>,
}

struct Owner {
    holder: Holder,
    allocations: usize,
    rate: Rate,
    bytes: Bucket,
}

/// Why there is no further allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quota {
    /// This holder has as many as one may have.
    Holder,
    /// The relay has.
    Relay,
}

impl Owners {
    pub(super) fn new(limits: RelayLimits) -> Self {
        let (owners, by_holder, revoked) = Default::default();
        Self { limits, owners, by_holder, allocations: 0, revoked }
    }

    /// Counts so many ports more; says for whom.
    pub(super) fn take(&mut self, now: Timestamp, holder: Holder, ports: usize) -> Result<usize, Quota> {
        if self.allocations + ports > self.limits.allocations {
            return Err(Quota::Relay);
        }
        let (max, rate) = match holder {
            Holder::Peer(_) => (self.limits.allocations_each, self.limits.bytes_each),
            Holder::Check(_) => (self.limits.allocations_each.min(CHECK_ALLOCATIONS), self.check_rate()),
        };
        if ports > max {
            return Err(Quota::Holder);
        }
        let owner = Owner { holder, allocations: 0, rate, bytes: Bucket::full(rate, now) };
        let owners = &mut self.owners;
        let index = *self.by_holder.entry(holder).or_insert_with(|| owners.insert(owner));
        let Some(owner) = self.owners.get_mut(index).filter(|owner| owner.allocations + ports <= max) else {
            return Err(Quota::Holder);
        };
        owner.allocations += ports;
        self.allocations += ports;
        Ok(index)
    }

    /// Counts so many ports less.
    pub(super) fn give_back(&mut self, index: usize, ports: usize) {
        let Some(owner) = self.owners.get_mut(index) else { return };
        self.allocations = self.allocations.saturating_sub(ports);
        owner.allocations = owner.allocations.saturating_sub(ports);
        if owner.allocations == 0 {
            self.by_holder.remove(&owner.holder);
            self.owners.remove(index);
        }
    }

    /// Whether so many bytes more may be relayed.
    pub(super) fn spend(&mut self, now: Timestamp, index: usize, bytes: usize) -> bool {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.owners.get_mut(index).is_some_and(|owner| owner.bytes.take(owner.rate, now, bytes))
    }

    fn check_rate(&self) -> Rate {
        let Rate { per_second, burst } = self.limits.bytes_each;
        Rate { per_second: per_second.min(CHECK_BYTES.per_second), burst: burst.min(CHECK_BYTES.burst) }
    }

    /// Whether they may relay to this server alone.
    pub(super) fn stays_inside(&self, index: usize) -> bool {
        self.owners.get(index).is_none_or(|owner| matches!(owner.holder, Holder::Check(_)))
    }

    /// Their credentials are void from now on; says under which index they have allocations.
    pub(super) fn revoke(&mut self, now: Timestamp, holder: Holder) -> Option<usize> {
        self.revoked.retain(|_, until| *until > now);
        self.revoked.insert(holder, now.after_ms(REVOKED_FOR_MS));
        self.by_holder.get(&holder).copied()
    }

    pub(super) fn restore(&mut self, holder: Holder) {
        self.revoked.remove(&holder);
    }

    pub(super) fn is_revoked(&self, holder: Holder) -> bool {
        self.revoked.contains_key(&holder)
    }
}
