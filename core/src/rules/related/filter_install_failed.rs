//! ## What it finds
//!
//! The event log of vCenter holds a failed installation, upgrade or removal of an IO filter, and none of the same kind
//! that succeeded later for the same host or cluster. A cluster is told by its name in the event's text.
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

use std::collections::{BTreeMap, BTreeSet};

use crate::case::{Case, Verdict, known, standing};
use crate::diagnostic::Severity;
use crate::facts::{MissingReason, VCenterEvent};
use crate::rules::event_seen;
use crate::rules::rule::{Check, Cure, Grade, Rule};

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
    // Who was not to ask for events is told so only where something is wrong; who asked in vain, always.
    let events = match case.facts.vcenter.events.known() {
        Err(missing) if missing.reason != MissingReason::NotAsked => return Verdict::from(missing),
        _ => known!(Case::optional(&case.facts.vcenter.events, case.is_any_unwell(), "")),
    };
    let mut by_place: BTreeMap<(Option<&str>, Option<&str>), Vec<&VCenterEvent>> = BTreeMap::new();
    let clusters: BTreeSet<&str> =
        case.facts.hosts.values().filter_map(|host| host.cluster.value()).map(String::as_str).collect();
    for event in events.iter().filter(|event| event.kind.contains(".iofilter.Filter")) {
        // Some releases name the host and some the cluster only, which is in the text and not in the event's members.
        let cluster = || clusters.iter().filter(|name| is_named(&event.message, name)).max_by_key(|name| name.len());
        let place = match &event.host {
            Some(host) => (Some(host.as_str()), None),
            None => (None, cluster().copied()),
        };
        by_place.entry(place).or_default().push(event);
    }
    let failed = by_place.values().flat_map(|events| {
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

/// True when a name stands in a text as a whole, and not as a part of a longer one.
fn is_named(text: &str, name: &str) -> bool {
    let goes_on = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    !name.is_empty()
        && text.match_indices(name).any(|(place, _)| {
            let (before, after) = (text.get(..place), text.get(place + name.len()..));
            let after = after.and_then(|text| text.chars().next());
            !goes_on(before.and_then(|text| text.chars().next_back())) && !goes_on(after)
        })
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
    use crate::facts::{MissingReason, VCenterEvent};
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, NOW, seen, unknown};

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

    #[test]
    fn success_on_another_cluster_does_not_count() {
        let mut fleet = with(&[
            event("FilterInstallationSuccessEvent", None, 540),
            event("FilterInstallationFailedEvent", None, 600),
        ]);
        fleet.is_fine();
        let mut events = fleet.vcenter().events.value().cloned().unwrap_or_default();
        for event in events.iter_mut().filter(|event| event.kind.contains("Success")) {
            event.message = "Installation of IO filters on cluster cluster-a2 is completed.".to_owned();
        }
        fleet.vcenter().events = seen(events);
        fleet.has_one_cause("filter-install-failed");
    }

    #[test]
    fn without_the_events_nobody_knows() {
        let mut fleet = Fleet::of(1);
        fleet.vcenter().events = unknown(MissingReason::Denied);
        fleet.is_unanswered("filter-install-failed");
    }
}
