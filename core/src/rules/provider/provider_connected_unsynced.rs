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
use crate::diagnostic::Severity;
use crate::facts::Provider;
use crate::rules::{Case, Check, Cure, Grade, Rule, Verdict};

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
    cases: Vec::new,
};

fn check(_: &Case<'_>, provider: &Provider) -> Verdict {
    has_status(provider, "connected", "it was not synchronised yet")
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{Fleet, seen};

    fn with(status: &str) -> Fleet {
        let mut fleet = Fleet::healthy();
        fleet.provider(1).status = seen(status.to_owned());
        fleet
    }

    #[test]
    fn a_provider_that_was_never_synchronised_is_found() {
        with("connected").has_one_cause("provider-connected-unsynced");
        assert!(!with("online").codes().iter().any(|code| code == "provider-connected-unsynced"));
    }
}
