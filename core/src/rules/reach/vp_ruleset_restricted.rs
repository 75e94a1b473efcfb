//! ## What it finds
//!
//! The rule set `iofiltervp` of a connected ESXi host is open to some addresses only, vCenter's is not among them, and
//! its provider is not online.
//!
//! Where the provider is online, vCenter does get through, by an address that is not known here.
//!
//! ## Why it hurts
//!
//! SPS cannot reach the provider, whatever its certificate. It begins when vCenter gets a new address, or when a list
//! is written by hand.
//!
//! ## How it shows
//!
//! The vSphere Client shows the provider offline, and a list of addresses at the rule set. `sps.log` shows S-17
//! (connect timed out).
//!
//! ## What cures it
//!
//! Add vCenter's address to the list, keep what is there, then synchronise the provider.
//!
//! ## Sources
//!
//! vSphere API, host firewall, `allowedHosts` (grade A).

use crate::case::{Case, Verdict, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{Host, Provider};
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "vp-ruleset-restricted",
    severity: Severity::Medium,
    grade: Grade::A,
    title: "the firewall of a host does not let vCenter in to the provider's port",
    rank: 46,
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
    source: include_str!("vp_ruleset_restricted.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    if !host.is_connected() || !case.may_have_provider(host) {
        return Verdict::NotApplicable;
    }
    let is_silent = case.provider_port_is_down(host);
    let rules = known!(Case::optional(&host.firewall, is_silent, super::FIREWALL));
    let is_online = case.canonical_provider(host).is_some_and(Provider::is_online);
    if !rules.enabled || rules.all_addresses || is_online {
        return Verdict::Fine;
    }
    let own = known!(Case::optional(
        &case.facts.vcenter.addresses,
        true,
        "let the user read the appliance's network by REST"
    ));
    if rules.admits_any(own) {
        return Verdict::Fine;
    }
    known!(case.facts.provider_list.known());
    let allowed = if rules.allowed.is_empty() { "none".to_owned() } else { rules.allowed.join(", ") };
    Verdict::found(
        format!("firewall of host `{}` does not let vCenter in to port 9080 (allowed: {allowed})", host.name),
        vec![
            Evidence::new("addresses that rule set `iofiltervp` allows", allowed),
            Evidence::new("addresses of vCenter", own.join(", ")),
            super::silence(host),
        ],
    )
}

#[cfg(test)]
mod tests {
    use crate::facts::{MissingReason, ProviderRuleSet};
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen, unknown};

    /// Silent to us, offline for SMS, and open to these addresses.
    fn open_to(allowed: &[&str]) -> Fleet {
        let mut fleet = Fleet::of(1);
        let allowed = allowed.iter().map(|one| (*one).to_owned()).collect();
        fleet.host(1).firewall = seen(ProviderRuleSet { enabled: true, all_addresses: false, allowed });
        fleet.host(1).on_9080 = unknown(MissingReason::NoAnswer);
        fleet.provider(1).status = seen("offline".to_owned());
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut online = open_to(&["192.0.2.0/24"]);
        online.provider(1).status = seen("online".to_owned());
        vec![
            Case::cause(
                "old-address-of-vcenter",
                "vCenter moved and the list stayed",
                "The rule set of `esx01.lab.test` allows the address that vCenter had before. The provider is offline since.",
                open_to(&["192.0.2.99", "198.51.100.0/24"]),
            ),
            Case::near_miss(
                "network-of-vcenter",
                "The list names vCenter's network",
                "The near miss of `old-address-of-vcenter`: `192.0.2.0/24` holds vCenter's address, so only this machine is \
                 kept out.",
                online,
            ),
        ]
    }

    #[test]
    fn a_list_that_holds_vcenter_does_not_explain_an_offline_provider() {
        let fleet = open_to(&["192.0.2.0/24"]);
        fleet.has_one_cause("provider-offline");
    }

    #[test]
    fn an_empty_list_allows_nobody_and_unknown_addresses_tell_nothing() {
        let mut fleet = open_to(&[]);
        fleet.has_one_cause("vp-ruleset-restricted");
        fleet.vcenter().addresses = unknown(MissingReason::Denied);
        fleet.has_one_cause("vp-port-filtered");
    }

    #[test]
    fn whether_vcenter_gets_through_all_the_same_is_not_known_without_the_list_of_providers() {
        let mut fleet = open_to(&["192.0.2.99"]);
        fleet.facts.provider_list = unknown(MissingReason::NotAsked);
        fleet.facts.providers.clear();
        fleet.is_unanswered("vp-ruleset-restricted");
    }
}
