//! ## What it finds
//!
//! In mode `vmca`, the issuer of the certificate on port 443 has the name of a root that vCenter trusts, and another
//! key.
//!
//! An old root that has expired, and was left beside its successor of the same name, counts as replaced.
//!
//! ## Why it hurts
//!
//! The root of vCenter's CA was replaced, and the host still has a certificate of the old one. SPS trusts the new
//! root alone and refuses the provider.
//!
//! ## How it shows
//!
//! The vSphere Client shows the right issuer's name; only the key identifiers differ. The provider is offline.
//! `sps.log` shows S-05 and S-06, or S-12.
//!
//! ## What cures it
//!
//! Push the new root to the host, see that the host still trusts the SMS certificate, then renew the host's
//! certificate. Within a day of the new root, renewing fails with "Start Time Error (70034)": wait.
//!
//! ## Sources
//!
//! vSphere documentation, renewing ESXi certificates (grade A); the error of the first day (grade B).

use super::{chain_in_mode, reason};
use crate::certificate::ChainVerdict;
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{CertificateMode, Host};
use crate::log::Leg;
use crate::rules::{Case, Check, Cure, Grade, Port, Rule, Verdict, certificate_seen, known};

pub(crate) const RULE: Rule = Rule {
    code: "host-cert-old-vmca-root",
    severity: Severity::High,
    grade: Grade::A,
    title: "a host certificate was issued by a VMCA root that has been replaced",
    rank: 43,
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
    cure: Cure::Remedy("renew-after-root-change"),
    check: Check::Host(check),
    source: include_str!("host_cert_old_vmca_root.rs"),
    #[cfg(test)]
    cases: Vec::new,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let (leaf, chain) = known!(chain_in_mode(case, host, &CertificateMode::Vmca));
    if !is_of_old_root(case, &chain) {
        return Verdict::Fine;
    }
    let evidence = vec![certificate_seen(Port::Host.certificate(), leaf), Evidence::new("chain", reason(&chain))];
    Verdict::found(
        format!(
            "certificate of host `{}` was issued by `{}` with a key that vCenter no longer trusts",
            host.name, leaf.issuer
        ),
        evidence,
    )
}

/// The root's name with another key; or an old root that has expired and was left beside its successor.
fn is_of_old_root(case: &Case<'_>, chain: &ChainVerdict) -> bool {
    match chain {
        ChainVerdict::SameNameOtherKey { .. } => true,
        ChainVerdict::AnchorExpired { anchor, .. } => case.certificate(anchor).is_ok_and(|old| {
            case.roots.iter().any(|root| root.subject == old.subject && case.validity(root).is_valid())
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{Authority, Fleet, Leaf, seen};

    #[test]
    fn the_name_of_the_root_with_another_key_is_found() {
        let mut fleet = Fleet::healthy();
        let old = Authority::root("CA", "VMware Engineering");
        let leaf = fleet.keep(old.sign(&Leaf::of("esx01.lab.test")));
        fleet.serve(1, leaf);
        fleet.provider(1).status = seen("disconnected".to_owned());
        fleet.has_one_cause("host-cert-old-vmca-root");
    }

    #[test]
    fn an_expired_root_beside_its_successor_is_an_old_one() {
        let mut fleet = Fleet::healthy();
        let old = Authority::root_within("CA", "VMware Engineering", &Leaf::of("root").ends(-1));
        let leaf = fleet.keep(old.sign(&Leaf::of("esx01.lab.test")));
        let left = fleet.keep(old.certificate.clone());
        fleet.serve(1, leaf);
        let mut roots = fleet.vcenter().trusted_roots.value().cloned().unwrap_or_default();
        roots.push(left);
        fleet.vcenter().trusted_roots = seen(roots);
        fleet.has_one_cause("host-cert-old-vmca-root");
    }

    #[test]
    fn an_old_root_that_is_still_trusted_does_no_harm() {
        let mut fleet = Fleet::healthy();
        let old = Authority::root("CA", "VMware Engineering");
        let leaf = fleet.keep(old.sign(&Leaf::of("esx01.lab.test")));
        let root = fleet.keep(old.certificate.clone());
        fleet.serve(1, leaf);
        let mut roots = fleet.vcenter().trusted_roots.value().cloned().unwrap_or_default();
        roots.push(root);
        fleet.vcenter().trusted_roots = seen(roots);
        fleet.is_fine();
    }
}
