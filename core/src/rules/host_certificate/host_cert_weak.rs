//! ## What it finds
//!
//! The certificate on port 443 of an ESXi host was signed over a broken digest (SHA-1 or MD5) or with RSASSA-PSS, or its
//! RSA key has fewer than 2048 bits.
//!
//! ## Why it hurts
//!
//! vSphere does not support it for ESXi hosts. What vCenter accepts today, a later version of it may refuse; then the
//! provider goes down after an update although nothing changed on hosts.
//!
//! ## How it shows
//!
//! Nothing shows while vCenter accepts it. Where it does not, the vSphere Client shows the provider offline, and `sps.log`
//! S-12 (`PKIX path ... failed`).
//!
//! ## What cures it
//!
//! A new certificate: those of VMCA have RSA 2048 and SHA-256. In mode `custom`, the customer's authority has to sign with
//! SHA-256 or better, and not with RSASSA-PSS.
//!
//! ## Sources
//!
//! vSphere documentation, custom ESXi certificates: RSA 2048 to 8192, no SHA-1, MD5 or RSASSA-PSS (grade A); that a later
//! vCenter may refuse it (grade C).

use crate::case::{Case, Port, Verdict, certificate_seen, known};
use crate::certificate::{Certificate, KeyAlgorithm, SignatureAlgorithm};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::Host;
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "host-cert-weak",
    severity: Severity::Medium,
    grade: Grade::A,
    title: "a host certificate has a key or signature that vSphere does not support",
    rank: 57,
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
    log: Some(Leg::ServerTrust),
    cure: Cure::Remedy("renew-host-certificate"),
    check: Check::Host(check),
    source: include_str!("host_cert_weak.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let leaf = known!(case.leaf(host, Port::Host));
    let Some(weakness) = weakness(leaf) else { return Verdict::Fine };
    let evidence = vec![
        Evidence::new("key and signature", format!("{}, {}", leaf.key, leaf.signature_algorithm)),
        certificate_seen(Port::Host.certificate(), leaf),
    ];
    Verdict::found(format!("certificate of host `{}` {weakness}", host.name), evidence)
}

/// What vSphere does not support of a certificate, in words.
fn weakness(leaf: &Certificate) -> Option<String> {
    let is_rsa = matches!(leaf.key.algorithm, KeyAlgorithm::Rsa | KeyAlgorithm::RsaPss);
    if leaf.signature_algorithm.is_weak() || leaf.signature_algorithm == SignatureAlgorithm::RsaPss {
        Some(format!("is signed with {}, which vSphere does not support", leaf.signature_algorithm))
    } else if is_rsa && leaf.key.bits < MINIMUM_RSA_BITS {
        Some(format!("has a key of {} bits (at least {MINIMUM_RSA_BITS} are wanted)", leaf.key.bits))
    } else if leaf.key.algorithm == KeyAlgorithm::RsaPss {
        Some("has a key for RSASSA-PSS, which vSphere does not support".to_owned())
    } else {
        None
    }
}

const MINIMUM_RSA_BITS: u32 = 2048;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, Leaf};

    fn showing(leaf: &Leaf) -> Fleet {
        let mut fleet = Fleet::of(1);
        let leaf = fleet.issue(leaf);
        fleet.serve(1, leaf);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "rsa-1024",
                "A key of 1024 bits",
                "The certificate of `esx01.lab.test` leads to a trusted root and is within its dates. Its key is of a length \
                 that was good twenty years ago.",
                showing(&Leaf::of("esx01.lab.test").short_key()),
            ),
            Case::near_miss(
                "rsa-2048",
                "A key of 2048 bits",
                "The near miss of `rsa-1024`: the shortest key that vSphere supports.",
                showing(&Leaf::of("esx01.lab.test")),
            ),
        ]
    }

    #[test]
    fn broken_digests_and_pss_are_weak_whoever_signed() {
        let mut fleet = Fleet::of(1);
        let good = fleet.issue(&Leaf::of("esx01.lab.test"));
        let mut leaf = fleet.facts.certificates.find(&good).unwrap().clone();
        assert_eq!(weakness(&leaf), None);
        leaf.signature_algorithm = SignatureAlgorithm::Rsa(crate::certificate::Digest::Sha1);
        assert!(weakness(&leaf).unwrap().contains("sha1WithRSAEncryption"));
        leaf.signature_algorithm = SignatureAlgorithm::Ecdsa(crate::certificate::Digest::Md5);
        assert!(weakness(&leaf).is_some());
        leaf.signature_algorithm = SignatureAlgorithm::RsaPss;
        assert!(weakness(&leaf).unwrap().contains("RSASSA-PSS"));
    }
}
