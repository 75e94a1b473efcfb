//! ## What it finds
//!
//! The certificate `sps-extension` does not lead to the present root of vCenter's CA, by its authority key id or its
//! signature. Where the certificate was not read and there are hosts from 9.0 on: vCenter logged that it could not make it
//! anew after the root was replaced, and logged no success since.
//!
//! ## Why it hurts
//!
//! The root of VMCA was replaced and only half of what hangs on it followed. Hosts from 9.0 on, and arrays, refuse
//! vCenter as soon as they no longer trust the old root.
//!
//! ## How it shows
//!
//! The vSphere Client shows the event `VcClientAndVpCertRefreshOnVmcaRootCertRotationFailure` (from 8.0 U2 on).
//! `sps.log` shows S-18.
//!
//! ## What cures it
//!
//! Renew it on the appliance: take the entry out of the store `SMS` and restart the service `sps`, which makes it anew.
//! Then push vCenter's roots to the hosts from 9.0 on that lack the new one, and let their providers register again.
//!
//! ## Sources
//!
//! KB 440183 (grade A, in part); the list of vCenter's events (grade B); the vendor's vCert, how it is renewed (grade
//! A).

use super::{ClientCertificate, unverifiable};
use crate::case::{Case, Reach, Verdict, certificate_seen, known, standing};
use crate::certificate::{Certificate, ChainVerdict, verify_chain};
use crate::diagnostic::Severity;
use crate::log::Leg;
use crate::rules::event_seen;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "sps-extension-old-root",
    severity: Severity::High,
    grade: Grade::B,
    title: "the certificate that SPS shows to hosts from 9.0 on is of a root that was replaced",
    rank: 22,
    explains: &["esx9-client-untrusted"],
    log: Some(Leg::ClientTrust),
    cure: Cure::Remedy("renew-sps-extension"),
    check: Check::VCenter(check),
    source: include_str!("sps_extension_old_root.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    let events = case.facts.vcenter.events.value().into_iter().flatten();
    let failed = standing(events, &[FAILED], &[DONE]).map(event_seen);
    let is_shown = case.facts.hosts.values().any(|host| Reach::FromNine.covers(host));
    if let (None, Some(failed), true) = (ClientCertificate::SpsExtension.fact(case).value(), &failed, is_shown) {
        let message = "certificate `sps-extension` was not made anew when the root of vCenter's CA was replaced";
        return Verdict::found(message, vec![failed.clone()]).reaching(Reach::FromNine);
    }
    let shown = known!(ClientCertificate::SpsExtension.read(case));
    known!(case.facts.vcenter.trusted_roots.known());
    // Where several may be it, each trusted root will do.
    let root = match case.vmca_roots() {
        [only] => Some(*only),
        _ => None,
    };
    if root.is_some_and(|root| !case.validity(root).is_valid()) {
        // Everything of that root is void: `vmca-root-expired`.
        return Verdict::NotApplicable;
    }
    let anchors: Vec<&Certificate> = root.map_or_else(|| case.roots.clone(), |root| vec![root]);
    let chain = verify_chain(shown, &case.roots, &anchors, case.now);
    if chain.is_unknown() {
        return unverifiable("sps-extension", &chain);
    }
    if !is_of_another_root(&chain) {
        return Verdict::Fine;
    }
    let message =
        format!("certificate `sps-extension` was issued by `{}` with a key that is not the present one", shown.issuer);
    let root = root.map(|root| certificate_seen("root of vCenter's CA", root));
    let evidence = [Some(certificate_seen("certificate `sps-extension`", shown)), root, failed];
    Verdict::found(message, evidence.into_iter().flatten().collect()).reaching(Reach::FromNine)
}

fn is_of_another_root(chain: &ChainVerdict) -> bool {
    matches!(
        chain,
        ChainVerdict::SelfSigned
            | ChainVerdict::UnknownIssuer { .. }
            | ChainVerdict::SameNameOtherKey { .. }
            | ChainVerdict::Incomplete { .. }
            | ChainVerdict::BadSignature { .. }
    )
}

const FAILED: &str = "VcClientAndVpCertRefreshOnVmcaRootCertRotationFailure";
const DONE: &str = "VcClientAndVpCertRefreshOnVmcaRootCertRotationSuccess";

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Authority, Fleet, Leaf, event, seen, unknown};

    /// One host of 9.0; `sps-extension` is still of the root that was replaced, which vCenter may trust still.
    fn rotated(is_old_root_trusted: bool) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.host(1).version = seen("9.0.0".to_owned());
        fleet.vcenter().version = seen("9.0.0".to_owned());
        let old = Authority::root("CA", "VMware Engineering");
        let extension = fleet.keep(old.sign(&Leaf::of("sps-extension")));
        fleet.vcenter().sms.sps_extension = seen(extension);
        if is_old_root_trusted {
            let root = fleet.keep(old.certificate);
            let mut held = fleet.host(1).ca_store.value().cloned().unwrap_or_default();
            held.push(root);
            fleet.host(1).ca_store = seen(held);
        }
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut untrusted = rotated(false);
        untrusted.provider(1).status = seen("disconnected".to_owned());
        let mut expired = Fleet::of(1);
        let extension = expired.issue(&Leaf::of("sps-extension").ends(-1));
        expired.vcenter().sms.sps_extension = seen(extension);
        vec![
            Case::cause(
                "root-was-replaced",
                "VMCA has a new root and `sps-extension` is still of the old one",
                "`esx01.lab.test` is of 9.0, trusts the new root alone, and refuses vCenter.",
                untrusted,
            ),
            Case::cause(
                "old-root-still-held",
                "The same, while the host still holds the old root",
                "The provider is online for now. It goes down on the day that the old root is taken away.",
                rotated(true),
            ),
            Case::near_miss(
                "expired",
                "An expired `sps-extension` of the present root",
                "It was issued by the root that is in use, and has merely ended.",
                expired,
            ),
        ]
    }

    #[test]
    fn the_host_s_refusal_follows_from_it() {
        rotated(false).follows("esx9-client-untrusted", "sps-extension-old-root");
    }

    #[test]
    fn an_event_alone_counts_until_a_success_is_logged() {
        let mut fleet = Fleet::of(2);
        fleet.host(2).version = seen("9.0.0".to_owned());
        fleet.vcenter().version = seen("9.0.0".to_owned());
        let failed = "com.vmware.vc.sms.VcClientAndVpCertRefreshOnVmcaRootCertRotationFailure";
        let done = "com.vmware.vc.sms.VcClientAndVpCertRefreshOnVmcaRootCertRotationSuccess";
        fleet.vcenter().sms.sps_extension = unknown(MissingReason::NotAsked);
        fleet.vcenter().events = seen(vec![event(failed, -60, None, &[])]);
        fleet.has_one_cause("sps-extension-old-root");
        fleet.host(2).version = seen("8.0.3".to_owned());
        fleet.is_fine();
        fleet.host(2).version = seen("9.0.0".to_owned());
        fleet.vcenter().events = seen(vec![event(done, -30, None, &[]), event(failed, -60, None, &[])]);
        fleet.is_fine();
    }
}
