//! ## What it finds
//!
//! The present root of vCenter's CA has expired, or begins in the future. Which of several trusted roots is the present one
//! is told by vCenter's own certificate, by how VMCA names its roots, and in mode `vmca` by what most hosts' certificates
//! lead to. Where these leave several, they have to be out of their dates together.
//!
//! In other modes VMCA issues no certificates of hosts, and still issues `sps-extension`, and vCenter's own certificate
//! unless that was replaced. There it is found where one of these two is of that root, and explains what happens at the
//! hosts that either is shown to.
//!
//! ## Why it hurts
//!
//! No certificate that it issued outlives it, vCenter cannot issue good ones, and nothing that it issued is trusted.
//! Renewing or reconnecting hosts cures nothing; pushing the roots to hosts does not either.
//!
//! ## How it shows
//!
//! The vSphere Client shows certificate alarms on vCenter and on many hosts, and all IOFILTER providers offline.
//! `sps.log` shows S-12 or S-13 for host after host.
//!
//! ## What cures it
//!
//! Renew the root with the vendor's procedure (vCert), push it to the hosts, then renew their certificates.
//!
//! ## Sources
//!
//! vSphere documentation, renewing ESXi certificates: the trusted root caps the life of a host certificate (grade A).
//! KB 440183, which hosts are shown `sps-extension` (grade A).

use crate::case::{Case, Reach, Verdict, certificate_seen, known};
use crate::certificate::Certificate;
use crate::diagnostic::Severity;
use crate::facts::CertificateMode;
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "vmca-root-expired",
    severity: Severity::Critical,
    grade: Grade::A,
    title: "the root of vCenter's own CA is not within its dates",
    rank: 7,
    explains: &[
        "cert-not-yet-valid",
        "esx9-client-untrusted",
        "host-cert-expired",
        "machine-ssl-expired",
        "provider-cert-cached-stale",
        "provider-cert-invalid",
        "provider-connected-unsynced",
        "provider-disconnected",
        "provider-missing",
        "provider-offline",
        "provider-status-unknown",
        "provider-syncerror",
        "sps-extension-expired",
        "whole-fleet-down",
    ],
    log: Some(Leg::ServerTrust),
    cure: Cure::ByHand(
        "renew the root of VMCA with the vendor's procedure before anything on hosts; nothing here does that",
    ),
    check: Check::VCenter(check),
    source: include_str!("vmca_root_expired.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    let is_good = |root: &Certificate| case.validity(root).is_valid();
    if known!(case.facts.vcenter.mode.known()) == &CertificateMode::Vmca {
        let unwell = known!(case.unwell_vmca(is_good));
        return unwell.map_or(Verdict::Fine, |root| found(case, root));
    }
    known!(case.facts.vcenter.trusted_roots.known());
    let mut used = case.vmca_roots().iter().filter(|root| is_used(case, root)).peekable();
    if used.peek().is_none() {
        return Verdict::NotApplicable;
    }
    used.find(|root| !is_good(root)).map_or(Verdict::Fine, |root| found(case, root).reaching(reach(case, root)))
}

fn found(case: &Case<'_>, root: &Certificate) -> Verdict {
    let message = format!(
        "root of vCenter's CA is good from {} to {}, which is not now ({})",
        root.not_before, root.not_after, case.now
    );
    Verdict::found(message, vec![certificate_seen("root of vCenter's CA", root)])
}

/// Whether something that VMCA issues in every mode leads to it; or there is something that VMCA will have to issue anew
/// and no other root to do it with.
fn is_used(case: &Case<'_>, root: &Certificate) -> bool {
    let is_the_only_one = || case.vmca_roots().len() == 1 && case.facts.vcenter.sms.sps_extension.value().is_some();
    [case.of_vcenter(), case.of_extension()].contains(&Some(root)) || is_the_only_one()
}

