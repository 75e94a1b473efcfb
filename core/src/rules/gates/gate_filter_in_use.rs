//! ## What it finds
//!
//! Virtual disks in the host's cluster use an IO filter, such as VM encryption or replication.
//!
//! ## Why it hurts
//!
//! It does not. Between unregistering a provider and its coming back, the policies of its filters are not offered, so
//! unregistering is held back. Disks that are filtered keep working.
//!
//! ## How it shows
//!
//! The vSphere Client shows the storage policy at each virtual machine.
//!
//! ## What cures it
//!
//! Nothing needs a cure. Where a provider has to be unregistered, choose a time at which no machine is encrypted,
//! cloned or moved, and waive the gate `filter-in-use` with that as the reason.
//!
//! ## Sources
//!
//! vSphere API, `QueryDisksUsingFilter` (grade A); that filtered disks keep working (grade C).

use crate::case::{Case, Verdict};
use crate::diagnostic::Severity;
use crate::facts::Host;
use crate::gates::filter_in_use;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "gate-filter-in-use",
    severity: Severity::Info,
    grade: Grade::A,
    title: "virtual disks in the cluster of a host use an IO filter",
    rank: 107,
    explains: &[],
    log: None,
    cure: Cure::ByHand("unregister providers of this cluster only when its owners agree"),
    check: Check::Host(check),
    source: include_str!("gate_filter_in_use.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    Verdict::from(filter_in_use::check(case, host))
}

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen};

    fn with(change: impl Fn(&mut Fleet)) -> Fleet {
        let mut fleet = Fleet::of(1);
        change(&mut fleet);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "one-disk",
                "One virtual disk is encrypted",
                "A healthy host in whose cluster one machine is encrypted.",
                with(|fleet| fleet.host(1).disks_using_filter = seen(1)),
            ),
            Case::near_miss(
                "filter-installed-and-unused",
                "A filter is installed and no disk uses it",
                "The near miss of `one-disk`: the filter for encryption comes with every host.",
                with(|fleet| fleet.host(1).disks_using_filter = seen(0)),
            ),
        ]
    }
}
