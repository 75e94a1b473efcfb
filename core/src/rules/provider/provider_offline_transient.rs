//! ## What it finds
//!
//! SMS has an IOFilter provider as `offline`, and it was still well less than 15 minutes ago: it was synchronised since
//! then, or vCenter logged that it went down since then.
//!
//! From 15 minutes on it is `provider-offline`. What explains that one explains this one too.
//!
//! ## Why it hurts
//!
//! Mostly it does not: a host that restarts its agents looks like this. SMS keeps asking, and an offline provider comes
//! back by itself.
//!
//! ## How it shows
//!
//! The vSphere Client shows the provider offline. vCenter's events show `VasaProviderDisconnectedEvent`.
//!
//! ## What cures it
//!
//! Wait a quarter of an hour and look again. Nothing should be changed before.
//!
//! ## Sources
//!
//! SMS API, `VasaProviderStatus`: SMS keeps asking an offline provider (grade A); the 15 minutes are ours (grade C).

use super::down_since;
use crate::case::{Case, Verdict, span};
use crate::diagnostic::Severity;
use crate::facts::Provider;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "provider-offline-transient",
    severity: Severity::Medium,
    grade: Grade::C,
    title: "a storage provider has been offline for less than 15 minutes",
    rank: 85,
    explains: &[],
    log: None,
    cure: Cure::ByHand("wait 15 minutes and check again; SMS keeps asking an offline provider"),
    check: Check::Provider(check),
    source: include_str!("provider_offline_transient.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, provider: &Provider) -> Verdict {
    let Some(since) = just_now(case, provider) else { return Verdict::Fine };
    let ago = span(case.now.seconds_since(since));
    let message = format!("storage provider `{}` is offline, and was still well {ago} ago", provider.name);
    Verdict::found(message, super::status_evidence(provider, "offline"))
}

/// The time at which an offline provider was last known to be well, if that is less than 15 minutes ago.
pub(super) fn just_now(case: &Case<'_>, provider: &Provider) -> Option<crate::time::UnixTime> {
    let is_offline = provider.status.value().is_some_and(|status| status == "offline");
    let since = down_since(case, provider).filter(|_| is_offline)?;
    (0..TRANSIENT_SECONDS).contains(&case.now.seconds_since(since)).then_some(since)
}

/// For so long an offline provider is given the time to come back.
pub(super) const TRANSIENT_SECONDS: i64 = 15 * 60;

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, NOW, event, seen};

    /// Offline, and last synchronised so many seconds ago.
    fn offline(synchronised: i64) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.provider(1).status = seen("offline".to_owned());
        fleet.provider(1).last_sync = Some(NOW.plus_seconds(-synchronised));
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "fourteen-minutes",
                "Offline for at most 14 minutes",
                "SMS synchronised with the provider of `esx01.lab.test` 14 minutes ago and has it offline now. Both legs \
                 are in order: the host may be restarting its agents.",
                offline(14 * 60),
            ),
            Case::near_miss(
                "fifteen-minutes",
                "Offline for 15 minutes",
                "The same one minute later is `provider-offline`.",
                offline(15 * 60),
            ),
        ]
    }

    #[test]
    fn an_event_tells_when_it_went_down_as_well_as_a_synchronisation() {
        let mut fleet = offline(3600);
        let kind = "com.vmware.vc.sms.VasaProviderDisconnectedEvent";
        fleet.vcenter().events = seen(vec![event(kind, -60, Some("host-1"), &[])]);
        fleet.has_one_cause("provider-offline-transient");
    }

    #[test]
    fn an_outage_begins_with_its_first_event_though_vcenter_logs_it_again_and_again() {
        let mut fleet = offline(10_000);
        let event = |kind: &str, ago: i64| {
            event(&format!("com.vmware.vc.sms.VasaProvider{kind}Event"), -ago, Some("host-1"), &[])
        };
        fleet.vcenter().events = seen(vec![event("Disconnected", 60), event("Disconnected", 3600)]);
        fleet.has_one_cause("provider-offline");
        let back = [event("Disconnected", 60), event("Connected", 120), event("Disconnected", 3600)];
        fleet.vcenter().events = seen(back.to_vec());
        fleet.has_one_cause("provider-offline-transient");
        // What was logged before the last synchronisation is of another outage.
        fleet.vcenter().events = seen(vec![event("Disconnected", 60), event("Disconnected", 10_001)]);
        fleet.has_one_cause("provider-offline-transient");
    }

    #[test]
    fn a_time_that_is_yet_to_come_excuses_nothing() {
        offline(-60).has_one_cause("provider-offline");
    }

    #[test]
    fn what_explains_an_offline_provider_explains_this_too() {
        let mut fleet = offline(60);
        fleet.host(1).ca_store = fleet.vcenter().trusted_roots.clone();
        fleet.follows("provider-offline-transient", "castore-missing-sms");
    }
}
