//! ## What it finds
//!
//! vCenter says that an IO filter which is installed on a connected ESXi host cannot be used there, or the host told
//! that it was disabled and not that it is back.
//!
//! ## Why it hurts
//!
//! Machines that use the filter cannot start on this host. The provider that tells vCenter of filters works; it is the
//! filter itself.
//!
//! ## How it shows
//!
//! The vSphere Client shows the filter as not available at the host or the cluster. The event is
//! `esx.problem.iofilter.disabled`; `hostd.log` and the filter's own log say why.
//!
//! ## What cures it
//!
//! The filter's vendor, or a new installation through the cluster, helps. Certificates do not.
//!
//! ## Sources
//!
//! vSphere API, `ioFilterInfo.available` (grade A); the list of events (grade B).

use crate::case::{Case, Verdict, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{Host, VCenterEvent};
use crate::rules::event_seen;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "filter-disabled",
    severity: Severity::High,
    grade: Grade::B,
    title: "an IO filter cannot be used on a host",
    rank: 99,
    explains: &[],
    log: None,
    cure: Cure::ByHand(
        "ask the vendor of the filter, or repair its installation through the cluster (Configure, I/O Filters); do not touch agencies of EAM",
    ),
    check: Check::Host(check),
    source: include_str!("filter_disabled.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    if !host.is_connected() {
        return Verdict::NotApplicable;
    }
    let filters = host.io_filters.value();
    let disabled: Vec<&str> =
        filters.into_iter().flatten().filter(|filter| !filter.available).map(|filter| filter.id.as_str()).collect();
    let event = told(case.events_at(host));
    if event.is_none() && case.facts.vcenter.events.value().is_none() {
        known!(host.io_filters.known());
    }
    // What the host says now outweighs what it once told.
    if disabled.is_empty() && (filters.is_some() || event.is_none()) {
        return Verdict::Fine;
    }
    let named = if disabled.is_empty() { "not told which".to_owned() } else { disabled.join(", ") };
    let evidence = Evidence::new("IO filters that are not available", named.clone());
    Verdict::found(
        format!("an IO filter cannot be used on host `{}`: {named}", host.name),
        std::iter::once(evidence).chain(event.map(event_seen)).collect(),
    )
}

/// The newest word of a filter that was disabled, unless it came back since.
fn told<'e>(events: &[&'e VCenterEvent]) -> Option<&'e VCenterEvent> {
    let newest = |kind: &str| events.iter().filter(|event| event.kind == kind).max_by_key(|event| event.at).copied();
    let back = newest("esx.clear.iofilter.disabled");
    newest("esx.problem.iofilter.disabled").filter(|event| back.is_none_or(|back| back.at < event.at))
}

#[cfg(test)]
mod tests {
    use crate::facts::{MissingReason, VCenterEvent};
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, NOW, seen, unknown};

    /// A host that told of a disabled filter, which can be used now or not.
    fn told(available: bool) -> Fleet {
        let mut fleet = Fleet::of(1);
        let filters = fleet.host(1).io_filters.value().cloned().unwrap_or_default();
        let filters = filters.into_iter().map(|filter| crate::facts::IoFilter { available, ..filter });
        fleet.host(1).io_filters = seen(filters.collect());
        fleet.vcenter().events = seen(vec![event("esx.problem.iofilter.disabled", 600)]);
        fleet
    }

    fn event(kind: &str, seconds_ago: i64) -> VCenterEvent {
        VCenterEvent {
            key: None,
            chain: None,
            kind: kind.to_owned(),
            at: NOW.plus_seconds(-seconds_ago),
            host: Some("host-1".to_owned()),
            message: "the IO filter of esx01.lab.test".to_owned(),
            arguments: Vec::new(),
        }
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "disabled",
                "The filter for encryption is disabled",
                "Machines do not start on `esx01.lab.test` although its provider and all certificates are well.",
                told(false),
            ),
            Case::near_miss(
                "back-again",
                "The event is old and the filter is back",
                "The near miss of `disabled`: the filter can be used, whatever happened ten minutes ago.",
                told(true),
            ),
        ]
    }

    #[test]
    fn without_the_list_of_filters_the_last_event_counts() {
        let mut fleet = told(true);
        fleet.host(1).io_filters = unknown(MissingReason::NotSent);
        assert!(fleet.codes().contains(&"filter-disabled".to_owned()));
        let all = [event("esx.clear.iofilter.disabled", 60), event("esx.problem.iofilter.disabled", 600)];
        fleet.vcenter().events = seen(all.to_vec());
        assert!(!fleet.codes().contains(&"filter-disabled".to_owned()));
        fleet.vcenter().events = unknown(MissingReason::Denied);
        fleet.is_unanswered("filter-disabled");
    }
}
