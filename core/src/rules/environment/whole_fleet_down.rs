//! ## What it finds
//!
//! Most providers of connected hosts below 9.0 are offline or disconnected at the same time, and the hosts' own
//! certificates do not explain it. "Most" is the policy's `fleet_down_percent`, and two hosts at the least.
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
//! the CA certificates of the hosts (`castore-missing-sms`, `castore-stale-sms`)? Do not renew the hosts' certificates;
//! the gate of this name holds that back.
//!
//! ## Sources
//!
//! KB 440183, which certificate vCenter shows to which hosts (grade A); the share is ours (grade C).

use crate::diagnostic::{Evidence, Severity};
use crate::facts::{CertificateMode, Host, Provider};
use crate::log::Leg;
use crate::rules::environment::sms_endpoint_down;
use crate::rules::{Case, Check, Cure, Grade, Port, Rule, Verdict, known};

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
    cases: Vec::new,
};

pub(crate) fn check(case: &Case<'_>) -> Verdict {
    if sms_endpoint_down::is_down(case.facts) {
        return Verdict::NotApplicable;
    }
    known!(case.facts.provider_list.known());
    let watched: Vec<(&Host, &Provider)> = case.facts.hosts.values().filter_map(|host| watched(case, host)).collect();
    let down: Vec<&Host> = watched
        .iter()
        .filter(|(host, provider)| is_down(provider) && !has_own_trouble(case, host))
        .map(|(host, _)| *host)
        .collect();
    let share = down.len().saturating_mul(100) / watched.len().max(1);
    let limit = usize::try_from(case.policy.fleet_down_percent).unwrap_or(usize::MAX);
    if down.len() < 2 || share < limit {
        return Verdict::Fine;
    }
    let message = format!(
        "{} of {} providers of connected hosts below 9.0 are down together ({share} %, limit {limit} %): the cause is on vCenter's side, do not renew hosts",
        down.len(),
        watched.len()
    );
    let names: Vec<String> = down.iter().take(NAMED).map(|host| format!("`{}`", host.name)).collect();
    let more = down.len().saturating_sub(names.len());
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    Verdict::found(message, vec![Evidence::new("hosts whose provider is down", names.join(", ") + &rest)])
}

/// A connected host below 9.0, with the provider that SMS says something about.
fn watched<'a>(case: &Case<'a>, host: &'a Host) -> Option<(&'a Host, &'a Provider)> {
    let provider = case.canonical_provider(host)?;
    provider.status.value()?;
    (host.is_connected() && host.major_version()? < 9).then_some((host, provider))
}

fn is_down(provider: &Provider) -> bool {
    provider.status.value().is_some_and(|status| status == "offline" || status == "disconnected")
}

/// True when what the host itself shows on port 9080 explains that its provider is down.
fn has_own_trouble(case: &Case<'_>, host: &Host) -> bool {
    let is_pinned = case.facts.vcenter.mode.value() == Some(&CertificateMode::Thumbprint);
    let is_untrusted = || {
        let chain = host.on_9080.value().and_then(|shown| case.chain(shown).ok());
        chain.is_some_and(|chain| !is_pinned && !chain.is_trusted() && !chain.is_unknown())
    };
    let is_out_of_date = || case.leaf(host, Port::Provider).is_ok_and(|leaf| !case.validity(leaf).is_valid());
    case.provider_port_is_down(host) || is_out_of_date() || is_untrusted()
}

/// Hosts named in the evidence; the findings name all.
const NAMED: usize = 10;

#[cfg(test)]
mod tests {
    use crate::rules::testing::{Fleet, Leaf, seen};

    fn down(count: usize) -> Fleet {
        let mut fleet = Fleet::healthy();
        for number in 1..=count {
            fleet.provider(number).status = seen("disconnected".to_owned());
        }
        fleet
    }

    #[test]
    fn all_providers_down_together_point_to_vcenter() {
        let fleet = down(3);
        fleet.has_one_cause("whole-fleet-down");
        fleet.follows("provider-disconnected", "whole-fleet-down");
    }

    #[test]
    fn two_of_three_are_not_the_fleet() {
        assert_eq!(down(2).causes(), ["provider-disconnected", "provider-disconnected"]);
    }

    #[test]
    fn hosts_from_9_0_on_meet_another_certificate() {
        let mut fleet = down(3);
        fleet.vcenter().version = seen("9.0.0".to_owned());
        for number in 1..=3 {
            fleet.host(number).version = seen("9.0.0".to_owned());
        }
        assert_eq!(fleet.causes(), ["provider-disconnected"; 3]);
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
    fn what_the_hosts_lack_stays_a_cause_of_its_own_beneath_it() {
        let mut fleet = down(3);
        let roots_only = fleet.vcenter().trusted_roots.clone();
        for number in 1..=3 {
            fleet.host(number).ca_store = roots_only.clone();
        }
        let each = "castore-missing-sms";
        assert_eq!(fleet.causes(), ["whole-fleet-down", each, each, each]);
    }
}
