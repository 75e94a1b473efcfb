//! The host program's clock. It is handed in, so that a test can let an hour pass at once.
#![expect(clippy::disallowed_methods, reason = "the one place that reads the clock, for machines that may not")]

use std::future::Future;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::time::UnixTime;

/// Tells the time and waits for it.
pub trait Clock: Sync {
    /// The time now, UTC.
    fn now(&self) -> UnixTime;

    /// Returns at `until` or somewhat later, at once when it has passed; and when as much time has gone by, though the
    /// clock was set back meanwhile.
    fn sleep_until(&self, until: UnixTime) -> impl Future<Output = ()> + Send;
}

/// The operating system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> UnixTime {
        let seconds = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_secs()).map_or(i64::MIN, |seconds| -seconds),
        };
        UnixTime(seconds)
    }

    async fn sleep_until(&self, until: UnixTime) {
        let Ok(whole) = u64::try_from(until.seconds_since(self.now())) else { return };
        let (begun, whole) = (Instant::now(), Duration::from_secs(whole));
        // The wall clock may be set while we sleep, so it is asked again at least every minute.
        while let Ok(seconds @ 1..) = u64::try_from(until.seconds_since(self.now())) {
            let Some(left) = whole.checked_sub(begun.elapsed()).filter(|left| !left.is_zero()) else { return };
            tokio::time::sleep(left.min(Duration::from_secs(seconds.min(60)))).await;
        }
    }
}
