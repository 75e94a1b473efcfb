//! ## What it finds
//!
//! Most providers of connected hosts from 9.0 on are offline or disconnected at the same time (the policy's
//! `fleet_down_percent`, two hosts at the least), those of hosts below 9.0 are not, and neither the hosts' own
//! certificates nor what the hosts trust explains it.
//!
//! ## Why it hurts
//!
//! Hosts from 9.0 on meet another client certificate of vCenter than older ones: `sps-extension` in place of
//! `sms_self_signed`. When only they fail, it is that one, or the root behind it. Renewing host certificates would cure
//! nothing.
//!
//! ## How it shows
//!
//! The vSphere Client shows the IOFILTER providers of the newer hosts offline, and often those of arrays too, which
//! meet the same certificate. `sps.log` shows S-01 for these hosts, or S-18.
//!
//! ## What cures it
//!
//! Look whether `sps-extension` is there, within its dates, and signed by VMCA's present root, and whether the hosts
//! hold that root. SPS makes a new one when the old one is deleted and the service is restarted (KB 440183).
//!
//! ## Sources
//!
//! KB 440183, which certificate vCenter shows to which hosts (grade A); that failing together means it, is an inference
//! (grade C).

use super::single_cluster_down::failed_clusters;
use super::{all_say_why, by_leg, down_together, named, percent, watched};
use crate::case::{Case, Reach, Verdict, known};
use crate::diagnostic::Severity;
use crate::log::Leg;
use crate::rules::environment::sms_endpoint_down;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "only-esx9-down",
    severity: Severity::Critical,
    grade: Grade::C,
    title: "the providers of hosts from 9.0 on failed together, those below did not",
    rank: 21,
    explains: &["provider-disconnected", "provider-offline"],
    log: Some(Leg::ClientTrust),
    cure: Cure::ByHand(
        "check the certificate `sps-extension` of vCenter and whether the hosts from 9.0 on trust the root that it leads to; do not renew the hosts' certificates",
    ),
    check: Check::VCenter(check),
    source: include_str!("only_esx9_down.rs"),
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
    let Some(down) = down_together(case, &from_9_on) else { return Verdict::Fine };
    // Where the older ones are down as well, `whole-fleet-down` speaks for both.
    let is_explained =
        all_say_why(case, &down) || is_too_old(case) || failed_clusters(case, &all, &from_9_on).is_some();
    if down_together(case, &below_9).is_some() || is_explained {
        return Verdict::Fine;
    }
    let message = format!(
        "{} of {} providers of connected hosts from 9.0 on are down together ({} %, limit {} %), those of older hosts are not",
        down.len(),
        from_9_on.len(),
        percent(down.len(), from_9_on.len()),
        case.policy.fleet_down_percent
    );
    let evidence = vec![named(&down)];
    Verdict::found(message, evidence).reaching(Reach::of(down))
}

/// A vCenter below 9.0 explains it by itself: `vcenter-older-than-host`.
fn is_too_old(case: &Case<'_>) -> bool {
    let version = case.facts.vcenter.version.value();
    version.and_then(|version| version.split('.').next()?.parse::<u32>().ok()).is_some_and(|major| major < 9)
}

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen};

    /// Two hosts of 9.0 and two of 8.0 under a vCenter of 9.0; so many of the newer ones are down.
    fn mixed(down: usize) -> Fleet {
        let mut fleet = Fleet::of(4);
        fleet.vcenter().version = seen("9.0.0".to_owned());
        for number in 1..=2 {
            fleet.host(number).version = seen("9.0.0".to_owned());
        }
        for number in 1..=down {
            fleet.provider(number).status = seen("offline".to_owned());
        }
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "both-newer-hosts",
                "Both hosts of 9.0 are down and both of 8.0 are not",
                "`sps-extension` was replaced. `esx01` and `esx02` refuse it; `esx03` and `esx04` never see it.",
                mixed(2),
            ),
            Case::near_miss(
                "one-newer-host",
                "One of the two hosts of 9.0 is down",
                "The near miss of `both-newer-hosts`: one host is no pattern.",
                mixed(1),
            ),
        ]
    }

    #[test]
    fn what_the_newer_hosts_show_follows_and_what_an_older_one_shows_does_not() {
        let mut fleet = mixed(2);
        fleet.follows("provider-offline", "only-esx9-down");
        fleet.provider(3).status = seen("offline".to_owned());
        assert_eq!(fleet.causes(), ["only-esx9-down", "provider-offline"]);
    }

    #[test]
    fn with_the_older_ones_down_as_well_the_whole_fleet_is() {
        let mut fleet = mixed(2);
        for number in 3..=4 {
            fleet.provider(number).status = seen("offline".to_owned());
        }
        fleet.has_one_cause("whole-fleet-down");
    }

    #[test]
    fn a_fleet_of_newer_hosts_only_meets_the_same_certificate() {
        let mut fleet = mixed(2);
        for number in 3..=4 {
            fleet.host(number).version = seen("9.0.1".to_owned());
            fleet.provider(number).status = seen("offline".to_owned());
        }
        fleet.has_one_cause("only-esx9-down");
    }
}
