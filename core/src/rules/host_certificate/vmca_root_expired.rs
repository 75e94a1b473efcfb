//! ## What it finds
//!
//! In mode `vmca`, the present root of vCenter's CA has expired, or begins in the future. Which of several trusted
//! roots is the present one is told by vCenter's own certificate.
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

use crate::diagnostic::Severity;
use crate::facts::{CertificateMode, Missing, MissingReason};
use crate::log::Leg;
use crate::rules::{Case, Check, Cure, Grade, Rule, Verdict, certificate_seen, known};

pub(crate) const RULE: Rule = Rule {
    code: "vmca-root-expired",
    severity: Severity::Critical,
    grade: Grade::A,
    title: "the root of vCenter's own CA is not within its dates",
    rank: 15,
    explains: &[
        "host-cert-expired",
        "provider-cert-cached-stale",
        "provider-cert-invalid",
        "provider-connected-unsynced",
        "provider-disconnected",
        "provider-missing",
        "provider-offline",
        "provider-status-unknown",
        "provider-syncerror",
        "sms-cert-expired",
        "whole-fleet-down",
    ],
    log: Some(Leg::ServerTrust),
    cure: Cure::ByHand(
        "renew the root of VMCA with the vendor's procedure before anything on hosts; nothing here does that",
    ),
    check: Check::VCenter(check),
    source: include_str!("vmca_root_expired.rs"),
    #[cfg(test)]
    cases: Vec::new,
};

fn check(case: &Case<'_>) -> Verdict {
    if known!(case.facts.vcenter.mode.known()) != &CertificateMode::Vmca {
        return Verdict::NotApplicable;
    }
    let roots = known!(case.facts.vcenter.trusted_roots.known());
    let Some(root) = case.vmca_root() else {
        return Verdict::Unknown(Missing {
            reason: MissingReason::NotSent,
            message: format!("which of {} trusted roots is that of vCenter's own CA cannot be told", roots.len()),
            help: "look at the root of VMCA on the appliance".to_owned(),
        });
    };
    if case.validity(root).is_valid() {
        return Verdict::Fine;
    }
    let message = format!(
        "root of vCenter's CA is good from {} to {}, which is not now ({})",
        root.not_before, root.not_after, case.now
    );
    Verdict::found(message, vec![certificate_seen("root of vCenter's CA", root)])
}

#[cfg(test)]
mod tests {
    use crate::facts::{CertificateMode, Presented};
    use crate::rules::testing::{Authority, Fleet, Leaf, seen};

    /// A fleet whose whole CA ends so many seconds from now.
    fn root_ending_in(seconds: i64) -> Fleet {
        let mut fleet = Fleet::healthy();
        let ca = Authority::root_within("CA", "VMware Engineering", &Leaf::of("root").ends(seconds));
        let root = fleet.keep(ca.certificate.clone());
        let sms = fleet.vcenter().sms.sms_self_signed.value().copied();
        let https = fleet.keep(ca.sign(&Leaf::of("vc.lab.test").ends(seconds)));
        fleet.vcenter().trusted_roots = seen(vec![root]);
        fleet.vcenter().on_https = seen(Presented { leaf: https, rest: Vec::new(), protocol: "TLSv1.3".to_owned() });
        for number in 1..=3 {
            let leaf = fleet.keep(ca.sign(&Leaf::of(&format!("esx{number:02}.lab.test")).ends(seconds)));
            fleet.serve(number, leaf);
            fleet.host(number).ca_store = seen(sms.into_iter().chain([root]).collect());
        }
        fleet
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
