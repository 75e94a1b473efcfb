//! ## What it finds
//!
//! vCenter logged that it could not bring CA certificates and revocation lists to a storage provider, logged no success
//! since, and the provider was not synchronised since or is not online. An event that names no provider at all is held
//! against those that are not online; one that names an array's is not.
//!
//! ## Why it hurts
//!
//! The provider may go on with old roots and refuse vCenter after the next change.
//!
//! ## How it shows
//!
//! The vSphere Client shows the event `VasaProviderRefreshCACertsAndCRLsFailure`.
//!
//! ## What cures it
//!
//! Synchronise the provider and reconnect it; then refresh once more.
//!
//! ## Sources
//!
//! The list of vCenter's events (grade B); SMS API, `SmsRefreshCACertificatesAndCRLs_Task` (grade A).

use crate::case::{Case, Verdict, standing};
use crate::diagnostic::Severity;
use crate::facts::{Provider, VCenterEvent};
use crate::rules::event_seen;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "refresh-ca-failed-event",
    severity: Severity::Medium,
    grade: Grade::B,
    title: "vCenter could not bring its CA certificates to a storage provider",
    rank: 78,
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
    source: include_str!("refresh_ca_failed_event.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, provider: &Provider) -> Verdict {
    let named = standing(case.happenings.of_provider(provider).iter().copied(), &[FAILED], DONE);
    let of_all = standing(case.happenings.of_vcenter().iter().copied(), &[FAILED], DONE)
        .filter(|event| !provider.is_online() && !names_some(event));
    let Some(failed) = named.or(of_all) else { return Verdict::Fine };
    let is_well_since = provider.is_online() && provider.last_sync.is_some_and(|synchronised| synchronised > failed.at);
    if is_well_since {
        return Verdict::Fine;
    }
    let message = format!("vCenter could not bring its CA certificates to storage provider `{}`", provider.name);
    Verdict::found(message, vec![event_seen(failed)])
}

/// True when an event names providers: who is not in the list of SMS may have been.
fn names_some(event: &VCenterEvent) -> bool {
    event.arguments.iter().any(|(name, value)| {
        !value.trim().is_empty() && (name.to_ascii_lowercase().contains("provider") || value.contains("://"))
    })
}

const FAILED: &str = "VasaProviderRefreshCACertsAndCRLsFailure";
const DONE: &[&str] = &["VasaProviderRefreshCACertsAndCRLsSuccess"];

#[cfg(test)]
mod tests {
    use crate::facts::{Provider, ProviderId};
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, event, seen};

    const FAILED: &str = "com.vmware.vc.sms.VasaProviderRefreshCACertsAndCRLsFailure";
    const DONE: &str = "com.vmware.vc.sms.VasaProviderRefreshCACertsAndCRLsSuccess";
    const URL: (&str, &str) = ("providerUrls", "[https://esx01.lab.test:9080/version.xml]");

    /// These events, so many seconds ago; the provider was synchronised an hour ago.
    fn after(events: &[(&str, i64)]) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.vcenter().events = seen(events.iter().map(|(kind, ago)| event(kind, -ago, None, &[URL])).collect());
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "not-synchronised-since",
                "The push failed half an hour ago",
                "vCenter could not bring its CA certificates to the provider of `esx01.lab.test`, and has not \
                 synchronised with it since.",
                after(&[(FAILED, 1800)]),
            ),
            Case::near_miss(
                "synchronised-since",
                "An old event of a healthy provider",
                "The push failed two hours ago. The provider was synchronised an hour ago and is online.",
                after(&[(FAILED, 7200)]),
            ),
            Case::near_miss(
                "succeeded-later",
                "The next push succeeded",
                "The failure was followed by a success.",
                after(&[(FAILED, 1800), (DONE, 900)]),
            ),
        ]
    }

    #[test]
    fn an_event_that_names_nobody_is_held_against_those_that_are_not_online() {
        let mut fleet = Fleet::of(2);
        fleet.vcenter().events = seen(vec![event(FAILED, -1800, None, &[])]);
        fleet.is_fine();
        fleet.provider(2).status = seen("disconnected".to_owned());
        fleet.has_one_cause("refresh-ca-failed-event");
    }

    #[test]
    fn an_event_that_names_an_array_is_held_against_no_host() {
        let mut fleet = Fleet::of(1);
        fleet.provider(1).status = seen("offline".to_owned());
        let array = [("providerUrls", "[https://array1.lab.test:8443/version.xml]")];
        fleet.vcenter().events = seen(vec![event(FAILED, -1800, None, &array)]);
        fleet.has_one_cause("provider-offline");
        let id = ProviderId("uid-array".to_owned());
        let other = Provider { id: id.clone(), name: "array1".to_owned(), ..fleet.provider(1).clone() };
        fleet.facts.other_providers.insert(id, other);
        fleet.vcenter().events = seen(vec![event(FAILED, -1800, None, &[("ids", "uid-array")])]);
        assert!(!fleet.codes().contains(&"refresh-ca-failed-event".to_owned()));
    }
}
