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
//! Agree on one name, in DNS both ways, then renew the certificate. A host that was added by its old name has to be
//! removed and added again.
//!
//! ## Sources
//!
//! vSphere documentation, changing names of hosts (grade A); SMS API, `InvalidCertificate` on a wrong host name
//! (grade A).

use crate::certificate::NameMatch;
use crate::diagnostic::{Evidence, Severity};
use crate::facts::Host;
use crate::log::Leg;
use crate::rules::{Case, Check, Cure, Grade, Port, Rule, Verdict, known};

pub(crate) const RULE: Rule = Rule {
    code: "host-cert-name-mismatch",
    severity: Severity::High,
    grade: Grade::A,
    title: "a host certificate does not carry the name that vCenter or SPS uses",
    rank: 58,
    explains: &[
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
    cure: Cure::Remedy("renew-host-certificate"),
    check: Check::Host(check),
    source: include_str!("host_cert_name_mismatch.rs"),
    #[cfg(test)]
    cases: Vec::new,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let leaf = known!(case.leaf(host, Port::Host));
    let in_url = case.canonical_provider(host).map(|provider| provider.url.host.as_str());
    let mut names = std::iter::once(host.name.as_str()).chain(in_url);
    let Some(name) = names.find(|name| leaf.matches_name(name) == NameMatch::Mismatch) else { return Verdict::Fine };
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
    use crate::rules::testing::{Fleet, Leaf, seen};

    fn named(names: &[&str]) -> Fleet {
        let mut fleet = Fleet::healthy();
        let leaf = fleet.issue(&Leaf::of("esx01.lab.test").names(names));
        fleet.serve(1, leaf);
        fleet
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
        fleet.follows("host-cert-name-mismatch", "provider-url-form");
    }

    #[test]
    fn case_does_not_matter_and_more_names_do_no_harm() {
        named(&["esx01", "ESX01.lab.test", "192.0.2.1"]).is_fine();
    }

    #[test]
    fn a_wildcard_is_another_trouble() {
        named(&["*.lab.test"]).is_fine();
    }
}
