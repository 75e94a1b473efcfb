//! The lab's clock: begins where the scenario says, runs on with real time, and can be moved.

use std::time::Instant;

use time::{Duration, OffsetDateTime};

/// vCenter's clock.
#[derive(Clone, Debug)]
pub struct Clock {
    begun_at: OffsetDateTime,
    begun: Instant,
    moved: Duration,
}

impl Clock {
    /// Begins at this time.
    pub fn starting_at(begun_at: OffsetDateTime) -> Self {
        Self { begun_at, begun: Instant::now(), moved: Duration::ZERO }
    }

    /// What it shows.
    pub fn now(&self) -> OffsetDateTime {
        self.begun_at + self.begun.elapsed() + self.moved
    }

    /// Moves it, forward or back.
    pub fn advance(&mut self, by: Duration) {
        self.moved += by;
    }
}
