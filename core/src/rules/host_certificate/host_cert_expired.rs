//! ## What it finds
//!
//! The certificate that an ESXi host shows on port 443 has expired, by vCenter's clock.
//!
//! ## Why it hurts
//!
//! vCenter can lose the host ("not responding"). The IOFilter provider serves the same certificate on port 9080, and
//! SPS refuses it: every other sign of that provider follows from this. An expired certificate cannot be renewed in
//! place.
//!
//! ## How it shows
//!
//! The vSphere Client shows the host's certificate status as expired (up to five days late, its poll interval) and
//! the provider as expired and offline. `sps.log` shows S-13 (`CertificateExpiredException`), mostly with S-02 and
//! S-03.
//!
//! ## What cures it
//!
//! In mode `vmca`, disconnect and reconnect the host: vCenter then issues a certificate without asking. In mode
//! `custom`, have the customer's authority sign a new one and install it. Then restart the provider daemon, and
//! synchronise the provider.
//!
//! ## Sources
//!
//! vSphere documentation, renewing ESXi certificates: expired ones need a reconnect (grade A); KB 320568, that the
//! provider's dates follow the host's (grade A).

use super::expired;
use crate::case::{Case, Port, Verdict};
use crate::diagnostic::Severity;
use crate::facts::Host;
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "host-cert-expired",
    severity: Severity::Critical,
    grade: Grade::A,
    title: "the certificate of an ESXi host has expired",
    rank: 31,
    explains: &[
        "host-cert-no-san",
        "host-cert-old-vmca-root",
        "host-cert-self-signed",
        "host-cert-weak",
        "host-cert-wildcard",
        "host-not-responding",
        "provider-cert-cached-stale",
        "provider-cert-expired",
        "provider-cert-hard",
        "provider-cert-invalid",
        "provider-cert-soft",
        "provider-connected-unsynced",
        "provider-disconnected",
        "provider-missing",
        "provider-offline",
        "provider-status-unknown",
        "provider-syncerror",
        "vcdb-thumbprint-mismatch",
        "vp-cert-expired",
        "vp-cert-expiring-hard",
        "vp-cert-expiring-soft",
        "vp-cert-stale",
    ],
    log: Some(Leg::Expired),
    cure: Cure::Remedy("reissue-host-certificate"),
    check: Check::Host(check),
    source: include_str!("host_cert_expired.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    expired(case, host, Port::Host)
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen, unknown};

    pub(crate) fn cases() -> Vec<Case> {
        let mut expired = Fleet::ending_in(-1);
        expired.provider(1).status = seen("offline".to_owned());
        expired.provider(1).certificate_status = seen("expired".to_owned());
        vec![
            Case::cause(
                "by-one-second",
                "A host certificate that ended one second ago",
                "The host certificate of `esx01.lab.test` ended one second before the survey did, and the provider \
                 shows the same one. Provider trouble must follow from it and not stand beside it: the incident of KB \
                 320568.",
                expired,
            ),
            Case::near_miss(
                "last-second",
                "A host certificate in its last second",
                "RFC 5280 counts the second of `not after` as valid. The near miss of `by-one-second`: it is \
                 expiring, and it is not expired.",
                Fleet::ending_in(0),
            ),
        ]
    }

    #[test]
    fn one_second_past_its_end_is_expired_and_explains_the_provider() {
        let mut fleet = Fleet::ending_in(-1);
        fleet.provider(1).status = seen("offline".to_owned());
        fleet.provider(1).certificate_status = seen("expired".to_owned());
        fleet.has_one_cause("host-cert-expired");
        for code in ["vp-cert-expired", "provider-cert-expired", "provider-offline"] {
            fleet.follows(code, "host-cert-expired");
        }
    }

    #[test]
    fn its_last_second_is_not_expired() {
        fn is_expired(fleet: &Fleet) -> bool {
            fleet.codes().iter().any(|code| code == "host-cert-expired")
        }
        assert!(!is_expired(&Fleet::ending_in(0)));
    }

    #[test]
    fn the_clock_that_counts_is_that_of_vcenter() {
        let mut fleet = Fleet::ending_in(30);
        fleet.vcenter().clock_ahead_seconds = seen(31);
        fleet.has_one_cause("host-cert-expired");
    }

    #[test]
    fn a_certificate_that_was_not_seen_is_not_fine() {
        let mut fleet = Fleet::healthy();
        fleet.host(1).on_443 = unknown(MissingReason::NoAnswer);
        fleet.is_unanswered("host-cert-expired");
    }
}
