//! ## What it finds
//!
//! The certificate on port 443 of an ESXi host carries, among its alternative names, neither the name that the host
//! was added to vCenter by nor the one in its provider's URL; one of the two is enough to be found. A short name is
//! not the full one, and an address is matched only by addresses. A wildcard that covers the name, and a certificate
//! without alternative names whose common name is right, are not found here.
//!
//! ## Why it hurts
//!
//! SPS compares the name in the provider's URL with the certificate and refuses it. The host was renamed, or added by
//! address and registered by name.
//!
//! ## How it shows
//!
//! The vSphere Client shows the provider offline, and the URL in its details differs from the certificate's names.
//! `sps.log` shows S-15 (no subject alternative name matching).
//!
//! ## What cures it
//!
//! Agree on one name, in DNS both ways. Where the certificate carries the name in the inventory and only the provider is
//! registered by another, the provider is registered anew; otherwise the certificate is renewed. A host that was added by
//! its old name has to be removed and added again.
//!
//! ## Sources
//!
//! vSphere documentation, changing names of hosts (grade A); SMS API, `InvalidCertificate` on a wrong host name
//! (grade A).

use crate::case::{Case, Port, Verdict, known};
use crate::certificate::NameMatch;
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{Host, Missing, MissingReason};
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "host-cert-name-mismatch",
    severity: Severity::High,
    grade: Grade::A,
    title: "a host certificate does not carry the name that vCenter or SPS uses",
    rank: 58,
    explains: &[
        "host-cert-no-san",
        "host-cert-wildcard",
        "provider-cert-cached-stale",
        "provider-cert-invalid",
        "provider-connected-unsynced",
        "provider-disconnected",
        "provider-missing",
        "provider-offline",
        "provider-status-unknown",
        "provider-syncerror",
    ],
    log: Some(Leg::Name),
    cure: Cure::Remedy("agree-on-name"),
    check: Check::Host(check),
    source: include_str!("host_cert_name_mismatch.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let leaf = known!(case.leaf(host, Port::Host));
    let in_url = case.canonical_provider(host).map(|provider| provider.url.host.as_str());
    let names: Vec<&str> = std::iter::once(host.name.as_str()).chain(in_url).collect();
    let is_wrong = |name: &&&str| leaf.matches_name(name) == NameMatch::Mismatch;
    let Some(name) = names.iter().filter(|name| name.is_ascii()).find(is_wrong) else {
        // An international name stands in certificates in another spelling, which is not compared here.
        return match names.iter().find(is_wrong) {
            // The name in the URL may be another.
            None if in_url.is_none() && case.may_have_provider(host) => {
                known!(case.facts.provider_list.known());
                Verdict::Fine
            }
            None => Verdict::Fine,
            Some(name) => Verdict::Unknown(Missing {
                reason: MissingReason::Malformed,
                message: format!("name `{name}` of host `{}` is not plain ASCII and cannot be compared", host.name),
                help: "compare its `xn--` spelling with the names in the certificate".to_owned(),
            }),
        };
    };
    let carried: Vec<&str> = leaf.dns_names.iter().chain(&leaf.ip_addresses).map(String::as_str).collect();
    let carried = if carried.is_empty() { leaf.common_name.as_deref().unwrap_or("none") } else { &carried.join(", ") };
    let message = format!("certificate of host `{}` does not carry the name `{name}`", host.name);
    let evidence = vec![
        Evidence::new("names in the certificate", carried),
        Evidence::new("name in vCenter", host.name.clone()),
        Evidence::new("name in the provider's URL", in_url.unwrap_or("no provider")),
    ];
    Verdict::found(message, evidence)
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, Leaf, seen, unknown};

    fn named(names: &[&str]) -> Fleet {
        named_in(Fleet::healthy(), names)
    }

    fn named_in(mut fleet: Fleet, names: &[&str]) -> Fleet {
        let leaf = fleet.issue(&Leaf::of("esx01.lab.test").names(names));
        fleet.serve(1, leaf);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "short-name",
                "The certificate has the short name, vCenter the full one",
                "`esx01` is not `esx01.lab.test`: SPS compares whole names.",
                named_in(Fleet::of(1), &["esx01"]),
            ),
            Case::near_miss(
                "other-case-and-more-names",
                "The full name in capitals, between the short one and the address",
                "The near miss of `short-name`: the short name is there too, and does no harm.",
                named_in(Fleet::of(1), &["esx01", "ESX01.LAB.TEST", "192.0.2.1"]),
            ),
        ]
    }

    #[test]
    fn a_short_name_is_not_the_full_one() {
        let mut fleet = named(&["esx01"]);
        fleet.provider(1).status = seen("offline".to_owned());
        fleet.has_one_cause("host-cert-name-mismatch");
    }

    #[test]
    fn an_address_in_the_url_must_be_in_the_certificate() {
        let mut fleet = Fleet::healthy();
        fleet.provider(1).url.host = "192.0.2.1".to_owned();
        fleet.has_one_cause("provider-url-form");
        fleet.follows("host-cert-name-mismatch", "provider-url-form");
    }

    #[test]
    fn a_final_dot_and_another_spelling_of_an_address_do_no_harm() {
        let mut fleet = named(&["esx01.lab.test", "2001:db8::1"]);
        fleet.provider(1).url.host = "ESX01.lab.test.".to_owned();
        fleet.is_fine();
        fleet.host(1).name = "2001:DB8:0:0::0001".to_owned();
        assert!(!fleet.codes().iter().any(|code| code == "host-cert-name-mismatch"));
    }

    #[test]
    fn an_international_name_is_compared_in_its_plain_spelling_or_not_at_all() {
        let mut fleet = named(&["xn--esx01-kva.lab.test"]);
        fleet.provider(1).url.host = "xn--esx01-kva.lab.test".to_owned();
        fleet.host(1).name = "esxä01.lab.test".to_owned();
        let unanswered = fleet.judge().unanswered;
        assert!(unanswered.iter().any(|open| open.codes.iter().any(|code| code == "host-cert-name-mismatch")));
        fleet.host(1).name = "XN--esx01-KVA.lab.test".to_owned();
        fleet.host(1).names = unknown(MissingReason::NotAsked);
        fleet.is_fine();
    }

    #[test]
    fn case_does_not_matter_and_more_names_do_no_harm() {
        named(&["esx01", "ESX01.lab.test", "192.0.2.1"]).is_fine();
    }

    #[test]
    fn a_wildcard_is_another_trouble() {
        named(&["*.lab.test"]).has_one_cause("host-cert-wildcard");
    }

    #[test]
    fn without_the_list_of_providers_the_name_in_the_url_is_not_known() {
        let mut fleet = Fleet::of(1);
        fleet.facts.providers.clear();
        fleet.facts.provider_list = unknown(MissingReason::NotAsked);
        fleet.is_unanswered("host-cert-name-mismatch");
    }
}
