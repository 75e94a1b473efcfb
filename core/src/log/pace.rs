//! How fast a signature is seen, in as much memory as four numbers need.

use serde::{Deserialize, Serialize};

use crate::time::UnixTime;

/// The twenty minutes in which something was seen most often. They begin at a full ten minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Busiest {
    /// Their beginning.
    pub from: UnixTime,
    /// How often it was seen in them.
    pub count: u64,
}

/// Counts by slots of ten minutes, two side by side: whatever happens within ten minutes lies in one pair.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Pace {
    slot: i64,
    in_slot: u64,
    before: u64,
    busiest: Option<Busiest>,
}

impl Pace {
    /// It was seen at this time. A time before the last one counts as the last one.
    pub(super) fn see(&mut self, at: UnixTime) {
        let slot = at.0.div_euclid(SLOT_SECONDS);
        match slot.saturating_sub(self.slot) {
            _ if self.in_slot == 0 => (self.slot, self.before) = (slot, 0),
            ..=0 => {}
            1 => (self.slot, self.before, self.in_slot) = (slot, self.in_slot, 0),
            _ => (self.slot, self.before, self.in_slot) = (slot, 0, 0),
        }
        self.in_slot = self.in_slot.saturating_add(1);
        let count = self.before.saturating_add(self.in_slot);
        // A crowd of today is worth more than a greater one that is long past.
        let is_past = |busiest: Busiest| count >= LEAST && at.seconds_since(busiest.from) > DAY_SECONDS;
        if self.busiest.is_none_or(|busiest| busiest.count < count || is_past(busiest)) {
            let first = if self.before > 0 { self.slot.saturating_sub(1) } else { self.slot };
            self.busiest = Some(Busiest { from: UnixTime(first.saturating_mul(SLOT_SECONDS)), count });
        }
    }

    /// The busiest pair of slots of the last day with a crowd, where it is worth telling.
    pub(super) fn busiest(&self) -> Option<Busiest> {
        self.busiest.filter(|busiest| busiest.count >= LEAST)
    }
}

/// The greater of two crowds; of two that are more than a day apart, the later.
pub(super) fn busier(one: Option<Busiest>, other: Option<Busiest>) -> Option<Busiest> {
    let (Some(first), Some(second)) = (one, other) else { return one.or(other) };
    let (earlier, later) = if first.from <= second.from { (first, second) } else { (second, first) };
    let is_past = later.from.seconds_since(earlier.from) > DAY_SECONDS;
    Some(if is_past || later.count >= earlier.count { later } else { earlier })
}

const SLOT_SECONDS: i64 = 10 * 60;

const DAY_SECONDS: i64 = 24 * 3600;

/// Fewer are no crowd.
const LEAST: u64 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn busiest(times: impl IntoIterator<Item = i64>) -> Option<(i64, u64)> {
        let mut pace = Pace::default();
        times.into_iter().for_each(|at| pace.see(UnixTime(at)));
        pace.busiest().map(|busiest| (busiest.from.0, busiest.count))
    }

    #[test]
    fn the_busiest_time_is_found_wherever_it_lies_in_the_log() {
        assert_eq!(busiest((0..9).map(|_| 60_000)), None);
        let sparse = (0..100).map(|number| number * 3600);
        let burst = (0..20).map(|number| 719_990 + number);
        assert_eq!(busiest(sparse.clone().chain(burst.clone())), Some((719_400, 20)), "across the border of two slots");
        assert_eq!(busiest(burst.chain((0..100).map(|number| 800_000 + number * 3600))), Some((719_400, 20)));
        assert_eq!(busiest(sparse), None);
    }

    #[test]
    fn a_crowd_of_today_is_told_and_not_a_greater_one_of_last_week() {
        let last_week = (0..50).map(|number| 600_000 + number);
        let today = (0..20).map(|number| 600_000 + 6 * DAY_SECONDS + number);
        assert_eq!(busiest(last_week.chain(today)), Some((600_000 + 6 * DAY_SECONDS, 20)));
    }

    #[test]
    fn a_time_that_goes_back_does_not_lose_what_was_counted() {
        assert_eq!(busiest((0..10).map(|number| 60_000 - number * 600)), Some((60_000, 10)));
    }
}
