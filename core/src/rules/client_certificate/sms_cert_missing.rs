//! ## What it finds
//!
//! vCenter's store `SMS` was read and holds no entry `sms_self_signed`.
//!
//! ## Why it hurts
//!
//! SPS has nothing to show to hosts below 9.0, and every one of them refuses it.
//!
//! ## How it shows
//!
//! The vSphere Client shows all IOFILTER providers offline. `sps.log` shows S-18, or S-02 and S-03 for host after
//! host.
//!
//! ## What cures it
//!
//! Restart the service `sps`: it makes the certificate anew. Then add it to the CA certificates of every host below
//! 9.0.
//!
//! ## Sources
//!
//! KB 440183 (grade A, in part); the vendor's vCert, that SPS makes it anew (grade A).

use super::ClientCertificate;
use crate::case::{Case, Verdict};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::MissingReason;
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "sms-cert-missing",
    severity: Severity::Critical,
    grade: Grade::A,
    title: "vCenter has no certificate to show to hosts below 9.0",
    rank: 18,
    explains: &[
        "provider-cert-cached-stale",
        "provider-cert-invalid",
        "provider-connected-unsynced",
        "provider-disconnected",
        "provider-missing",
        "provider-offline",
        "provider-status-unknown",
        "provider-syncerror",
        "sms-cert-renew-failed",
        "whole-fleet-down",
    ],
    log: Some(Leg::ClientTrust),
    cure: Cure::Remedy("renew-sms-certificate"),
    check: Check::VCenter(check),
    source: include_str!("sms_cert_missing.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    match ClientCertificate::SmsSelfSigned.fact(case).known() {
        Ok(_) => Verdict::Fine,
        Err(missing) if missing.reason == MissingReason::Gone => Verdict::found(
            "store `SMS` of vCenter holds no certificate `sms_self_signed`",
            vec![Evidence::new("store `SMS`", missing.message.clone())],
        )
        .reaching(ClientCertificate::SmsSelfSigned.reach()),
        // Not read: `sms-cert-expired` asks for it.
        Err(_) => Verdict::NotApplicable,
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen, unknown};

    pub(crate) fn cases() -> Vec<Case> {
        let mut deleted = Fleet::of(2);
        deleted.vcenter().sms.sms_self_signed = unknown(MissingReason::Gone);
        for number in 1..=2 {
            deleted.provider(number).status = seen("offline".to_owned());
        }
        let mut unread = Fleet::of(1);
        unread.vcenter().sms.sms_self_signed = unknown(MissingReason::NotAsked);
        vec![
            Case::cause(
                "deleted",
                "The entry `sms_self_signed` was deleted",
                "Somebody followed half of a script: the entry is gone and the service `sps` was not restarted. Every \
                 provider is offline.",
                deleted,
            ),
            Case::near_miss(
                "not-read",
                "A store that was not read is not an empty one",
                "Nobody gave a way to the appliance's shell, nor the certificate. The report must say that it does not \
                 know.",
                unread,
            ),
        ]
    }

    #[test]
    fn a_store_that_was_not_read_is_another_matter() {
        let mut fleet = Fleet::healthy();
        fleet.vcenter().sms.sms_self_signed = unknown(MissingReason::NotAsked);
        fleet.is_unanswered("sms-cert-expired");
    }
}
