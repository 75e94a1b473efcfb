//! ## What it finds
//!
//! SMS has an IOFilter provider as `offline`, for 15 minutes or more, or for nobody knows how long. Nearly always something else that is found explains it; it stands alone
//! when neither leg, nor the port, nor the clocks show anything.
//!
//! ## Why it hurts
//!
//! Its storage policies cannot be used for new work. Virtual machines keep running.
//!
//! ## How it shows
//!
//! The vSphere Client shows the provider offline. `sps.log` shows S-03 at each start, and whatever explains it.
//!
//! ## What cures it
//!
//! Cure what explains it. If nothing does: synchronise the provider, then reconnect it, and read `sps.log` for its
//! URL. SMS keeps asking an offline provider: one that has just failed is `provider-offline-transient`.
//!
//! ## Sources
//!
//! SMS API, `VasaProviderStatus` (grade A).

use super::{has_status, provider_offline_transient};
use crate::case::{Case, Verdict};
use crate::diagnostic::Severity;
use crate::facts::Provider;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "provider-offline",
    severity: Severity::High,
    grade: Grade::A,
    title: "a storage provider is offline",
    rank: 81,
    explains: &[],
    log: None,
    cure: Cure::Remedy("refresh-provider"),
    check: Check::Provider(check),
    source: include_str!("provider_offline.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, provider: &Provider) -> Verdict {
    if provider_offline_transient::just_now(case, provider).is_some() {
        return Verdict::NotApplicable;
    }
    has_status(provider, "offline", "it does not answer SMS, which keeps asking")
}

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, NOW, seen};

    pub(crate) fn cases() -> Vec<Case> {
        let mut fresh = with("offline");
        fresh.provider(1).last_sync = Some(NOW.plus_seconds(-14 * 60));
        vec![
            Case::cause(
                "for-an-hour",
                "Offline, and nothing says why",
                "SMS has not synchronised with the provider of `esx01.lab.test` for an hour. Ports, certificates, clocks \
                 and both legs are in order.",
                with("offline"),
            ),
            Case::near_miss(
                "for-fourteen-minutes",
                "Offline for at most 14 minutes",
                "It was synchronised 14 minutes ago and may come back by itself.",
                fresh,
            ),
        ]
    }

    fn with(status: &str) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.provider(1).status = seen(status.to_owned());
        fleet
    }

    #[test]
    fn an_offline_provider_alone_is_its_own_cause() {
        with("offline").has_one_cause("provider-offline");
        assert!(!with("disconnected").codes().iter().any(|code| code == "provider-offline"));
    }
}
