//! ## What it finds
//!
//! SMS has the status `expired` for the certificate of an IOFilter provider.
//!
//! If port 9080 shows an expired certificate, that is the cause. If it shows a good one, SMS has an old copy
//! (`provider-cert-cached-stale`). It stands alone where the port could not be seen.
//!
//! ## Why it hurts
//!
//! SPS refuses the provider, or will not take it up again.
//!
//! ## How it shows
//!
//! The vSphere Client shows it among the provider's details. `sps.log` shows S-13.
//!
//! ## What cures it
//!
//! If the host or its port 9080 shows the same, cure that first. Otherwise synchronise and reconnect the provider, so
//! that SMS reads its certificate anew; if the old one stays, unregister the provider and let it register again.
//!
//! ## Sources
//!
//! SMS API, `VasaProviderCertificateStatus` (grade A); KB 320568 (grade A).

use super::has_certificate_status;
use crate::case::{Case, Verdict};
use crate::diagnostic::Severity;
use crate::facts::Provider;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "provider-cert-expired",
    severity: Severity::Critical,
    grade: Grade::A,
    title: "SMS says that a provider's certificate has expired",
    rank: 74,
    explains: &[
        "provider-connected-unsynced",
        "provider-disconnected",
        "provider-offline",
        "provider-status-unknown",
        "provider-syncerror",
    ],
    log: None,
    cure: Cure::Remedy("refresh-provider"),
    check: Check::Provider(check),
    source: include_str!("provider_cert_expired.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, provider: &Provider) -> Verdict {
    has_certificate_status(case, provider, "expired", "has expired")
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen, unknown};

    pub(crate) fn cases() -> Vec<Case> {
        let with = |mut fleet: Fleet, status: &str| {
            fleet.provider(1).certificate_status = seen(status.to_owned());
            fleet
        };
        vec![
            Case::cause(
                "remembered",
                "Only SMS still believes that the certificate has expired",
                "Both ports of `esx01.lab.test` show a good certificate, and SMS says `expired` of the provider: KB \
                 320568's date that stays the same after all was renewed.",
                with(Fleet::of(1), "expired"),
            ),
            Case::following(
                "host-cert-expired",
                "true",
                "SMS is right",
                "The certificate of `esx01.lab.test` has expired, and SMS says so of the provider. To refresh the \
                 provider would cure nothing.",
                with(Fleet::of(1).with_leaf_ending_in(-1), "expired"),
            ),
            Case::near_miss(
                "hard-limit",
                "SMS says that it ends within a month",
                "`expiryHardLimitReached` is not `expired`.",
                with(Fleet::of(1), "expiryHardLimitReached"),
            ),
        ]
    }

    fn with(status: &str) -> Fleet {
        let mut fleet = Fleet::healthy();
        fleet.provider(1).certificate_status = seen(status.to_owned());
        fleet
    }

    #[test]
    fn it_is_the_cause_where_the_ports_show_nothing_of_it() {
        with("expired").has_one_cause("provider-cert-expired");
        assert!(!with("valid").codes().iter().any(|code| code == "provider-cert-expired"));
    }

    #[test]
    fn a_status_that_was_not_read_is_unknown() {
        let mut fleet = Fleet::healthy();
        fleet.provider(1).certificate_status = unknown(MissingReason::NotSent);
        fleet.is_unanswered("provider-cert-expired");
    }
}
