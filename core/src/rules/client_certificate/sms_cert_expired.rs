//! ## What it finds
//!
//! The certificate `sms_self_signed` in vCenter's store `SMS` has expired.
//!
//! ## Why it hurts
//!
//! Every host below 9.0 refuses vCenter at once. SPS renews it by itself ahead of time; that it did not is a trouble
//! of its own.
//!
//! ## How it shows
//!
//! The vSphere Client shows a critical alarm on vCenter's root folder and all IOFILTER providers offline. `sps.log`
//! shows S-18; `iofiltervpd.log` shows I-02 ("certificate has expired").
//!
//! ## What cures it
//!
//! Renew it on the appliance, then add the new one to the CA certificates of every host below 9.0: until then their
//! providers stay down.
//!
//! ## Sources
//!
//! KB 440183 (grade A, in part); the vendor's vCert, how it is renewed (grade A).

use super::ClientCertificate;
use crate::case::{Case, Verdict};
use crate::diagnostic::Severity;
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "sms-cert-expired",
    severity: Severity::Critical,
    grade: Grade::A,
    title: "the certificate that SPS shows to hosts below 9.0 has expired",
    rank: 16,
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
    source: include_str!("sms_cert_expired.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    ClientCertificate::SmsSelfSigned.expired(case)
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, Leaf, seen, unknown};

    pub(crate) fn cases() -> Vec<Case> {
        let mut expired = ending_in(-1);
        for number in 1..=3 {
            expired.provider(number).status = seen("offline".to_owned());
        }
        vec![
            Case::cause(
                "by-one-second",
                "The certificate that SPS shows has expired",
                "Every host below 9.0 refuses vCenter, and every provider is offline. The hosts' own certificates are \
                 good: to renew them would disturb the whole fleet and cure nothing.",
                expired,
            ),
            Case::near_miss(
                "last-second",
                "The last second of `sms_self_signed`",
                "It is good to the end of this second, and expires soon: `sms-cert-expiring`.",
                ending_in(0),
            ),
        ]
    }

    fn ending_in(seconds: i64) -> Fleet {
        let mut fleet = Fleet::healthy();
        let sms = fleet.keep(Leaf::of("sms_self_signed").ends(seconds).self_signed("SMS"));
        let root = fleet.vcenter().trusted_roots.value().cloned().unwrap_or_default();
        let held: Vec<_> = root.into_iter().chain([sms]).collect();
        fleet.vcenter().sms.sms_self_signed = seen(sms);
        for number in 1..=3 {
            fleet.host(number).ca_store = seen(held.clone());
        }
        fleet
    }

    #[test]
    fn one_second_past_its_end_explains_the_whole_fleet() {
        let mut fleet = ending_in(-1);
        for number in 1..=3 {
            fleet.provider(number).status = seen("offline".to_owned());
        }
        fleet.has_one_cause("sms-cert-expired");
        fleet.follows("whole-fleet-down", "sms-cert-expired");
    }

    #[test]
    fn a_host_from_9_0_on_is_shown_another_certificate_and_down_for_another_reason() {
        let mut fleet = ending_in(-1);
        fleet.host(1).version = seen("9.0.0".to_owned());
        fleet.vcenter().version = seen("9.0.0".to_owned());
        fleet.provider(1).status = seen("offline".to_owned());
        fleet.provider(2).status = seen("offline".to_owned());
        assert_eq!(fleet.causes(), ["sms-cert-expired", "provider-offline"]);
    }

    #[test]
    fn where_no_host_is_shown_it_nobody_asks_for_it() {
        let mut fleet = Fleet::of(1);
        fleet.vcenter().sms.sms_self_signed = unknown(MissingReason::NotAsked);
        fleet.is_unanswered("sms-cert-expired");
        fleet.host(1).version = seen("9.0.0".to_owned());
        fleet.vcenter().version = seen("9.0.0".to_owned());
        assert_eq!(fleet.judge().unanswered, []);
    }

    #[test]
    fn its_last_second_is_expiring() {
        ending_in(0).has_one_cause("sms-cert-expiring");
    }
}
