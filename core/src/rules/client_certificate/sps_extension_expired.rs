//! ## What it finds
//!
//! The certificate `sps-extension` in vCenter's store `SMS` has expired.
//!
//! ## Why it hurts
//!
//! SPS shows it to hosts from 9.0 on and to the storage providers of arrays (vVol). All of them refuse vCenter at once.
//!
//! ## How it shows
//!
//! The vSphere Client shows a critical alarm on vCenter's root folder, and the IOFILTER providers of hosts from 9.0 on
//! offline. `sps.log` shows S-18.
//!
//! ## What cures it
//!
//! Renew it on the appliance: take the entry out of the store `SMS` and restart the service `sps`, which makes it anew.
//! VMCA signs it, so hosts that hold the present root of VMCA trust the new one at once.
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
    code: "sps-extension-expired",
    severity: Severity::Critical,
    grade: Grade::A,
    title: "the certificate that SPS shows to hosts from 9.0 on has expired",
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
    ],
    log: Some(Leg::ClientTrust),
    cure: Cure::Remedy("renew-sps-extension"),
    check: Check::VCenter(check),
    source: include_str!("sps_extension_expired.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    ClientCertificate::SpsExtension.expired(case)
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, Leaf, seen, unknown};

    /// Two hosts, the first of them from 9.0 on and its provider down.
    fn ending_in(seconds: i64) -> Fleet {
        let mut fleet = Fleet::of(2);
        let extension = fleet.issue(&Leaf::of("sps-extension").ends(seconds));
        fleet.vcenter().sms.sps_extension = seen(extension);
        fleet.host(1).version = seen("9.0.0".to_owned());
        fleet.vcenter().version = seen("9.0.0".to_owned());
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut expired = ending_in(-1);
        expired.provider(1).status = seen("offline".to_owned());
        vec![
            Case::cause(
                "by-one-second",
                "Only the host of 9.0 is down",
                "`sps-extension` has expired. `esx01.lab.test` is of 9.0 and its provider offline; `esx02.lab.test` is of \
                 8.0, is shown another certificate, and is well.",
                expired,
            ),
            Case::near_miss(
                "last-second",
                "The last second of `sps-extension`",
                "It is good to the end of this second.",
                ending_in(0),
            ),
        ]
    }

    #[test]
    fn a_host_below_9_0_is_shown_another_certificate_and_down_for_another_reason() {
        let mut fleet = ending_in(-1);
        fleet.provider(1).status = seen("offline".to_owned());
        fleet.provider(2).status = seen("offline".to_owned());
        assert_eq!(fleet.causes(), ["sps-extension-expired", "provider-offline"]);
    }

    #[test]
    fn it_is_asked_for_only_where_a_host_from_9_0_on_is_unwell() {
        let mut fleet = ending_in(0);
        fleet.vcenter().sms.sps_extension = unknown(MissingReason::NotAsked);
        assert_eq!(fleet.judge().unanswered, []);
        fleet.provider(1).status = seen("offline".to_owned());
        let open = fleet.judge().unanswered;
        assert!(open.iter().any(|open| open.codes.iter().any(|code| code == "sps-extension-expired")), "{open:?}");
    }
}
