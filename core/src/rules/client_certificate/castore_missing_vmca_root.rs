//! ## What it finds
//!
//! In mode `vmca`, the present root of vCenter's CA is not among the CA certificates of a connected ESXi host.
//!
//! Which of several trusted roots is the present one is told by vCenter's own certificate, by how VMCA names its roots,
//! and by what most hosts' certificates lead to. Where these leave several, the host has to lack all of them.
//!
//! ## Why it hurts
//!
//! vCenter's roots were never pushed to this host, or the root is new. Hosts from 9.0 on then refuse the client
//! certificate of SPS, which VMCA issued (`esx9-client-untrusted`).
//!
//! ## How it shows
//!
//! The vSphere Client shows nothing of it by itself. On hosts from 9.0 on the provider is offline.
//!
//! ## What cures it
//!
//! Push vCenter's trusted roots to the host ("Refresh CA Certificates"). The push drops the SMS certificate: look for
//! `castore-missing-sms` right after, and add it again.
//!
//! ## Sources
//!
//! vSphere documentation, what the push does (grade A); that it drops the SMS certificate (grade B); how VMCA names
//! its roots (grade B).

use super::store;
use crate::case::{Case, Verdict, certificate_seen, known};
use crate::diagnostic::Severity;
use crate::facts::{CertificateMode, Host};
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "castore-missing-vmca-root",
    severity: Severity::High,
    grade: Grade::B,
    title: "a host does not trust the root of vCenter's CA",
    rank: 49,
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
    log: Some(Leg::ClientTrust),
    cure: Cure::Remedy("refresh-ca-certificates"),
    check: Check::Host(check),
    source: include_str!("castore_missing_vmca_root.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let store = known!(store(case, host));
    if store.is_empty() || known!(case.facts.vcenter.mode.known()) != &CertificateMode::Vmca {
        return Verdict::NotApplicable;
    }
    let Some(root) = known!(case.unwell_vmca(|root| store.contains(&root))) else { return Verdict::Fine };
    let message = format!("host `{}` does not trust the root of vCenter's CA, {}", host.name, root.fingerprint.short());
    Verdict::found(message, vec![certificate_seen("root of vCenter's CA", root)])
}

#[cfg(test)]
mod tests {
    use crate::facts::CertificateMode;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Authority, Fleet, seen};

    pub(crate) fn cases() -> Vec<Case> {
        let mut other = Fleet::of(1);
        let root = other.keep(Authority::root("CA", "VMware Engineering").certificate);
        let mut roots = other.vcenter().trusted_roots.value().cloned().unwrap_or_default();
        roots.push(root);
        other.vcenter().published_roots = seen(roots.clone());
        other.vcenter().trusted_roots = seen(roots);
        vec![
            Case::cause(
                "never-pushed",
                "The root of vCenter's CA was never pushed",
                "`esx01.lab.test` holds the SMS certificate, which somebody added by hand, and not the root of VMCA.",
                without_root(),
            ),
            Case::near_miss(
                "root-of-a-linked-vcenter",
                "The root of a linked vCenter is not needed",
                "vCenter trusts two roots that are named as VMCA names them. Its own certificate shows which of them is \
                 its own, and `esx01.lab.test` holds that one.",
                other,
            ),
        ]
    }

    fn without_root() -> Fleet {
        let mut fleet = Fleet::of(1);
        let sms = fleet.vcenter().sms.sms_self_signed.value().copied();
        fleet.host(1).ca_store = seen(sms.into_iter().collect());
        fleet
    }

    #[test]
    fn a_store_without_the_root_is_found() {
        without_root().has_one_cause("castore-missing-vmca-root");
    }

    #[test]
    fn in_mode_custom_the_root_is_needed_only_for_vcenters_own_certificate() {
        let mut fleet = without_root();
        fleet.vcenter().mode = seen(CertificateMode::Custom);
        fleet.has_one_cause("castore-missing-machine-issuer");
    }

    #[test]
    fn the_root_of_another_vcenter_need_not_be_there() {
        let mut fleet = Fleet::healthy();
        fleet.trust(&Authority::root("CA", "VMware Engineering").certificate);
        fleet.is_fine();
    }
}
