//! ## What it finds
//!
//! Logs of `vvold` hold at least 20 transport faults of `setContext` for one array's provider within half an hour of the
//! last day: in one log, or in several of which each holds ten or more at that time. How long the logs are and what else
//! they hold does not matter.
//!
//! ## Why it hurts
//!
//! When many hosts connect at once, as after certificates were changed all over the fleet, an array's provider cannot
//! serve them all; virtual volumes go offline. More renewals make it worse.
//!
//! ## How it shows
//!
//! The vSphere Client shows virtual volume datastores inaccessible on many hosts. `vvold.log` shows V-01 again and
//! again.
//!
//! ## What cures it
//!
//! Stop what connects the hosts. Go on in small groups once the array answers. This tool works on one host of a cluster
//! at a time for that reason.
//!
//! ## Sources
//!
//! KB 412434 (grade A); the counts are ours.

use std::collections::BTreeMap;

use crate::case::{Case, Verdict};
use crate::diagnostic::{Evidence, Severity};
use crate::log::{Busiest, LogFacts, LogHit};
use crate::rules::rule::{Check, Cure, Grade, Rule};
use crate::time::DAY_SECONDS;

pub(crate) const RULE: Rule = Rule {
    code: "vvol-setcontext-storm",
    severity: Severity::High,
    grade: Grade::A,
    title: "hosts overwhelm an array's storage provider with sessions",
    rank: 98,
    explains: &[],
    log: None,
    cure: Cure::ByHand(
        "let the array recover, and renew certificates or connect hosts in small groups from then on (KB 412434)",
    ),
    check: Check::VCenter(check),
    source: include_str!("vvol_setcontext_storm.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    let mut arrays: BTreeMap<Option<&str>, Vec<Busy<'_>>> = BTreeMap::new();
    for (log, hit) in case.logged(FAULT) {
        if let Some(busiest) = hit.busiest.filter(|busiest| case.is_near(busiest.from, DAY_SECONDS)) {
            arrays.entry(hit.host.as_deref()).or_default().push(Busy { busiest, log, hit });
        }
    }
    let storms = arrays.into_iter().filter_map(|(array, busy)| Some((array, worst(busy)?)));
    let Some((array, (count, busy))) = storms.max_by_key(|(_, (count, _))| *count) else {
        return Verdict::NotApplicable;
    };
    let array = array.unwrap_or("an array");
    let quoted = busy.iter().take(NAMED).map(quoted).collect();
    Verdict::found(format!("{count} sessions with the provider at `{array}` failed within half an hour"), quoted)
}

/// The busiest time of one log.
struct Busy<'a> {
    busiest: Busiest,
    log: &'a LogFacts,
    hit: &'a LogHit,
}

/// The faults of the logs whose busiest times lie together, where those are the most and enough for a storm.
fn worst(mut busy: Vec<Busy<'_>>) -> Option<(u64, Vec<Busy<'_>>)> {
    busy.sort_by_key(|one| one.busiest.from);
    let mut worst = (0_u64, 0, 0);
    let (mut begin, mut sum) = (0, 0_u64);
    for (end, last) in busy.iter().enumerate() {
        sum = sum.saturating_add(last.busiest.count);
        while let Some(first) = busy.get(begin)
            && last.busiest.from.seconds_since(first.busiest.from) > TOGETHER_SECONDS
        {
            sum = sum.saturating_sub(first.busiest.count);
            begin += 1;
        }
        worst = worst.max((sum, begin, end));
    }
    let (count, begin, end) = worst;
    (count >= MANY).then(|| (count, busy.drain(begin..=end).collect()))
}

fn quoted(busy: &Busy<'_>) -> Evidence {
    let Busy { busiest, log, hit } = busy;
    let line = hit.sightings.last().map_or(0, |last| last.line);
    Evidence::new(
        format!("log `{}` line {line}", log.file),
        format!("{FAULT} seen {} times within 20 minutes from {}: {}", busiest.count, busiest.from, hit.meaning),
    )
}

/// A transport fault of `setContext`.
const FAULT: &str = "V-01";

/// Fewer are no storm.
const MANY: u64 = 20;

/// Twenty minutes that begin within so many seconds of each other are within half an hour.
const TOGETHER_SECONDS: i64 = 10 * 60;

/// Logs shown as evidence.
const NAMED: usize = 5;

#[cfg(test)]
mod tests {
    use crate::log::{LogFacts, LogScan};
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, NOW};

    /// A `vvold.log` with so many faults, so many seconds apart.
    fn faults(count: u32, apart: u32) -> LogFacts {
        at((0..count).map(|number| i64::from(number * apart)))
    }

    /// The same at these seconds after five o'clock on the day of judging.
    fn at(seconds: impl IntoIterator<Item = i64>) -> LogFacts {
        let mut scan = LogScan::new("vvold.log");
        for second in seconds {
            let at = NOW.plus_seconds(second - 7 * 3600);
            let line = format!(
                "{at} Er(163) VVold[2100456]: [Originator@6876 sub=Default OpId=Session] \
                 VasaSession::DoSetContext: setContext for VP array1 (url: https://array1.lab.test:8443/vasa/services?version=4) \
                 failed [connectionState: TransportError]: TRANSPORT_FAULT (Timeout)\n"
            );
            scan.feed(line.as_bytes());
        }
        scan.finish()
    }

    fn with(log: LogFacts) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.facts.logs = vec![log];
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "twenty-in-a-minute",
                "Twenty faults within a minute",
                "After certificates were renewed all over the fleet, every host opened a session with the array at once.",
                with(faults(20, 3)),
            ),
            Case::near_miss(
                "twenty-in-an-hour",
                "Twenty faults within an hour",
                "The near miss of `twenty-in-a-minute`: an array that is down for an hour, and a host that asks every three \
                 minutes.",
                with(faults(20, 180)),
            ),
        ]
    }

    #[test]
    fn nineteen_are_no_storm() {
        with(faults(19, 1)).is_fine();
    }

    #[test]
    fn a_storm_is_found_wherever_it_lies_in_a_long_log() {
        let before = (-20..0).map(|hour| hour * 1800);
        let after = (1..10).map(|hour| hour * 1800);
        with(at(before.chain(0..20).chain(after))).has_one_cause("vvol-setcontext-storm");
    }

    #[test]
    fn what_several_hosts_tell_of_the_same_time_is_one_storm() {
        let mut fleet = with(faults(10, 1));
        fleet.facts.logs.push(at((0..10).map(|second| second + 300)));
        fleet.has_one_cause("vvol-setcontext-storm");
        fleet.facts.logs.pop();
        fleet.facts.logs.push(at((0..10).map(|second| second + 3600)));
        fleet.is_fine();
    }

    #[test]
    fn a_storm_of_last_week_is_over() {
        with(at((0..50).map(|second| second - 6 * 86_400))).is_fine();
    }
}
