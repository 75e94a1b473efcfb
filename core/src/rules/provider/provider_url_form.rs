//! ## What it finds
//!
//! The URL of a host's provider holds an address where the host was added to vCenter by name, or the reverse, and the
//! certificate on port 9080 does not carry what the URL holds.
//!
//! It leads `host-cert-name-mismatch`, which is the same seen from the certificate: here the certificate fits the host
//! as vCenter knows it, and to renew it would change nothing.
//!
//! ## Why it hurts
//!
//! SPS compares the certificate with the URL, and refuses the provider.
//!
//! ## How it shows
//!
//! The vSphere Client shows a provider by address among providers by name. `sps.log` shows S-15.
//!
//! ## What cures it
//!
//! Unregister the provider; vCenter registers it again by the name that the host has in the inventory. If it comes back
//! in the wrong form, remove the host and add it by the name that its certificate carries.
//!
//! ## Sources
//!
//! vSphere documentation, changing names of hosts (grade A); SMS API, `InvalidCertificate` on a wrong host name (grade
//! A).

use std::net::IpAddr;

use crate::case::{Case, Port, Verdict, known};
use crate::certificate::NameMatch;
use crate::diagnostic::{Evidence, Severity};
use crate::facts::Host;
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "provider-url-form",
    severity: Severity::Medium,
    grade: Grade::A,
    title: "a provider is registered by address and its host by name, or the reverse",
    rank: 57,
    explains: &[
        "host-cert-name-mismatch",
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
    cure: Cure::ByHand(
        "remove the provider in the vSphere Client (vCenter > Configure > Storage Providers) and restart the service `sps`, which registers it again by the host's name in the inventory",
    ),
    check: Check::Host(check),
    source: include_str!("provider_url_form.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let Some(provider) = case.canonical_provider(host) else { return Verdict::NotApplicable };
    let in_url = provider.url.host.as_str();
    let is_address = |name: &str| name.parse::<IpAddr>().is_ok();
    if is_address(in_url) == is_address(&host.name) {
        return Verdict::Fine;
    }
    let leaf = known!(case.leaf(host, Port::Provider));
    let fits = |name: &str| leaf.matches_name(name) != NameMatch::Mismatch;
    if fits(in_url) {
        return Verdict::Fine;
    }
    if !fits(&host.name) {
        // The certificate is of neither: `host-cert-name-mismatch`.
        return Verdict::NotApplicable;
    }
    let message =
        format!("provider of host `{}` is registered as `{in_url}`, which its certificate does not carry", host.name);
    let names = [("name in the provider's URL", in_url), ("name in vCenter", host.name.as_str())];
    Verdict::found(message, names.map(|(what, name)| Evidence::new(what, name)).to_vec())
}

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, Leaf, seen};

    /// The provider is registered by the host's address.
    fn by_address() -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.provider(1).url.host = "192.0.2.1".to_owned();
        fleet.provider(1).url.text = "https://192.0.2.1:9080/version.xml".to_owned();
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut down = by_address();
        down.provider(1).status = seen("disconnected".to_owned());
        let mut carried = by_address();
        let leaf = carried.issue(&Leaf::of("esx01.lab.test").names(&["esx01.lab.test", "192.0.2.1"]));
        carried.serve(1, leaf);
        vec![
            Case::cause(
                "by-address",
                "The provider by address, the host by name",
                "`esx01.lab.test` was added by address once and by name later. Its provider is still that of `192.0.2.1`, \
                 and the certificate carries the name alone.",
                down,
            ),
            Case::near_miss(
                "address-is-carried",
                "The certificate carries name and address",
                "The same URL, but the certificate of `esx01.lab.test` carries `192.0.2.1` as well: SPS is content.",
                carried,
            ),
        ]
    }

    #[test]
    fn the_certificate_that_does_not_carry_the_address_follows() {
        by_address().follows("host-cert-name-mismatch", "provider-url-form");
    }

    #[test]
    fn an_old_name_is_a_name() {
        let mut fleet = Fleet::of(1);
        fleet.provider(1).url.host = "old-esx01.lab.test".to_owned();
        fleet.has_one_cause("host-cert-name-mismatch");
    }
}
