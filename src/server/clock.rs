//! The one clock for everything that expires: milliseconds since 1970 that never go back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::room::Timestamp;

/// The time. Clones show the same one.
#[derive(Debug, Clone)]
pub struct Clock(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    started: Instant,
    started_at_ms: u64,
    skipped_ms: AtomicU64,
    skipped: Notify,
}

impl Default for Clock {
    fn default() -> Self {
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let started_at_ms = u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX);
        let skipped_ms = AtomicU64::new(0);
        Self(Arc::new(Inner { started: Instant::now(), started_at_ms, skipped_ms, skipped: Notify::new() }))
    }
}

impl Clock {
    /// Now.
    pub fn now(&self) -> Timestamp {
        let passed_ms = u64::try_from(self.0.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Timestamp(self.0.started_at_ms).after_ms(passed_ms).after_ms(self.0.skipped_ms.load(Ordering::Acquire))
    }

    /// Lets time jump, so that a test need not wait for it.
    pub fn skip(&self, time: Duration) {
        let skip_ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.0.skipped_ms.fetch_add(skip_ms, Ordering::AcqRel);
        self.0.skipped.notify_waiters();
    }

    /// Waits until it is `at`.
    pub async fn sleep_until(&self, at: Timestamp) {
        loop {
            // Listening before looking: a skip in between is not missed.
            let skipped = self.0.skipped.notified();
            let left_ms = at.0.saturating_sub(self.now().0);
            if left_ms == 0 {
                return;
            }
            tokio::select! { () = tokio::time::sleep(Duration::from_millis(left_ms)) => {}, () = skipped => {} }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_sleeper_wakes_when_time_jumps() {
        let clock = Clock::default();
        let start = clock.now();
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep_until(start.after_ms(3_600_000)).await }
        });
        tokio::task::yield_now().await;
        clock.skip(Duration::from_secs(3_600));
        tokio::time::timeout(Duration::from_secs(5), sleeper).await.expect("woken").expect("no panic");
        assert!(clock.now() >= start.after_ms(3_600_000));
    }
}
