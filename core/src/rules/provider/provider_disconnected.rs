//! ## What it finds
//!
//! SMS has an IOFilter provider as `disconnected`.
//!
//! ## Why it hurts
//!
//! Unlike an offline provider, it does not come back by itself: SMS has stopped asking. That is why providers stay
//! down after the cause is gone.
//!
//! ## How it shows
//!
//! The vSphere Client shows the provider disconnected. The logs show the cause once, and then nothing.
//!
//! ## What cures it
//!
//! Cure what explains it, then let SMS reconnect.
//!
//! ## Sources
//!
//! SMS API, `VasaProviderStatus`: a session that could not be set up, such as for TLS (grade A).

use super::has_status;
use crate::case::{Case, Verdict};
use crate::diagnostic::Severity;
use crate::facts::Provider;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "provider-disconnected",
    severity: Severity::High,
    grade: Grade::A,
    title: "SMS has stopped talking to a storage provider",
    rank: 80,
    explains: &[],
    log: None,
    cure: Cure::Remedy("refresh-provider"),
    check: Check::Provider(check),
    source: include_str!("provider_disconnected.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(_: &Case<'_>, provider: &Provider) -> Verdict {
    has_status(provider, "disconnected", "SMS has stopped talking to it until it is told to reconnect")
}

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen};

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "cause-gone",
                "SMS stopped asking, and the cause is long gone",
                "Whatever broke the session was repaired. The provider of `esx01.lab.test` stays disconnected, because \
                 SMS asks again only when it is told to.",
                with("disconnected"),
            ),
            Case::near_miss(
                "offline",
                "Offline is not disconnected",
                "An offline provider is still asked and comes back by itself.",
                with("offline"),
            ),
        ]
    }

    fn with(status: &str) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.provider(1).status = seen(status.to_owned());
        fleet
    }

    #[test]
    fn a_disconnected_provider_alone_is_its_own_cause() {
        with("disconnected").has_one_cause("provider-disconnected");
        assert!(!with("offline").codes().iter().any(|code| code == "provider-disconnected"));
    }
}
