//! ## What it finds
//!
//! SMS has an IOFilter provider as `syncError`.
//!
//! ## Why it hurts
//!
//! The connection stands, so certificates are mostly well; what SMS knows of the provider's capabilities is old.
//!
//! ## How it shows
//!
//! The vSphere Client shows a synchronisation error. `sps.log` shows S-11 (`ProviderSyncFailed`).
//!
//! ## What cures it
//!
//! Synchronise the provider and read the fault that SMS keeps with it.
//!
//! ## Sources
//!
//! SMS API, `VasaProviderStatus` (grade A).

use super::has_status;
use crate::case::{Case, Verdict};
use crate::diagnostic::Severity;
use crate::facts::Provider;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "provider-syncerror",
    severity: Severity::Medium,
    grade: Grade::A,
    title: "a storage provider is connected and cannot be synchronised",
    rank: 82,
    explains: &[],
    log: None,
    cure: Cure::Remedy("refresh-provider"),
    check: Check::Provider(check),
    source: include_str!("provider_syncerror.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(_: &Case<'_>, provider: &Provider) -> Verdict {
    has_status(provider, "syncError", "it is connected, and what it tells cannot be taken over")
}

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen};

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "cannot-be-synchronised",
                "The session stands and what comes through it is not taken",
                "SMS says `syncError` of the provider of `esx01.lab.test`; certificates and ports are in order.",
                with("syncError"),
            ),
            Case::near_miss(
                "connected",
                "Connected, and not synchronised yet",
                "`connected` is no error.",
                with("connected"),
            ),
        ]
    }

    fn with(status: &str) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.provider(1).status = seen(status.to_owned());
        fleet
    }

    #[test]
    fn a_provider_that_cannot_be_synchronised_is_found() {
        with("syncError").has_one_cause("provider-syncerror");
        assert!(!with("online").codes().iter().any(|code| code == "provider-syncerror"));
    }
}
