//! ## What it finds
//!
//! Most providers of one cluster are offline or disconnected at the same time (the policy's `fleet_down_percent`, two
//! hosts at the least), of those elsewhere no more than the rest of that share is, and neither the hosts' own certificates
//! and ports nor what the hosts trust explains it. Who is down elsewhere is named beside it.
//!
//! ## Why it hurts
//!
//! vCenter's side serves all clusters alike, and certificates do not break on one day. It is something that the hosts
//! of this cluster share.
//!
//! ## How it shows
//!
//! The vSphere Client shows the IOFILTER providers of one cluster offline. `sps.log` shows S-17 or S-01 for its hosts
//! only.
//!
//! ## What cures it
//!
//! Look at the network between vCenter and the cluster, at its host profile, at its last "Refresh CA Certificates", and
//! whether its hosts were renamed. Do not renew the hosts' certificates on suspicion.
//!
//! ## Sources
//!
//! An inference from what clusters share (grade C); the share is ours.

use std::collections::BTreeMap;

use super::{Watched, all_say_why, by_leg, down_together, named, percent, watched};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::Host;
use crate::rules::environment::sms_endpoint_down;
use crate::rules::{Case, Check, Cure, Grade, Reach, Rule, Verdict, known};

pub(crate) const RULE: Rule = Rule {
    code: "single-cluster-down",
    severity: Severity::High,
    grade: Grade::C,
    title: "the providers of one cluster failed together, those of other clusters did not",
    rank: 22,
    explains: &["provider-disconnected", "provider-offline"],
    log: None,
    cure: Cure::ByHand(
        "look for what the cluster has of its own: its network and firewall, a host profile, a recent push of CA certificates, a change of names",
    ),
    check: Check::VCenter(check),
    source: include_str!("single_cluster_down.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    if sms_endpoint_down::is_down(case.facts) {
        return Verdict::NotApplicable;
    }
    known!(case.facts.provider_list.known());
    let all = watched(case);
    let (below_9, from_9_on) = by_leg(&all);
    let one = only_cluster(case, &all, &below_9).or_else(|| only_cluster(case, &all, &from_9_on));
    let Some(OnlyCluster { down, strays, elsewhere }) = one.filter(|one| !all_say_why(case, &one.down)) else {
        return Verdict::Fine;
    };
    let cluster = down.iter().find_map(|host| host.cluster.value()).cloned().unwrap_or_default();
    let message = format!(
        "{} providers of cluster `{cluster}` are down together, and {strays} of {elsewhere} elsewhere",
        down.len()
    );
    Verdict::found(message, vec![Evidence::new("cluster", cluster), named(&down)]).reaching(Reach::of(down))
}

/// What one cluster lost that others did not.
pub(super) struct OnlyCluster<'a> {
    down: Vec<&'a Host>,
    /// How many are down elsewhere, and of how many.
    strays: usize,
    elsewhere: usize,
}

/// The hosts of the one cluster most of whose providers of this group are down, while other clusters have providers of
/// this group and hardly any of all that are elsewhere is down. A group is of hosts that meet the same certificate of
/// vCenter. Who is down elsewhere is a matter of its own.
pub(super) fn only_cluster<'a>(
    case: &Case<'_>,
    all: &[Watched<'a>],
    group: &[&Watched<'a>],
) -> Option<OnlyCluster<'a>> {
    let mut clusters: BTreeMap<&str, Vec<&Watched<'a>>> = BTreeMap::new();
    for watched in group {
        if let Some(id) = cluster_of(watched.host) {
            clusters.entry(id).or_default().push(watched);
        }
    }
    let mut failed = clusters.iter().filter(|(_, group)| down_together(case, group).is_some()).map(|(id, _)| *id);
    let id = failed.next().filter(|_| clusters.len() > 1)?;
    let is_alone = failed.next().is_none();
    let (inside, outside): (Vec<_>, Vec<_>) = all.iter().partition(|watched| cluster_of(watched.host) == Some(id));
    let down = inside.into_iter().filter(|watched| watched.is_down).map(|watched| watched.host).collect();
    let (strays, elsewhere) = (outside.iter().filter(|watched| watched.is_down).count(), outside.len());
    let most = 100_u64.saturating_sub(u64::from(case.policy.fleet_down_percent));
    (is_alone && percent(strays, elsewhere) <= most).then_some(OnlyCluster { down, strays, elsewhere })
}

fn cluster_of(host: &Host) -> Option<&str> {
    host.cluster_id.value().filter(|_| host.is_in_cluster() == Ok(true)).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen};

    /// Two clusters of two hosts each, of which those numbers are down.
    fn two_clusters(down: &[usize]) -> Fleet {
        let mut fleet = Fleet::of(4);
        for number in 3..=4 {
            fleet.host(number).cluster = seen("cluster-b".to_owned());
            fleet.host(number).cluster_id = seen("domain-c9".to_owned());
        }
        for number in down {
            fleet.provider(*number).status = seen("offline".to_owned());
        }
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "one-of-two-clusters",
                "One cluster is down and the other is not",
                "A new firewall stands before `cluster-b`. Both its providers are offline, those of `cluster-a` are online.",
                two_clusters(&[3, 4]),
            ),
            Case::near_miss(
                "one-host-of-each",
                "One host of each cluster is down",
                "The near miss of `one-of-two-clusters`: as many providers are offline, and nothing is common to them.",
                two_clusters(&[1, 3]),
            ),
        ]
    }

    #[test]
    fn a_cluster_of_newer_hosts_alone_is_another_pattern() {
        let mut fleet = two_clusters(&[3, 4]);
        fleet.vcenter().version = seen("9.0.0".to_owned());
        for number in 3..=4 {
            fleet.host(number).version = seen("9.0.0".to_owned());
        }
        fleet.has_one_cause("only-esx9-down");
    }

    #[test]
    fn the_only_cluster_is_the_fleet() {
        let mut fleet = Fleet::of(2);
        for number in 1..=2 {
            fleet.provider(number).status = seen("offline".to_owned());
        }
        fleet.has_one_cause("whole-fleet-down");
    }

    #[test]
    fn all_clusters_down_are_the_fleet_too() {
        two_clusters(&[1, 2, 3, 4]).has_one_cause("whole-fleet-down");
    }

    #[test]
    fn one_of_many_that_is_down_elsewhere_is_named_beside_it() {
        let mut fleet = Fleet::of(8);
        for number in 7..=8 {
            fleet.host(number).cluster_id = seen("domain-c9".to_owned());
            fleet.provider(number).status = seen("offline".to_owned());
        }
        fleet.provider(1).status = seen("offline".to_owned());
        assert_eq!(fleet.causes(), ["single-cluster-down", "provider-offline"]);
    }

    #[test]
    fn where_half_of_those_elsewhere_are_down_it_is_no_matter_of_the_cluster() {
        assert_eq!(two_clusters(&[1, 3, 4]).causes(), ["provider-offline"; 3]);
    }
}
