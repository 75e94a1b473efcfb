//! ## What it finds
//!
//! Nothing among the CA certificates of a connected ESXi host leads to vCenter's own certificate (machine SSL).
//!
//! Where that certificate was issued by vCenter's own CA in mode `vmca`, the same is `castore-missing-vmca-root`, which
//! leads because it says more.
//!
//! ## Why it hurts
//!
//! The host cannot verify its vCenter. It mostly begins when vCenter got a certificate of the company's CA and the root
//! of that CA was not pushed to the hosts.
//!
//! ## How it shows
//!
//! The vSphere Client shows nothing of it by itself. The vendor's vCert shows the host's trust of vCenter as missing.
//!
//! ## What cures it
//!
//! Bring the CA into vCenter's trusted roots if it is not there, push the roots to the host ("Refresh CA
//! Certificates"), and look for `castore-missing-sms` right after: the push drops the SMS certificate.
//!
//! ## Sources
//!
//! The vendor's vCert, which checks it of every host (grade A); vSphere documentation, what the push does (grade A);
//! that it drops the SMS certificate (grade B).

use super::{store, unverifiable};
use crate::case::{Case, Verdict, certificate_seen, known};
use crate::certificate::{ChainVerdict, verify_chain};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{CertificateMode, Host};
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "castore-missing-machine-issuer",
    severity: Severity::High,
    grade: Grade::B,
    title: "a host does not trust the CA that issued vCenter's own certificate",
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
    source: include_str!("castore_missing_machine_issuer.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let store = known!(store(case, host));
    let shown = known!(case.facts.vcenter.on_https.known());
    if store.is_empty() {
        return Verdict::NotApplicable;
    }
    let anchor = match known!(case.chain(shown)) {
        ChainVerdict::Trusted { anchor } => Some(anchor),
        _ => None,
    };
    let of_vmca = case.vmca_roots().iter().any(|root| Some(root.fingerprint) == anchor);
    // `castore-missing-vmca-root` says it, where it can be told which one is VMCA's.
    let is_told = || case.unwell_vmca(|root| store.contains(&root)).is_ok();
    if of_vmca && known!(case.facts.vcenter.mode.known()) == &CertificateMode::Vmca && is_told() {
        return Verdict::NotApplicable;
    }
    if anchor.is_some_and(|anchor| store.iter().any(|held| held.fingerprint == anchor)) {
        return Verdict::Fine;
    }
    let own = known!(case.certificate(&shown.leaf));
    let rest: Vec<_> = shown.rest.iter().filter_map(|rest| case.certificate(rest).ok()).collect();
    let chain = verify_chain(own, &rest, &store, case.now);
    if chain.is_unknown() {
        return unverifiable("__MACHINE_CERT", &chain);
    }
    if !is_without_issuer(&chain) {
        return Verdict::Fine;
    }
    let message = format!("host `{}` does not trust `{}`, who issued vCenter's certificate", host.name, own.issuer);
    let held = Evidence::new("CA certificates of the host", format!("{}, none of which leads to it", store.len()));
    Verdict::found(message, vec![certificate_seen("certificate of vCenter", own), held])
}

/// That an issuer is there and has expired, or signs badly, is another trouble.
fn is_without_issuer(chain: &ChainVerdict) -> bool {
    matches!(
        chain,
        ChainVerdict::SelfSigned
            | ChainVerdict::UnknownIssuer { .. }
            | ChainVerdict::SameNameOtherKey { .. }
            | ChainVerdict::Incomplete { .. }
    )
}

#[cfg(test)]
mod tests {
    use crate::facts::CertificateMode;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Authority, Fleet, Leaf, seen, shown};

    /// vCenter got a certificate of the company's CA, whose root is among its trusted roots.
    fn with_company_certificate(pushed: bool) -> Fleet {
        let mut fleet = Fleet::of(1);
        let company = Authority::root("Example Root", "IT");
        let root = fleet.keep(company.certificate.clone());
        let own = fleet.keep(company.sign(&Leaf::of("vc.lab.test")));
        let mut roots = fleet.vcenter().trusted_roots.value().cloned().unwrap_or_default();
        roots.push(root);
        fleet.vcenter().published_roots = seen(roots.clone());
        fleet.vcenter().trusted_roots = seen(roots);
        fleet.vcenter().on_https = shown(own);
        if pushed {
            let mut held = fleet.host(1).ca_store.value().cloned().unwrap_or_default();
            held.push(root);
            fleet.host(1).ca_store = seen(held);
        }
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "not-pushed",
                "vCenter has a certificate of the company's CA, and the hosts were not told",
                "The machine SSL certificate was replaced by one of `Example Root`. vCenter trusts that root; \
                 `esx01.lab.test` still holds only what it was given when it was added.",
                with_company_certificate(false),
            ),
            Case::near_miss(
                "pushed",
                "The same, after the roots were pushed",
                "`esx01.lab.test` holds `Example Root` beside the root of VMCA and the SMS certificate.",
                with_company_certificate(true),
            ),
        ]
    }

    #[test]
    fn where_vmca_issued_it_its_root_is_missed_by_another_rule() {
        let mut fleet = Fleet::healthy();
        let sms = fleet.vcenter().sms.sms_self_signed.value().copied();
        fleet.host(1).ca_store = seen(sms.into_iter().collect());
        fleet.has_one_cause("castore-missing-vmca-root");
        fleet.vcenter().mode = seen(CertificateMode::Custom);
        fleet.has_one_cause("castore-missing-machine-issuer");
    }
}
