//! ## What it finds
//!
//! SMS has the status `invalid` for the certificate of an IOFilter provider: revoked, malformed or missing.
//!
//! ## Why it hurts
//!
//! SPS refuses the provider.
//!
//! ## How it shows
//!
//! The vSphere Client shows it among the provider's details. `sps.log` shows S-11 (`InvalidCertificate`).
//!
//! ## What cures it
//!
//! If the host or its port 9080 shows the same, cure that first. Otherwise synchronise and reconnect the provider, so
//! that SMS reads its certificate anew; if the old one stays, unregister the provider and let it register again.
//!
//! ## Sources
//!
//! SMS API, `VasaProviderCertificateStatus` (grade A).

use super::has_certificate_status;
use crate::case::{Case, Verdict};
use crate::diagnostic::Severity;
use crate::facts::Provider;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "provider-cert-invalid",
    severity: Severity::Critical,
    grade: Grade::A,
    title: "SMS says that a provider's certificate is invalid",
    rank: 75,
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
    source: include_str!("provider_cert_invalid.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, provider: &Provider) -> Verdict {
    has_certificate_status(case, provider, "invalid", "is invalid: revoked, malformed or missing")
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen, unknown};

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "remembered",
                "Only SMS still believes it",
                "SMS calls the certificate of the provider of `esx01.lab.test` invalid: revoked, malformed or missing. Both ports show a good one.",
                with("invalid"),
            ),
            Case::near_miss(
                "expired",
                "SMS says that it has expired",
                "`expired` is a trouble of its own.",
                with("expired"),
            ),
        ]
    }

    fn with(status: &str) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.provider(1).certificate_status = seen(status.to_owned());
        fleet
    }

    #[test]
    fn it_is_the_cause_where_the_ports_show_nothing_of_it() {
        with("invalid").has_one_cause("provider-cert-invalid");
        assert!(!with("valid").codes().iter().any(|code| code == "provider-cert-invalid"));
    }

    #[test]
    fn a_status_that_was_not_read_is_unknown() {
        let mut fleet = Fleet::healthy();
        fleet.provider(1).certificate_status = unknown(MissingReason::NotSent);
        fleet.is_unanswered("provider-cert-invalid");
    }
}
