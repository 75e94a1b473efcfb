//! ## What it finds
//!
//! SMS has an IOFilter provider as `offline`. Nearly always something else that is found explains it; it stands alone
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
//! URL. SMS keeps asking an offline provider, so one that has just failed may come back by itself.
//!
//! ## Sources
//!
//! SMS API, `VasaProviderStatus` (grade A).

use super::has_status;
use crate::diagnostic::Severity;
use crate::facts::Provider;
use crate::rules::{Case, Check, Cure, Grade, Rule, Verdict};

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
    cases: Vec::new,
};

fn check(_: &Case<'_>, provider: &Provider) -> Verdict {
    has_status(provider, "offline", "it does not answer SMS, which keeps asking")
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
    fn an_offline_provider_alone_is_its_own_cause() {
        with("offline").has_one_cause("provider-offline");
        assert!(!with("disconnected").codes().iter().any(|code| code == "provider-offline"));
    }
}
