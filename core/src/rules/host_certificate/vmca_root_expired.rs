//! ## What it finds
//!
//! In mode `vmca`, the present root of vCenter's CA has expired, or begins in the future. Which of several trusted
//! roots is the present one is told by vCenter's own certificate, by how VMCA names its roots, and by what most hosts'
//! certificates lead to. Where these leave several, they have to be out of their dates together.
//!
//! ## Why it hurts
//!
//! No host certificate outlives it, vCenter cannot issue good ones, and nothing that it issued is trusted. Renewing
//! or reconnecting hosts cures nothing.
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

use crate::case::{Case, Verdict, certificate_seen, known};
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
        "sms-cert-expired",
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
    if known!(case.facts.vcenter.mode.known()) != &CertificateMode::Vmca {
        return Verdict::NotApplicable;
    }
    let unwell = case.unwell_vmca(|root| case.validity(root).is_valid());
    let Some(root) = known!(unwell) else { return Verdict::Fine };
    let message = format!(
        "root of vCenter's CA is good from {} to {}, which is not now ({})",
        root.not_before, root.not_after, case.now
    );
    Verdict::found(message, vec![certificate_seen("root of vCenter's CA", root)])
}

#[cfg(test)]
mod tests {
    use crate::facts::CertificateMode;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen};

    fn root_ending_in(seconds: i64) -> Fleet {
        Fleet::healthy().of_root_ending_in(seconds)
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "by-one-second",
                "VMCA's root ended one second ago",
                "Everything that it issued ended with it: the certificate of vCenter itself and that of `esx01.lab.test`. \
                 Renewing hosts is of no use.",
                Fleet::of(1).of_root_ending_in(-1),
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

    #[test]
    fn in_mode_custom_vmca_issues_nothing_to_hosts() {
        let mut fleet = root_ending_in(-1);
        fleet.vcenter().mode = seen(CertificateMode::Custom);
        assert!(!fleet.codes().iter().any(|code| code == "vmca-root-expired"));
    }
}
