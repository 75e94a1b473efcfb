//! ## What it finds
//!
//! The event log of vCenter holds a failed installation, upgrade or removal of an IO filter, and none of the same kind
//! that succeeded later for the same host or cluster.
//!
//! ## Why it hurts
//!
//! The filter is not on all hosts of its cluster, so machines that use it cannot move. It looks like a missing provider
//! and is a missing filter.
//!
//! ## How it shows
//!
//! The vSphere Client shows the filter as incompatible or failed at the cluster. The events are
//! `FilterInstallationFailedEvent` and its kin; the agent manager's log says why.
//!
//! ## What cures it
//!
//! Mostly a host that cannot fetch the bundle, or has to enter maintenance mode first. Cure that, then let the cluster
//! try again.
//!
//! ## Sources
//!
//! vSphere documentation on IO filters (grade A); the list of events (grade B).

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::facts::VCenterEvent;
use crate::rules::{Case, Check, Cure, Grade, Rule, Verdict, event_seen, standing};

pub(crate) const RULE: Rule = Rule {
    code: "filter-install-failed",
    severity: Severity::Medium,
    grade: Grade::B,
    title: "an IO filter could not be installed",
    rank: 99,
    explains: &[],
    log: None,
    cure: Cure::ByHand(
        "read the reason in the event, and install the filter again through the cluster (Configure, I/O Filters) or ask its vendor; do not touch agencies of EAM",
    ),
    check: Check::VCenter(check),
    source: include_str!("filter_install_failed.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    let Some(events) = case.facts.vcenter.events.value() else { return Verdict::NotApplicable };
    // Some releases name the host and some the cluster only, which is in the text and not in the event's members.
    let mut by_host: BTreeMap<Option<&str>, Vec<&VCenterEvent>> = BTreeMap::new();
    for event in events.iter().filter(|event| event.kind.contains(".iofilter.Filter")) {
        by_host.entry(event.host.as_deref()).or_default().push(event);
    }
    let failed = by_host.values().flat_map(|events| {
        FAILURES.iter().filter_map(|(bad, good)| standing(events.iter().copied(), &[*bad], &[*good]))
    });
    let failed: Vec<&VCenterEvent> = failed.collect();
    let Some(last) = failed.iter().max_by_key(|event| event.at) else { return Verdict::Fine };
    let count = failed.len();
    let more = if count > 1 { format!(", and {} more", count.saturating_sub(1)) } else { String::new() };
    Verdict::found(
        format!(
            "an IO filter could not be installed, upgraded or removed at {}: {}{more}",
            last.at,
            one_line(&last.message)
        ),
        failed.iter().take(SHOWN).map(|event| event_seen(event)).collect(),
    )
}

/// The event's own words, as a part of a sentence.
fn one_line(text: &str) -> String {
    format!("`{}`", text.trim().trim_end_matches('.').replace(['\n', '\r'], " "))
}

/// What fails, and what says that it has been done since.
const FAILURES: [(&str, &str); 3] = [
    ("FilterInstallationFailedEvent", "FilterInstallationSuccessEvent"),
    ("FilterUninstallationFailedEvent", "FilterUninstallationSuccessEvent"),
    ("FilterUpgradeFailedEvent", "FilterUpgradeSuccessEvent"),
];

/// Events that are quoted.
const SHOWN: usize = 5;

#[cfg(test)]
mod tests {
    use crate::facts::VCenterEvent;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, NOW, seen};

    fn event(kind: &str, host: Option<&str>, seconds_ago: i64) -> VCenterEvent {
        VCenterEvent {
            key: None,
            chain: None,
            kind: format!("com.vmware.vc.iofilter.{kind}"),
            at: NOW.plus_seconds(-seconds_ago),
            host: host.map(str::to_owned),
            message: "Installation of IO filters on cluster cluster-a has failed.".to_owned(),
            arguments: Vec::new(),
        }
    }

    fn with(events: &[VCenterEvent]) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.vcenter().events = seen(events.to_vec());
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "bundle-not-fetched",
                "A host could not fetch the filter",
                "The filter is missing on a host of `cluster-a`. Its provider and certificates are well.",
                with(&[event("FilterInstallationFailedEvent", None, 600)]),
            ),
            Case::near_miss(
                "second-attempt",
                "The second attempt succeeded",
                "The near miss of `bundle-not-fetched`: it failed, and was done a minute later.",
                with(&[
                    event("FilterInstallationSuccessEvent", None, 540),
                    event("FilterInstallationFailedEvent", None, 600),
                ]),
            ),
        ]
    }

    #[test]
    fn success_on_another_host_does_not_count() {
        let events = [
            event("FilterInstallationSuccessEvent", Some("host-2"), 540),
            event("FilterInstallationFailedEvent", Some("host-1"), 600),
        ];
        with(&events).has_one_cause("filter-install-failed");
    }
}
