//! ## What it finds
//!
//! Most providers of connected hosts below 9.0 are offline or disconnected at the same time, and neither the hosts'
//! own certificates nor what the hosts trust explains it. "Most" is the policy's `fleet_down_percent`, and two hosts at
//! the least; hosts whose own port shows why their provider is down are not counted, unless they are more than half.
//!
//! Where every one of these hosts shows that it lacks the SMS certificate, that is named host by host
//! (`castore-missing-sms`, `castore-stale-sms`, `castore-empty`) and this is not found: the cure is the hosts' then.
//! Where clusters failed each as a whole and hardly any provider elsewhere is down, `single-cluster-down` is found in its
//! place; several clusters that make up most of the fleet are the fleet.
//!
//! ## Why it hurts
//!
//! Certificates of many hosts do not break on one day; something that they share did. All hosts below 9.0 meet the same
//! client certificate of vCenter (`sms_self_signed`) and the same service. Renewing host certificates would disturb
//! every host and cure nothing.
//!
//! ## How it shows
//!
//! The vSphere Client shows nearly all IOFILTER providers offline. `sps.log` shows S-01 for host after host.
//!
//! ## What cures it
//!
//! Look at vCenter's side: is the service `sps` healthy, is `sms_self_signed` expired or newly made, and is it among
//! the CA certificates of the hosts? Do not renew the hosts' certificates; the gate of this name holds that back, also
//! where the hosts say themselves what they lack.
//!
//! ## Sources
//!
//! KB 440183, which certificate vCenter shows to which hosts (grade A); the share is ours, and what it means an
//! inference (grade C).

use super::single_cluster_down::failed_clusters;
use super::{Watched, all_say_why, by_leg, down_together, named, percent, speaking, watched};
use crate::case::{Case, Reach, Verdict, known};
use crate::diagnostic::Severity;
use crate::facts::Host;
use crate::log::Leg;
use crate::rules::environment::sms_endpoint_down;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "whole-fleet-down",
    severity: Severity::Critical,
    grade: Grade::C,
    title: "most providers failed together: the cause is on vCenter's side, not in host certificates",
    rank: 20,
    explains: &["provider-disconnected", "provider-offline"],
    log: Some(Leg::ClientTrust),
    cure: Cure::ByHand(
        "check the service `sps` and the certificate `sms_self_signed`, then let the hosts trust it; do not renew the hosts' certificates",
    ),
    check: Check::VCenter(check),
    source: include_str!("whole_fleet_down.rs"),
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
    let Some(down) = down_together(case, &below_9) else { return Verdict::Fine };
    if all_say_why(case, &down) || failed_clusters(case, &all, &below_9).is_some() {
        return Verdict::Fine;
    }
    // Hosts from 9.0 on meet another certificate; where they are down too, something else that all share is.
    let newer = down_together(case, &from_9_on).unwrap_or_default();
    let evidence = vec![named(&down)];
    let message = message(case, &down, &below_9, " below 9.0");
    Verdict::found(message, evidence).reaching(Reach::of(down.into_iter().chain(newer)))
}

/// The same for the gate, which holds for hosts of every version, and whether or not they say by themselves why.
pub(crate) fn has_failed_together(case: &Case<'_>) -> Verdict {
    if sms_endpoint_down::is_down(case.facts) {
        return Verdict::NotApplicable;
    }
    known!(case.facts.provider_list.known());
    let all = watched(case);
    let (below_9, from_9_on) = by_leg(&all);
    let groups = [(below_9, " below 9.0"), (from_9_on, " from 9.0 on"), (all.iter().collect(), "")];
    let failed = groups.iter().find_map(|(group, which)| {
        // A few of a kind are held by what is found of them, and hold nobody else.
        let down = down_together(case, group).filter(|down| percent(down.len(), all.len()) >= 50)?;
        Some(Verdict::found(message(case, &down, group, which), vec![named(&down)]))
    });
    failed.unwrap_or(Verdict::Fine)
}

