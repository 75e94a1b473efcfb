//! ## What it finds
//!
//! Most providers of one cluster are offline or disconnected at the same time (the policy's `fleet_down_percent`,
//! two hosts at the least), of those elsewhere no more than the rest of that share is, and neither the hosts' own
//! certificates and ports nor what the hosts trust explains it. Who is down elsewhere is named beside it.
//!
//! Several clusters of which this is true are named together, unless they make up most of the fleet.
//!
//! ## Why it hurts
//!
//! vCenter's side serves all clusters alike, and certificates do not break on one day. It is something that the hosts
//! of such a cluster share.
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

use super::{Watched, all_say_why, by_leg, down_together, named, percent, speaking, watched};
use crate::case::{Case, Reach, Verdict, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::Host;
use crate::rules::environment::sms_endpoint_down;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "single-cluster-down",
    severity: Severity::High,
    grade: Grade::C,
    title: "the providers of whole clusters failed together, hardly any elsewhere did",
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
    let failed = failed_clusters(case, &all, &below_9).or_else(|| failed_clusters(case, &all, &from_9_on));
    let Some(FailedClusters { down, strays, elsewhere }) = failed.filter(|failed| !all_say_why(case, &failed.down))
    else {
        return Verdict::Fine;
    };
    let mut names: Vec<&str> = Vec::new();
    for name in down.iter().filter_map(|host| host.cluster.value()) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let message = match names.as_slice() {
        [_, _, ..] => format!(
            "clusters `{}` failed each as a whole: {} providers are down, and {strays} of {elsewhere} elsewhere",
            names.join("`, `"),
            down.len()
        ),
        _ => format!(
            "{} providers of cluster `{}` are down together, and {strays} of {elsewhere} elsewhere",
            down.len(),
            names.concat()
        ),
    };
    let clusters = names.iter().map(|name| Evidence::new("cluster", *name));
    Verdict::found(message, clusters.chain([named(&down)]).collect()).reaching(Reach::of(down))
}

/// What clusters lost that others did not.
pub(super) struct FailedClusters<'a> {
    down: Vec<&'a Host>,
    /// How many are down elsewhere, and of how many.
    strays: usize,
    elsewhere: usize,
}

/// The hosts of the clusters most of whose providers of this group are down, while others of this group are elsewhere and
/// hardly any of all that are elsewhere is down. A group is of hosts that meet the same certificate of vCenter. Who is
/// down elsewhere is a matter of its own. Several clusters that make up most of the group are the fleet.
pub(super) fn failed_clusters<'a>(
    case: &Case<'_>,
    all: &[Watched<'a>],
    group: &[&Watched<'a>],
) -> Option<FailedClusters<'a>> {
    let mut clusters: BTreeMap<&str, Vec<&Watched<'a>>> = BTreeMap::new();
    for watched in group {
        if let Some(id) = cluster_of(watched.host) {
            clusters.entry(id).or_default().push(watched);
        }
    }
    clusters.retain(|_, hosts| down_together(case, hosts).is_some());
    let has_failed = |host: &Host| cluster_of(host).is_some_and(|id| clusters.contains_key(id));
    let is_fleet = clusters.len() > 1 && down_together(case, group).is_some();
    if clusters.is_empty() || is_fleet || group.iter().all(|watched| watched.shows_why || has_failed(watched.host)) {
        return None;
    }
    let (inside, outside): (Vec<_>, Vec<_>) = all.iter().partition(|watched| has_failed(watched.host));
    let down = inside.into_iter().filter(|watched| watched.is_down).map(|watched| watched.host).collect();
    let (strays, elsewhere) = (outside.iter().filter(|watched| watched.is_down).count(), speaking(&outside));
    let most = 100_u64.saturating_sub(u64::from(case.policy.fleet_down_percent));
    (percent(strays, elsewhere) <= most).then_some(FailedClusters { down, strays, elsewhere })
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

    /// Hosts in this cluster, all of them down or none.
    fn move_to(fleet: &mut Fleet, numbers: std::ops::RangeInclusive<usize>, cluster: &str, is_down: bool) {
        for number in numbers {
            fleet.host(number).cluster = seen(cluster.to_owned());
            fleet.host(number).cluster_id = seen(format!("domain-c{cluster}"));
            if is_down {
                fleet.provider(number).status = seen("offline".to_owned());
            }
        }
    }

    #[test]
    fn two_clusters_that_failed_each_as_a_whole_are_named_together() {
        let mut fleet = Fleet::of(12);
        move_to(&mut fleet, 9..=10, "b", true);
        move_to(&mut fleet, 11..=12, "c", true);
        fleet.has_one_cause("single-cluster-down");
        let judgement = fleet.judge();
        let told = judgement.causes().next().map(|cause| cause.diagnostic.message.as_str());
        let expected = "clusters `b`, `c` failed each as a whole: 4 providers are down, and 0 of 8 elsewhere";
        assert_eq!(told, Some(expected));
        // Most of the fleet is the fleet, though one cluster is left.
        let mut fleet = Fleet::of(12);
        move_to(&mut fleet, 3..=7, "b", true);
        move_to(&mut fleet, 8..=12, "c", true);
        fleet.has_one_cause("whole-fleet-down");
    }

    #[test]
    fn hosts_that_stand_alone_are_elsewhere() {
        let mut fleet = Fleet::of(5);
        fleet.host(5).cluster_id = seen("domain-s12".to_owned());
        for number in 1..=4 {
            fleet.provider(number).status = seen("offline".to_owned());
        }
        fleet.has_one_cause("single-cluster-down");
    }

    #[test]
    fn where_half_of_those_elsewhere_are_down_it_is_no_matter_of_the_cluster() {
        assert_eq!(two_clusters(&[1, 3, 4]).causes(), ["provider-offline"; 3]);
    }
}
