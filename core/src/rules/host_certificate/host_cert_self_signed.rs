//! ## What it finds
//!
//! In mode `vmca`, the certificate on port 443 of an ESXi host signed itself, and vCenter does not trust it.
//!
//! ## Why it hurts
//!
//! It is what `/sbin/generate-certificates` leaves behind when the host is not provisioned again afterwards: the
//! middle of the steps of KB 320568. vCenter keeps the host by its fingerprint, but SPS trusts by authority and
//! refuses the provider.
//!
//! ## How it shows
//!
//! The vSphere Client shows the host itself as the issuer of its certificate, and the provider offline. `sps.log`
//! shows S-05 and S-06 (`CertificateNotTrusted`), or S-12.
//!
//! ## What cures it
//!
//! Renew the certificate from vCenter, then restart the provider daemon. Reconnecting the host issues a new one as
//! well and disturbs more.
//!
//! ## Sources
//!
//! KB 320568 (grade A); vSphere documentation 5.5, that the command makes a self-signed certificate (grade A).

use super::{path_in_mode, reason};
use crate::case::{Case, Port, Verdict, certificate_seen, known};
use crate::certificate::ChainVerdict;
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{CertificateMode, Host};
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "host-cert-self-signed",
    severity: Severity::High,
    grade: Grade::A,
    title: "an ESXi host has a self-signed certificate although vCenter's CA issues them",
    rank: 32,
    explains: &[
        "host-cert-name-mismatch",
        "host-cert-no-san",
        "host-cert-weak",
        "host-cert-wildcard",
        "provider-cert-cached-stale",
        "provider-cert-invalid",
        "provider-connected-unsynced",
        "provider-disconnected",
        "provider-missing",
        "provider-offline",
        "provider-status-unknown",
        "provider-syncerror",
        "vcdb-thumbprint-mismatch",
    ],
    log: Some(Leg::ServerTrust),
    cure: Cure::Remedy("renew-host-certificate"),
    check: Check::Host(check),
    source: include_str!("host_cert_self_signed.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let path = known!(path_in_mode(case, host, &CertificateMode::Vmca));
    if !matches!(path.chain, ChainVerdict::SelfSigned) {
        return Verdict::Fine;
    }
    let evidence =
        vec![certificate_seen(Port::Host.certificate(), path.leaf), Evidence::new("chain", reason(&path.chain))];
    Verdict::found(
        format!("certificate of host `{}` is self-signed, and vCenter's CA ought to have issued it", host.name),
        evidence,
    )
}

#[cfg(test)]
mod tests {
    use crate::facts::CertificateMode;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, Leaf, seen};

    fn self_signed() -> Fleet {
        generated(3)
    }

    fn generated(hosts: u32) -> Fleet {
        let mut fleet = Fleet::of(hosts);
        let leaf = Leaf::of("localhost.localdomain").self_signed("VMware ESX Server Default Certificate");
        let leaf = fleet.keep(leaf);
        fleet.serve(1, leaf);
        fleet.provider(1).status = seen("offline".to_owned());
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut trusted = Fleet::of(1);
        let own = Leaf::of("esx01.lab.test").self_signed("IT");
        trusted.trust(&own);
        trusted.serve(1, own.fingerprint);
        vec![
            Case::cause(
                "after-generate-certificates",
                "`/sbin/generate-certificates`, and nothing after it",
                "The steps of KB 320568 were left off in the middle: `esx01.lab.test` has a self-signed certificate with \
                 the name of nobody.",
                generated(1),
            ),
            Case::near_miss(
                "imported-itself",
                "A self-signed certificate that was imported among the trusted roots",
                "The near miss of `after-generate-certificates`: someone told vCenter to trust this very certificate, \
                 and SPS does.",
                trusted,
            ),
        ]
    }

    #[test]
    fn a_generated_certificate_is_found_and_explains_its_wrong_name() {
        let fleet = self_signed();
        fleet.has_one_cause("host-cert-self-signed");
        fleet.follows("host-cert-name-mismatch", "host-cert-self-signed");
        fleet.follows("provider-offline", "host-cert-self-signed");
    }

    #[test]
    fn pinned_certificates_may_sign_themselves() {
        const MISSING: &str = "thumbprint-entry-missing";
        let mut fleet = self_signed();
        fleet.vcenter().mode = seen(CertificateMode::Thumbprint);
        assert_eq!(fleet.causes(), [[MISSING; 3].as_slice(), &["host-cert-name-mismatch"]].concat());
    }
}
