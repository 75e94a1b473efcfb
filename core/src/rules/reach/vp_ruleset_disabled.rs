//! ## What it finds
//!
//! The rule set `iofiltervp` of a connected ESXi host is disabled, and its port 9080 does not answer.
//!
//! Where the port answers all the same, the firewall as a whole is off and the rule set does no harm. Where the port
//! refuses, the firewall let the packet through and nothing listens: `vp-port-refused`.
//!
//! ## Why it hurts
//!
//! SPS cannot reach the provider, whatever its certificate. Hardening scripts and host profiles close rule sets that
//! they do not know.
//!
//! ## How it shows
//!
//! The vSphere Client shows the provider offline, and the rule set without a tick among the host's firewall rules.
//! `sps.log` shows S-17 (connect timed out).
//!
//! ## What cures it
//!
//! Enable the rule set, and take it out of the script or profile that closed it. Then synchronise the provider.
//!
//! ## Sources
//!
//! vSphere API, host firewall, rule set `iofiltervp` (grade A).

use crate::case::{Case, Verdict, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{Host, MissingReason};
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "vp-ruleset-disabled",
    severity: Severity::High,
    grade: Grade::A,
    title: "the firewall of a host is closed for the provider's port",
    rank: 45,
    explains: &[
        "provider-cert-cached-stale",
        "provider-cert-invalid",
        "provider-connected-unsynced",
        "provider-disconnected",
        "provider-missing",
        "provider-offline",
        "provider-status-unknown",
        "provider-syncerror",
        "vp-port-filtered",
    ],
    log: Some(Leg::Network),
    cure: Cure::Remedy("enable-firewall-rule-set"),
    check: Check::Host(check),
    source: include_str!("vp_ruleset_disabled.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    if !host.is_connected() || !case.may_have_provider(host) {
        return Verdict::NotApplicable;
    }
    let is_silent = case.provider_port_is_down(host);
    let rules = known!(Case::optional(&host.firewall, is_silent, super::FIREWALL));
    let reason = match host.on_9080.known() {
        _ if rules.enabled => return Verdict::Fine,
        Ok(_) => return Verdict::Fine,
        Err(missing) => missing.reason,
    };
    let is_online = case.canonical_provider(host).is_some_and(crate::facts::Provider::is_online);
    // What answers with a refusal or breaks off was let through; what nobody asked is closed if SMS says so too.
    match reason {
        MissingReason::NoAnswer => {}
        MissingReason::Refused | MissingReason::Tls | MissingReason::Closed => return Verdict::Fine,
        _ if is_online => return Verdict::Fine,
        _ => {
            known!(case.facts.provider_list.known());
        }
    }
    Verdict::found(
        format!("firewall of host `{}` is closed for port 9080: rule set `iofiltervp` is disabled", host.name),
        vec![Evidence::new("rule set `iofiltervp`", "disabled"), super::silence(host)],
    )
}

#[cfg(test)]
mod tests {
    use crate::facts::{MissingReason, ProviderRuleSet};
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen, unknown};

    fn disabled() -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.host(1).firewall = seen(ProviderRuleSet { enabled: false, all_addresses: true, allowed: Vec::new() });
        fleet
    }

    /// A rule set that closes port 9080.
    fn closed() -> Fleet {
        let mut fleet = disabled();
        fleet.host(1).on_9080 = unknown(MissingReason::NoAnswer);
        fleet.provider(1).status = seen("offline".to_owned());
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "hardened",
                "A hardening script closed the rule set",
                "The rule set `iofiltervp` of `esx01.lab.test` is disabled, its port 9080 is silent and its provider offline. \
                 The certificates were never looked at.",
                closed(),
            ),
            Case::near_miss(
                "whole-firewall-off",
                "The rule set is disabled and so is the firewall",
                "The near miss of `hardened`: port 9080 answers and the provider is online, so nothing is closed.",
                disabled(),
            ),
        ]
    }

    #[test]
    fn it_leads_while_sms_has_not_noticed_yet() {
        let mut fleet = closed();
        fleet.provider(1).status = seen("online".to_owned());
        fleet.has_one_cause("vp-ruleset-disabled");
        assert!(fleet.judge().unanswered.is_empty());
    }

    #[test]
    fn a_port_that_refuses_was_let_through() {
        let mut fleet = closed();
        fleet.host(1).on_9080 = unknown(MissingReason::Refused);
        fleet.has_one_cause("vp-port-refused");
    }

    #[test]
    fn a_rule_set_that_was_not_read_is_asked_for_where_the_port_is_silent() {
        let mut fleet = closed();
        fleet.host(1).firewall = unknown(MissingReason::NotAsked);
        fleet.has_one_cause("vp-port-filtered");
        assert_eq!(fleet.judge().unanswered.len(), 1);
    }
}