fn message(case: &Case<'_>, down: &[&Host], group: &[&Watched<'_>], which: &str) -> String {
    let of = speaking(group);
    let besides = match group.len().saturating_sub(of) {
        0 => String::new(),
        others => format!(", besides {others} whose own port shows why"),
    };
    format!(
        "{} of {of} providers of connected hosts{which} are down together ({} %, limit {} %){besides}: the cause is on vCenter's side, do not renew hosts",
        down.len(),
        percent(down.len(), of),
        case.policy.fleet_down_percent
    )
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, Leaf, seen, unknown};

    fn down(count: usize) -> Fleet {
        let mut fleet = Fleet::healthy();
        for number in 1..=count {
            fleet.provider(number).status = seen("disconnected".to_owned());
        }
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "all-at-once",
                "All providers went down together",
                "Three of three providers are disconnected since one moment. Every date, name and chain is right, and so is \
                 what the hosts trust.",
                down(3),
            ),
            Case::near_miss(
                "two-of-three",
                "Two providers went down",
                "The near miss of `all-at-once`: 66 percent are not the fleet, and each is looked at for itself.",
                down(2),
            ),
        ]
    }

    #[test]
    fn a_host_whose_own_port_shows_why_does_not_hide_what_the_others_share() {
        let mut fleet = Fleet::of(4);
        for number in 1..=4 {
            fleet.provider(number).status = seen("offline".to_owned());
        }
        for number in 3..=4 {
            let expired = fleet.issue(&Leaf::of(&format!("esx{number:02}.lab.test")).ends(-1));
            fleet.serve(number, expired);
        }
        assert_eq!(fleet.causes(), ["whole-fleet-down", "host-cert-expired", "host-cert-expired"]);
    }

    #[test]
    fn where_most_hosts_show_why_two_others_are_no_fleet() {
        let mut fleet = down(3);
        fleet.facts.hosts.retain(|_, host| host.name.starts_with("esx0"));
        let expired = fleet.issue(&Leaf::of("esx02.lab.test").ends(-1));
        fleet.serve(2, expired);
        assert_eq!(fleet.causes().first().map(String::as_str), Some("whole-fleet-down"), "two of three");
        let mut fleet = Fleet::of(5);
        for number in 1..=5 {
            fleet.provider(number).status = seen("offline".to_owned());
        }
        for number in 1..=3 {
            let expired = fleet.issue(&Leaf::of(&format!("esx{number:02}.lab.test")).ends(-1));
            fleet.serve(number, expired);
        }
        assert!(fleet.causes().iter().all(|code| code != "whole-fleet-down"), "{:?}", fleet.causes());
    }

    #[test]
    fn certificates_with_other_names_are_the_hosts_own_trouble() {
        let mut fleet = Fleet::of(3);
        for number in 1..=3 {
            fleet.provider(number).status = seen("disconnected".to_owned());
            let other = fleet.issue(&Leaf::of(&format!("esx{number:02}.old.test")));
            fleet.serve(number, other);
        }
        assert!(fleet.causes().iter().all(|code| code != "whole-fleet-down"), "{:?}", fleet.causes());
    }

    #[test]
    fn providers_that_are_all_gone_are_cured_as_one_that_is() {
        let mut fleet = Fleet::of(3);
        fleet.facts.providers.clear();
        assert_eq!(fleet.causes(), ["provider-missing"; 3]);
    }

    #[test]
    fn all_providers_down_together_point_to_vcenter() {
        down(3).follows("provider-disconnected", "whole-fleet-down");
    }

    #[test]
    fn a_provider_of_one_that_was_well_before_is_explained_by_its_own_trouble() {
        let mut fleet = down(3);
        let expired = fleet.issue(&Leaf::of("esx03.lab.test").ends(-1));
        fleet.serve(3, expired);
        fleet.policy.fleet_down_percent = 60;
        assert_eq!(fleet.causes(), ["whole-fleet-down", "host-cert-expired"]);
    }

    #[test]
    fn certificates_that_expired_together_are_each_their_own_cause() {
        let mut fleet = down(3);
        for number in 1..=3 {
            let leaf = fleet.issue(&Leaf::of(&format!("esx{number:02}.lab.test")).ends(-1));
            fleet.serve(number, leaf);
        }
        assert_eq!(fleet.causes(), ["host-cert-expired"; 3]);
    }

    #[test]
    fn what_every_host_lacks_is_said_of_every_host() {
        let mut fleet = down(3);
        let roots_only = fleet.vcenter().trusted_roots.clone();
        for number in 1..=3 {
            fleet.host(number).ca_store = roots_only.clone();
        }
        assert_eq!(fleet.causes(), ["castore-missing-sms"; 3]);
    }

    #[test]
    fn where_a_host_does_not_say_what_it_trusts_the_fleet_leads() {
        let mut fleet = down(3);
        let roots_only = fleet.vcenter().trusted_roots.clone();
        for number in 1..=2 {
            fleet.host(number).ca_store = roots_only.clone();
        }
        fleet.host(3).ca_store = unknown(MissingReason::Denied);
        assert_eq!(fleet.causes(), ["whole-fleet-down", "castore-missing-sms", "castore-missing-sms"]);
    }
}
