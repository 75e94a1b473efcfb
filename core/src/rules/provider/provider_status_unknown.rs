//! ## What it finds
//!
//! SMS has an IOFilter provider as `unknown`, sends nothing for its state, or sends a word that this version does not
//! know.
//!
//! ## Why it hurts
//!
//! Whether the provider works cannot be told. `unknown` is a word of old records that SMS no longer keeps up.
//!
//! ## How it shows
//!
//! The vSphere Client shows the state as unknown or empty. The logs show nothing.
//!
//! ## What cures it
//!
//! Reconnect the provider; if that changes nothing, unregister it and let it register again.
//!
//! ## Sources
//!
//! SMS API, `VasaProviderStatus`, `unknown` is deprecated (grade A).

use super::status_evidence;
use crate::case::{Case, Verdict};
use crate::diagnostic::Severity;
use crate::facts::{MissingReason, Provider};
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "provider-status-unknown",
    severity: Severity::Medium,
    grade: Grade::A,
    title: "SMS has no word that says how a storage provider is",
    rank: 83,
    explains: &[],
    log: None,
    cure: Cure::Remedy("refresh-provider"),
    check: Check::Provider(check),
    source: include_str!("provider_status_unknown.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(_: &Case<'_>, provider: &Provider) -> Verdict {
    let word = match provider.status.known() {
        Ok(word) if KNOWN.contains(&word.as_str()) => return Verdict::Fine,
        Ok(word) => word,
        Err(missing) if missing.reason == MissingReason::NotSent => "nothing",
        Err(missing) => return Verdict::from(missing),
    };
    let message = format!("state of storage provider `{}` is not known: SMS says `{word}`", provider.name);
    Verdict::found(message, status_evidence(provider, word))
}

/// The words that say something.
const KNOWN: [&str; 5] = ["connected", "disconnected", "offline", "online", "syncError"];

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen, unknown};

    pub(crate) fn cases() -> Vec<Case> {
        let mut nothing = Fleet::of(1);
        nothing.provider(1).status = unknown(MissingReason::NotSent);
        let mut unread = Fleet::of(1);
        unread.provider(1).status = unknown(MissingReason::Denied);
        vec![
            Case::cause(
                "nothing-sent",
                "SMS sends no state at all",
                "The record of the provider of `esx01.lab.test` is old, and SMS no longer keeps it up.",
                nothing,
            ),
            Case::near_miss(
                "not-read",
                "A state that was not read",
                "SMS refused to tell. That is no trouble of the provider; the report must say that it does not know.",
                unread,
            ),
        ]
    }

    #[test]
    fn unknown_nothing_and_a_new_word_are_found() {
        let mut fleet = Fleet::healthy();
        for status in [seen("unknown".to_owned()), seen("quiesced".to_owned()), unknown(MissingReason::NotSent)] {
            fleet.provider(1).status = status;
            fleet.has_one_cause("provider-status-unknown");
        }
    }

    #[test]
    fn a_state_that_was_not_read_is_no_finding() {
        let mut fleet = Fleet::healthy();
        fleet.provider(1).status = unknown(MissingReason::Denied);
        fleet.is_unanswered("provider-status-unknown");
    }
}
