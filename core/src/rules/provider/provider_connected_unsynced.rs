//! ## What it finds
//!
//! SMS has an IOFilter provider as `connected`.
//!
//! ## Why it hurts
//!
//! It hardly does: the provider was registered a moment ago, or a synchronisation is due.
//!
//! ## How it shows
//!
//! The vSphere Client shows the provider connected, without a time of synchronisation. The logs show nothing.
//!
//! ## What cures it
//!
//! Synchronise the provider and look again.
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
    code: "provider-connected-unsynced",
    severity: Severity::Low,
    grade: Grade::A,
    title: "a storage provider is connected and was not synchronised yet",
    rank: 84,
    explains: &[],
    log: None,
    cure: Cure::Remedy("refresh-provider"),
    check: Check::Provider(check),
    source: include_str!("provider_connected_unsynced.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(_: &Case<'_>, provider: &Provider) -> Verdict {
    has_status(provider, "connected", "it was not synchronised yet")
}

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen};

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "just-registered",
                "Connected, and not synchronised yet",
                "SMS has set up a session with the provider of `esx01.lab.test` and read nothing from it.",
                with("connected"),
            ),
            Case::near_miss("online", "Online", "It was synchronised.", with("online")),
        ]
    }

    fn with(status: &str) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.provider(1).status = seen(status.to_owned());
        fleet
    }

    #[test]
    fn a_provider_that_was_never_synchronised_is_found() {
        with("connected").has_one_cause("provider-connected-unsynced");
        assert!(!with("online").codes().iter().any(|code| code == "provider-connected-unsynced"));
    }
}
