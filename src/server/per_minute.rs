//! So many a minute for one network, and as many at once. The table does not grow, whoever asks.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use super::relay::bucket::{Rate, Strangers};
use crate::room::Timestamp;

/// A bucket is filled by the second, and the limit is by the minute.
const SECONDS: u64 = 60;

/// How often who may do something. Clones are the same.
#[derive(Debug, Clone)]
pub struct PerMinute(Arc<Mutex<Strangers>>);

impl PerMinute {
    /// So many a minute, and as many at once.
    pub fn new(per_minute: u32) -> Self {
        let per_second = u64::from(per_minute);
        Self(Arc::new(Mutex::new(Strangers::new(Rate { per_second, burst: per_second * SECONDS }))))
    }

    /// Counts one from this address, unless it is one too many.
    pub fn admit(&self, now: Timestamp, from: IpAddr) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).admit_for(now, from, SECONDS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_a_minute_for_one_network() {
        let checks = PerMinute::new(30);
        let mut now = Timestamp(1_000_000);
        let [one, other, third] = ["198.41.0.1", "198.41.0.2", "198.41.0.3"].map(|ip| ip.parse().unwrap());
        let admitted = |now, ip| (0..100).filter(|_| checks.admit(now, ip)).count();
        assert_eq!(admitted(now, one), 30);
        now = now.after_ms(10_000);
        assert_eq!(admitted(now, one), 5);
        // Some networks share a bucket, so one of two others might.
        assert!([other, third].iter().any(|ip| admitted(now, *ip) == 30));
    }
}
