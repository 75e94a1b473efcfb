//! ## What it finds
//!
//! A `vvold.log` holds at least 20 transport faults of `setContext` for one array's provider, at one a minute or more.
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

use crate::case::{Case, Verdict, span};
use crate::diagnostic::{Evidence, Severity};
use crate::log::{LogFacts, LogHit};
use crate::rules::rule::{Check, Cure, Grade, Rule};

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
    let hits = case.facts.logs.iter().flat_map(|log| log.hits.iter().map(move |hit| (log, hit)));
    let storms = hits.filter(|(_, hit)| hit.signature == FAULT).filter_map(|(log, hit)| Some((log, hit, lasted(hit)?)));
    let Some((log, hit, seconds)) = storms.max_by_key(|(_, hit, _)| hit.count) else { return Verdict::NotApplicable };
    let array = hit.host.as_deref().unwrap_or("an array");
    Verdict::found(
        format!("{} sessions with the provider at `{array}` failed within {}", hit.count, span(seconds)),
        vec![quoted(log, hit)],
    )
}

/// How long a storm lasted, seconds; `None` when it was none. Only the first and last sightings are kept, and the count.
fn lasted(hit: &LogHit) -> Option<i64> {
    let (first, last) = (hit.sightings.first()?.at?, hit.sightings.last()?.at?);
    let seconds = last.seconds_since(first);
    let faults_in_time = i64::try_from(hit.count).unwrap_or(i64::MAX).saturating_mul(60);
    (hit.count >= MANY && (0..=faults_in_time).contains(&seconds)).then_some(seconds)
}

fn quoted(log: &LogFacts, hit: &LogHit) -> Evidence {
    let line = hit.sightings.last().map_or(0, |last| last.line);
    Evidence::new(
        format!("log `{}` line {line}", log.file),
        format!("{} seen {} times: {}", FAULT, hit.count, hit.meaning),
    )
}

/// A transport fault of `setContext`.
const FAULT: &str = "V-01";

/// Fewer are no storm.
const MANY: u64 = 20;

#[cfg(test)]
mod tests {
    use crate::log::{LogFacts, LogScan};
    use crate::rules::cases::Case;
    use crate::rules::testing::Fleet;

    /// A `vvold.log` with so many faults, so many seconds apart.
    fn faults(count: u32, apart: u32) -> LogFacts {
        let mut scan = LogScan::new("vvold.log");
        for number in 0..count {
            let second = number * apart;
            let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
            let line = format!(
                "2026-02-04T{:02}:{minute:02}:{second:02}Z Er(163) VVold[2100456]: [Originator@6876 sub=Default OpId=Session] \
                 VasaSession::DoSetContext: setContext for VP array1 (url: https://array1.lab.test:8443/vasa/services?version=4) \
                 failed [connectionState: TransportError]: TRANSPORT_FAULT (Timeout)\n",
                5 + hour
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
}