/// The hosts that are shown what is of this root: all, if it is vCenter's own certificate.
fn reach(case: &Case<'_>, root: &Certificate) -> Reach {
    if case.of_vcenter() == Some(root) { Reach::All } else { Reach::FromNine }
}

#[cfg(test)]
mod tests {
    use crate::facts::{CertificateMode, MissingReason};
    use crate::rules::cases::Case;
    use crate::rules::testing::{Authority, Fleet, Leaf, seen, shown, unknown};

    fn root_ending_in(seconds: i64) -> Fleet {
        Fleet::healthy().of_root_ending_in(seconds)
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut refused = custom(-1);
        refused.provider(1).status = seen("disconnected".to_owned());
        vec![
            Case::cause(
                "by-one-second",
                "VMCA's root ended one second ago",
                "Everything that it issued ended with it: the certificate of vCenter itself and that of `esx01.lab.test`. \
                 Renewing hosts is of no use.",
                Fleet::of(1).of_root_ending_in(-1),
            ),
            Case::cause(
                "in-mode-custom",
                "VMCA's root ended although VMCA issues no host certificates",
                "Hosts and vCenter have certificates of the company's authority. `sps-extension` is of VMCA in every mode, and \
                 `esx01.lab.test`, of 9.0, refuses it. To push the root once more would not help.",
                refused,
            ),
            Case::near_miss(
                "last-second",
                "VMCA's root in its last second",
                "The near miss of `by-one-second`: it is ending, and it has not ended.",
                Fleet::of(1).of_root_ending_in(0),
            ),
        ]
    }

    #[test]
    fn an_expired_root_explains_what_expired_with_it() {
        let fleet = root_ending_in(-1);
        fleet.has_one_cause("vmca-root-expired");
        fleet.follows("host-cert-expired", "vmca-root-expired");
    }

    #[test]
    fn its_last_second_is_good() {
        assert!(!root_ending_in(0).codes().iter().any(|code| code == "vmca-root-expired"));
    }

    /// The hosts and vCenter itself have certificates of the company's authority; `sps-extension` is of VMCA.
    fn custom(ends: i64) -> Fleet {
        let mut fleet = Fleet::of(2).of_root_ending_in(ends);
        let company = Authority::root("Example Root", "IT");
        fleet.trust(&company.certificate);
        fleet.vcenter().mode = seen(CertificateMode::Custom);
        fleet.vcenter().version = seen("9.0.0".to_owned());
        fleet.vcenter().build = seen("24755229".to_owned());
        let https = fleet.keep(company.sign(&Leaf::of("vc.lab.test")));
        fleet.vcenter().on_https = shown(https);
        for number in 1..=2 {
            let leaf = fleet.keep(company.sign(&Leaf::of(&format!("esx{number:02}.lab.test"))));
            fleet.serve(number, leaf);
            let mut held = fleet.host(number).ca_store.value().cloned().unwrap_or_default();
            held.push(company.certificate.fingerprint);
            fleet.host(number).ca_store = seen(held);
        }
        fleet.host(1).version = seen("9.0.0".to_owned());
        fleet
    }

    #[test]
    fn in_mode_custom_it_hurts_where_sps_extension_is_shown() {
        let mut fleet = custom(-1);
        for number in 1..=2 {
            fleet.provider(number).status = seen("disconnected".to_owned());
        }
        fleet.follows("esx9-client-untrusted", "vmca-root-expired");
        assert_eq!(fleet.causes(), ["vmca-root-expired", "provider-disconnected"]);
        assert!(!custom(0).codes().contains(&"vmca-root-expired".to_owned()));
    }

    #[test]
    fn in_mode_custom_a_root_that_nothing_is_of_is_not_judged() {
        let mut fleet = custom(-1);
        fleet.vcenter().sms.sps_extension = unknown(MissingReason::Gone);
        assert!(!fleet.codes().contains(&"vmca-root-expired".to_owned()));
    }
}
