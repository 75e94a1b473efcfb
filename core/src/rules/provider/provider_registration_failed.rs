//! ## What it finds
//!
//! vCenter logged that it could not register the provider of a connected ESXi host, logged no success since, and the
//! host has no provider. Or it has raised the alarm about that on the host.
//!
//! Where the log or the event names the fault, the rule of that fault leads: `reregister-not-trusted`,
//! `register-invalid-cert`, `register-exists`. What keeps a provider from being registered explains this as well.
//!
//! ## Why it hurts
//!
//! `provider-missing` follows from it: storage policies that use IO filters cannot be used on that host. vCenter tries
//! again only when something starts it.
//!
//! ## How it shows
//!
//! The vSphere Client shows an alarm on the host and the event `HostVendorProviderRegistrationFailedEvent`. `sps.log`
//! shows S-06 or S-11.
//!
//! ## What cures it
//!
//! Look at the fault that the event tells. When nothing stands in the way any more, wait for the registration, and
//! restart the service `sps` once if it does not come.
//!
//! ## Sources
//!
//! The list of vCenter's events (grade B); vSphere documentation on IO filters: a failure raises an alarm (grade A);
//! by which words the alarm is told (grade C).

use super::registration::{failed, is_unregistered};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{Alarm, Host};
use crate::rules::{Case, Check, Cure, Grade, Rule, Verdict, event_seen, known};

pub(crate) const RULE: Rule = Rule {
    code: "provider-registration-failed",
    severity: Severity::High,
    grade: Grade::C,
    title: "vCenter could not register the storage provider of a host",
    rank: 72,
    explains: &["provider-missing"],
    log: None,
    cure: Cure::Remedy("register-provider"),
    check: Check::Host(check),
    source: include_str!("provider_registration_failed.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    if !is_unregistered(case, host) {
        return Verdict::Fine;
    }
    let raised = case.alarms_on(&host.id.0).iter().find(|alarm| is_about_registration(alarm));
    let raised =
        raised.map(|alarm| Evidence::new("alarm", format!("`{}` {} since {}", alarm.name, alarm.status, alarm.since)));
    let evidence: Vec<Evidence> = failed(case, host).map(event_seen).into_iter().chain(raised).collect();
    if !evidence.is_empty() {
        let message = format!("vCenter could not register the storage provider of host `{}`", host.name);
        return Verdict::found(message, evidence);
    }
    known!(Case::optional(
        &case.facts.vcenter.events,
        true,
        "let the user read the events of vCenter (System.View at the root folder)"
    ));
    Verdict::Fine
}

fn is_about_registration(alarm: &Alarm) -> bool {
    let words = alarm.words();
    words.contains("regist") && words.contains("provider")
}

#[cfg(test)]
mod tests {
    use crate::facts::{MissingReason, ProviderId};
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, alarm, event, seen, unknown};

    const FAILED: &str = "com.vmware.vc.iofilter.HostVendorProviderRegistrationFailedEvent";
    const DONE: &str = "com.vmware.vc.iofilter.HostVendorProviderRegistrationSuccessEvent";

    /// Without a provider, after these events, so many seconds ago.
    fn after(events: &[(&str, i64)]) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.facts.providers.remove(&ProviderId("uid-1".to_owned()));
        let events = events.iter().map(|(kind, ago)| event(kind, -ago, Some("host-1"), &[])).collect();
        fleet.vcenter().events = seen(events);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut old = Fleet::of(1);
        old.vcenter().events = seen(vec![event(FAILED, -864_000, Some("host-1"), &[])]);
        vec![
            Case::cause(
                "an-hour-ago",
                "The registration failed, and nobody tried again",
                "`esx01.lab.test` has no provider, and vCenter logged an hour ago that it could not register one.",
                after(&[(FAILED, 3600)]),
            ),
            Case::near_miss(
                "old-event",
                "An old event of a host that has its provider",
                "A registration failed ten days ago. The provider is registered and online.",
                old,
            ),
            Case::near_miss(
                "cancelled",
                "The registration succeeded later",
                "The failure was followed by a success. That the provider is gone again is another matter: \
                 `provider-missing`.",
                after(&[(FAILED, 3600), (DONE, 1800)]),
            ),
        ]
    }

    #[test]
    fn the_alarm_on_the_host_counts_as_the_event_does() {
        let mut fleet = after(&[]);
        let name = "Registration/unregistration of third-party IO filter storage providers fails";
        fleet.vcenter().alarms = seen(vec![alarm(name, ("HostSystem", "host-1"), 3600)]);
        fleet.has_one_cause("provider-registration-failed");
    }

    #[test]
    fn what_keeps_it_from_being_registered_explains_it() {
        let mut fleet = after(&[(FAILED, 3600)]);
        fleet.host(1).ca_store = fleet.vcenter().trusted_roots.clone();
        fleet.follows("provider-registration-failed", "castore-missing-sms");
    }

    #[test]
    fn events_that_were_not_read_are_asked_for_where_the_provider_is_missing() {
        let mut fleet = after(&[]);
        fleet.vcenter().events = unknown(MissingReason::NotAsked);
        let open = fleet.judge().unanswered;
        assert!(
            open.iter().any(|open| open.codes.iter().any(|code| code == "provider-registration-failed")),
            "{open:?}"
        );
        let mut fleet = Fleet::of(1);
        fleet.vcenter().events = unknown(MissingReason::NotAsked);
        assert_eq!(fleet.judge().unanswered, []);
    }
}
