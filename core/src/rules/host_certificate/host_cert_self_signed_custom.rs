//! ## What it finds
//!
//! In mode `custom`, the certificate on port 443 of an ESXi host signed itself, and vCenter does not trust it.
//!
//! ## Why it hurts
//!
//! The certificate of the customer's authority was lost, mostly by `/sbin/generate-certificates` or a new
//! installation. SPS refuses the provider, and vCenter will not and must not put another in its place.
//!
//! ## How it shows
//!
//! The vSphere Client shows the host itself as the issuer of its certificate. `sps.log` shows S-05 and S-06, or S-12.
//!
//! ## What cures it
//!
//! Have the customer's authority sign a new certificate and install it. Never renew or reconnect in the hope that
//! vCenter issues one.
//!
//! ## Sources
//!
//! vSphere documentation, certificate modes: in mode `custom` renewing is the administrator's (grade A).

use super::{path_in_mode, reason};
use crate::case::{Case, Port, Verdict, certificate_seen, known};
use crate::certificate::ChainVerdict;
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{CertificateMode, Host};
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "host-cert-self-signed-custom",
    severity: Severity::High,
    grade: Grade::A,
    title: "an ESXi host has a self-signed certificate although a customer's CA issues them",
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
    cure: Cure::Remedy("install-custom-certificate"),
    check: Check::Host(check),
    source: include_str!("host_cert_self_signed_custom.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let path = known!(path_in_mode(case, host, &CertificateMode::Custom));
    if !matches!(path.chain, ChainVerdict::SelfSigned) {
        return Verdict::Fine;
    }
    let evidence =
        vec![certificate_seen(Port::Host.certificate(), path.leaf), Evidence::new("chain", reason(&path.chain))];
    Verdict::found(
        format!(
            "certificate of host `{}` is self-signed, and the customer's authority ought to have issued it",
            host.name
        ),
        evidence,
    )
}

#[cfg(test)]
mod tests {
    use crate::facts::CertificateMode;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, Leaf, seen};

    fn generated() -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.vcenter().mode = seen(CertificateMode::Custom);
        let leaf = fleet.keep(Leaf::of("esx01.lab.test").self_signed("IT"));
        fleet.serve(1, leaf);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut issued = Fleet::of(1);
        issued.vcenter().mode = seen(CertificateMode::Custom);
        vec![
            Case::cause(
                "after-a-new-installation",
                "A host of a customer's CA was installed anew",
                "`esx01.lab.test` has the certificate that the installer made. In mode `custom` vCenter neither can nor may \
                 put another in its place.",
                generated(),
            ),
            Case::near_miss(
                "issued-by-vmca",
                "A certificate of VMCA in mode `custom`",
                "The near miss of `after-a-new-installation`: the customer's authority did not issue it either, and \
                 vCenter trusts it.",
                issued,
            ),
        ]
    }

    #[test]
    fn a_self_signed_certificate_is_found_in_mode_custom() {
        generated().has_one_cause("host-cert-self-signed-custom");
    }

    #[test]
    fn a_trusted_one_is_fine_whoever_issued_it() {
        let mut fleet = Fleet::healthy();
        fleet.vcenter().mode = seen(CertificateMode::Custom);
        fleet.is_fine();
    }
}
