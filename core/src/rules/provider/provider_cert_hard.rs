//! ## What it finds
//!
//! SMS has the status `expiryHardLimitReached` for the certificate of an IOFilter provider. It stands alone where
//! neither port shows such a certificate, or none could be seen.
//!
//! ## Why it hurts
//!
//! When it ends, SPS refuses the provider.
//!
//! ## How it shows
//!
//! The vSphere Client shows it among the provider's details. The event `VasaProviderCertificateHardLimitReachedEvent`
//! was raised.
//!
//! ## What cures it
//!
//! If the host or its port 9080 shows the same, cure that first. Otherwise synchronise and reconnect the provider, so
//! that SMS reads its certificate anew; if the old one stays, unregister the provider and let it register again.
//!
//! ## Sources
//!
//! KB 323232: the hard limit is one month (grade A).

use super::has_certificate_status;
use crate::case::{Case, Verdict};
use crate::diagnostic::Severity;
use crate::facts::Provider;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "provider-cert-hard",
    severity: Severity::High,
    grade: Grade::A,
    title: "SMS says that a provider's certificate ends within a month",
    rank: 76,
    explains: &[],
    log: None,
    cure: Cure::Remedy("refresh-provider"),
    check: Check::Provider(check),
    source: include_str!("provider_cert_hard.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, provider: &Provider) -> Verdict {
    has_certificate_status(case, provider, "expiryHardLimitReached", "ends within a month")
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
                "SMS says that the certificate of the provider of `esx01.lab.test` ends within a month. Both ports show one that is good for years: SMS remembers the one before.",
                with("expiryHardLimitReached"),
            ),
            Case::near_miss(
                "soft-limit",
                "SMS says that it ends within six months",
                "`expirySoftLimitReached` is not the hard limit.",
                with("expirySoftLimitReached"),
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
        with("expiryHardLimitReached").has_one_cause("provider-cert-hard");
        assert!(!with("expirySoftLimitReached").codes().iter().any(|code| code == "provider-cert-hard"));
    }

    #[test]
    fn a_status_that_was_not_read_is_unknown() {
        let mut fleet = Fleet::healthy();
        fleet.provider(1).certificate_status = unknown(MissingReason::NotSent);
        fleet.is_unanswered("provider-cert-hard");
    }
}
