//! ## What it finds
//!
//! The certificate on port 443 of an ESXi host has no alternative names (SAN); only its common name is that of the host.
//!
//! Where the common name is another one too, `host-cert-name-mismatch` has it.
//!
//! ## Why it hurts
//!
//! TLS clients of today look at alternative names only, and vSphere asks for them: the certificate works with those
//! that still fall back to the common name, until one of them is updated.
//!
//! ## How it shows
//!
//! Browsers say that the name is not right although it looks right. Where SPS refuses it, the vSphere Client shows the
//! provider offline and `sps.log` shows S-15 (no subject alternative name).
//!
//! ## What cures it
//!
//! A new certificate: vCenter writes the names into those that it issues. In mode `custom`, ask the customer's authority
//! for one with the names that the host is known by.
//!
//! ## Sources
//!
//! vSphere documentation, custom ESXi certificates: the alternative name must be the one in the inventory (grade A).

use crate::case::{Case, Port, Verdict, certificate_seen, known};
use crate::certificate::NameMatch;
use crate::diagnostic::Severity;
use crate::facts::Host;
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "host-cert-no-san",
    severity: Severity::Medium,
    grade: Grade::A,
    title: "a host certificate has no alternative names",
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
    source: include_str!("host_cert_no_san.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let leaf = known!(case.leaf(host, Port::Host));
    if leaf.matches_name(&host.name) != NameMatch::CommonNameOnly {
        return Verdict::Fine;
    }
    let message =
        format!("certificate of host `{}` has its name as common name only, not as alternative name", host.name);
    Verdict::found(message, vec![certificate_seen(Port::Host.certificate(), leaf)])
}

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, Leaf};

    fn named(common_name: &str, names: &[&str]) -> Fleet {
        let mut fleet = Fleet::of(1);
        let leaf = fleet.issue(&Leaf::of(common_name).alternative_names(names));
        fleet.serve(1, leaf);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "common-name-only",
                "A certificate of the old style",
                "The name of `esx01.lab.test` stands in the subject of its certificate and nowhere else.",
                named("esx01.lab.test", &[]),
            ),
            Case::near_miss(
                "other-common-name",
                "The right alternative name under another common name",
                "The near miss of `common-name-only`: the common name is another, and nobody asks for it.",
                named("esxi", &["esx01.lab.test"]),
            ),
        ]
    }

    #[test]
    fn with_another_common_name_it_is_a_wrong_name() {
        let fleet = named("localhost.localdomain", &[]);
        assert_eq!(fleet.codes(), ["host-cert-name-mismatch"]);
    }
}
