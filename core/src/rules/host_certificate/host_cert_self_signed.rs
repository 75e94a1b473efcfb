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

use super::{chain_in_mode, reason};
use crate::certificate::ChainVerdict;
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{CertificateMode, Host};
use crate::log::Leg;
use crate::rules::{Case, Check, Cure, Grade, Port, Rule, Verdict, certificate_seen, known};

pub(crate) const RULE: Rule = Rule {
    code: "host-cert-self-signed",
    severity: Severity::High,
    grade: Grade::A,
    title: "an ESXi host has a self-signed certificate although vCenter's CA issues them",
    rank: 44,
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
    log: Some(Leg::ServerTrust),
    cure: Cure::Remedy("renew-host-certificate"),
    check: Check::Host(check),
    source: include_str!("host_cert_self_signed.rs"),
    #[cfg(test)]
    cases: Vec::new,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let (leaf, chain) = known!(chain_in_mode(case, host, &CertificateMode::Vmca));
    if !matches!(chain, ChainVerdict::SelfSigned) {
        return Verdict::Fine;
    }
    let evidence = vec![certificate_seen(Port::Host.certificate(), leaf), Evidence::new("chain", reason(&chain))];
    Verdict::found(
        format!("certificate of host `{}` is self-signed, and vCenter's CA ought to have issued it", host.name),
        evidence,
    )
}

#[cfg(test)]
mod tests {
    use crate::facts::CertificateMode;
    use crate::rules::testing::{Fleet, Leaf, seen};

    fn self_signed() -> Fleet {
        let mut fleet = Fleet::healthy();
        let leaf = Leaf::of("localhost.localdomain").self_signed("VMware ESX Server Default Certificate");
        let leaf = fleet.keep(leaf);
        fleet.serve(1, leaf);
        fleet.provider(1).status = seen("offline".to_owned());
        fleet
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
        let mut fleet = self_signed();
        fleet.vcenter().mode = seen(CertificateMode::Thumbprint);
        assert!(!fleet.codes().iter().any(|code| code == "host-cert-self-signed"));
    }
}
