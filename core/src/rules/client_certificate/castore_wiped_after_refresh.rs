//! ## What it finds
//!
//! vCenter pushed its trusted roots to an ESXi host below 9.0, the host no longer holds the SMS certificate, and its
//! provider was not synchronised since.
//!
//! It leads `castore-missing-sms`, which is what the push left behind, because it also says how it came and that it
//! will come again. Without the event, `castore-missing-sms` stands for itself.
//!
//! ## Why it hurts
//!
//! The push overwrites the whole store with vCenter's roots, and the SMS certificate is not one of them. It happens
//! host by host, with each push: after host certificates are installed, after a new root, by hand.
//!
//! ## How it shows
//!
//! The vSphere Client shows the event `HostCaCertsAndCrlsUpdatedEvent` and the provider going down after it. `sps.log`
//! shows S-01 ("self signed certificate"), then S-02 and S-03.
//!
//! ## What cures it
//!
//! Add the SMS certificate to the CA certificates of the host and keep all that are there; then synchronise and
//! reconnect the provider. Look again after each push.
//!
//! ## Sources
//!
//! A field report that quotes VMware Support (grade B); the list of vCenter's events (grade B).

use super::{SmsTrust, is_down, sms_trust};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::Host;
use crate::log::Leg;
use crate::rules::{Case, Check, Cure, Grade, Rule, Verdict, event_seen, known, standing};

pub(crate) const RULE: Rule = Rule {
    code: "castore-wiped-after-refresh",
    severity: Severity::High,
    grade: Grade::B,
    title: "a push of trusted roots took the SMS certificate from a host",
    rank: 39,
    explains: &[
        "castore-missing-sms",
        "provider-cert-cached-stale",
        "provider-cert-invalid",
        "provider-connected-unsynced",
        "provider-disconnected",
        "provider-missing",
        "provider-offline",
        "provider-status-unknown",
        "provider-syncerror",
    ],
    log: Some(Leg::ClientTrust),
    cure: Cure::Remedy("trust-sms-certificate"),
    check: Check::Host(check),
    source: include_str!("castore_wiped_after_refresh.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let Some(provider) = case.canonical_provider(host).filter(|provider| is_down(provider)) else {
        return Verdict::NotApplicable;
    };
    let (SmsTrust::Absent { .. } | SmsTrust::NothingLikeIt) = known!(sms_trust(case, host)) else {
        return Verdict::Fine;
    };
    known!(Case::optional(&case.facts.vcenter.events, true, EVENTS));
    let Some(push) = standing(case.happenings.of_host(host).iter().copied(), &[PUSHED], &[]) else {
        return Verdict::Fine;
    };
    if provider.last_sync.is_some_and(|synchronised| synchronised > push.at) {
        return Verdict::Fine;
    }
    let last = provider.last_sync.map_or_else(|| "never".to_owned(), |at| at.to_string());
    let message = format!(
        "trusted roots were pushed to host `{}` on {}, and it has not held the SMS certificate since",
        host.name, push.at
    );
    Verdict::found(message, vec![event_seen(push), Evidence::new("provider last synchronised", last)])
}

const PUSHED: &str = "HostCaCertsAndCrlsUpdatedEvent";

const EVENTS: &str = "let the user read the events of vCenter (System.View at the root folder)";

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, event, seen};

    /// A push so many seconds after the provider was last synchronised, which was an hour ago.
    fn pushed(after_sync: i64) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.host(1).ca_store = fleet.vcenter().trusted_roots.clone();
        fleet.provider(1).status = seen("disconnected".to_owned());
        let kind = "com.vmware.vc.certmgr.HostCaCertsAndCrlsUpdatedEvent";
        fleet.vcenter().events = seen(vec![event(kind, after_sync - 3600, Some("host-1"), &[])]);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut harmless = pushed(60);
        harmless.host(1).ca_store = Fleet::of(1).host(1).ca_store.clone();
        harmless.provider(1).status = seen("online".to_owned());
        vec![
            Case::cause(
                "down-since-the-push",
                "Trusted roots were pushed, and a minute later the provider was down",
                "The event of the push is there, the store of `esx01.lab.test` holds vCenter's roots alone, and SMS has \
                 not synchronised since.",
                pushed(60),
            ),
            Case::near_miss(
                "synchronised-after-the-push",
                "The provider was well after the push",
                "The store lacks the SMS certificate, but the provider was synchronised after the push: something else \
                 took the certificate away later. `castore-missing-sms` stands alone.",
                pushed(-60),
            ),
            Case::near_miss(
                "added-again",
                "The SMS certificate was added again after the push",
                "The event is an hour old; the host holds the SMS certificate and the provider is online.",
                harmless,
            ),
        ]
    }

    #[test]
    fn without_the_event_the_missing_certificate_stands_for_itself() {
        let mut fleet = pushed(60);
        fleet.vcenter().events = seen(Vec::new());
        fleet.has_one_cause("castore-missing-sms");
    }
}
