//! ## What it finds
//!
//! The certificate on port 443 of an ESXi host has a wildcard (`*.example.com`) among its alternative names.
//!
//! ## Why it hurts
//!
//! vSphere does not support wildcards in ESXi certificates. Some of its parts accept them and others do not, and several
//! hosts with one certificate cannot be told apart.
//!
//! ## How it shows
//!
//! Much works. Where SPS refuses it, the vSphere Client shows the provider offline and `sps.log` shows S-15.
//!
//! ## What cures it
//!
//! Have the customer's authority sign a certificate with the host's own names and install it; or, in mode `vmca`, let
//! vCenter issue one.
//!
//! ## Sources
//!
//! vSphere documentation, custom ESXi certificates: no wildcards (grade A).

use crate::case::{Case, Port, Verdict, certificate_seen, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::Host;
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "host-cert-wildcard",
    severity: Severity::Medium,
    grade: Grade::A,
    title: "a host certificate has a wildcard among its names",
    rank: 59,
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
    source: include_str!("host_cert_wildcard.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let leaf = known!(case.leaf(host, Port::Host));
    let Some(wildcard) = leaf.dns_names.iter().find(|name| name.contains('*')) else { return Verdict::Fine };
    let evidence = vec![
        Evidence::new("names in the certificate", leaf.dns_names.join(", ")),
        certificate_seen(Port::Host.certificate(), leaf),
    ];
    Verdict::found(
        format!("certificate of host `{}` has the wildcard `{wildcard}` among its names", host.name),
        evidence,
    )
}

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, Leaf};

    fn named(names: &[&str]) -> Fleet {
        let mut fleet = Fleet::of(1);
        let leaf = fleet.issue(&Leaf::of("esx01.lab.test").names(names));
        fleet.serve(1, leaf);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "one-for-the-domain",
                "One certificate for the whole domain",
                "The customer's authority issued `*.lab.test` for all hosts. The name is covered, and vSphere does not \
                 support it.",
                named(&["*.lab.test"]),
            ),
            Case::near_miss(
                "many-names",
                "A certificate with several names, none a wildcard",
                "The near miss of `one-for-the-domain`: the names of two hosts and of the domain, each in full.",
                named(&["esx01.lab.test", "esx02.lab.test", "lab.test"]),
            ),
        ]
    }

    #[test]
    fn beside_the_exact_name_it_is_found_and_for_another_domain_it_follows_from_the_wrong_name() {
        named(&["esx01.lab.test", "*.lab.test"]).has_one_cause("host-cert-wildcard");
        let other = named(&["*.example.test"]);
        other.has_one_cause("host-cert-name-mismatch");
        other.follows("host-cert-wildcard", "host-cert-name-mismatch");
    }

    #[test]
    fn hosts_that_share_it_are_each_found() {
        let mut fleet = Fleet::of(2);
        let shared = fleet.issue(&Leaf::of("*.lab.test"));
        fleet.serve(1, shared);
        fleet.serve(2, shared);
        assert_eq!(fleet.causes(), ["host-cert-wildcard"; 2]);
    }
}
