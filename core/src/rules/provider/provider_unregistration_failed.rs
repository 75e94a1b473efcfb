//! ## What it finds
//!
//! vCenter logged that it could not unregister a provider, logged no success since, and the provider still stands in
//! the list and is not online. The provider is named by the event, or it is that of the event's host.
//!
//! It leads `provider-orphan`: it says how the provider came to be left.
//!
//! ## Why it hurts
//!
//! The entry stays for ever, raises alarms, and may stand in the way of the host's next registration.
//!
//! ## How it shows
//!
//! The vSphere Client shows the event `HostVendorProviderUnregistrationFailedEvent` and a provider that does not go
//! away.
//!
//! ## What cures it
//!
//! Restart the service `sps`, then remove the provider in the vSphere Client if it is still listed and its host no
//! longer needs it.
//!
//! ## Sources
//!
//! The list of vCenter's events (grade B); vSphere documentation on IO filters: providers go with their host (grade A).

use crate::diagnostic::Severity;
use crate::facts::Provider;
use crate::rules::{Case, Check, Cure, Grade, Rule, Verdict, event_seen, standing};

pub(crate) const RULE: Rule = Rule {
    code: "provider-unregistration-failed",
    severity: Severity::Medium,
    grade: Grade::B,
    title: "vCenter could not unregister a storage provider",
    rank: 69,
    explains: &[
        "provider-cert-cached-stale",
        "provider-cert-expired",
        "provider-cert-hard",
        "provider-cert-invalid",
        "provider-cert-soft",
        "provider-connected-unsynced",
        "provider-disconnected",
        "provider-offline",
        "provider-orphan",
        "provider-status-unknown",
        "provider-syncerror",
    ],
    log: None,
    cure: Cure::ByHand(
        "restart the service `sps`; if the provider is still listed in the vSphere Client (vCenter > Configure > Storage Providers) and its host needs none, remove it there",
    ),
    check: Check::Provider(check),
    source: include_str!("provider_unregistration_failed.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, provider: &Provider) -> Verdict {
    if provider.is_online() {
        return Verdict::Fine;
    }
    let events = case.events_of(provider);
    let Some(failed) = standing(events, &[FAILED], DONE) else { return Verdict::Fine };
    let message = format!("vCenter could not unregister storage provider `{}`", provider.name);
    Verdict::found(message, vec![event_seen(failed)])
}

const FAILED: &str = "HostVendorProviderUnregistrationFailedEvent";
const DONE: &[&str] = &["HostVendorProviderUnregistrationSuccessEvent", "HostVendorProviderRegistrationSuccessEvent"];

#[cfg(test)]
mod tests {
    use crate::facts::{Host, HostId};
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, Leaf, event, healthy_provider, seen};

    const FAILED: &str = "com.vmware.vc.iofilter.HostVendorProviderUnregistrationFailedEvent";

    /// A provider of a host that was removed, and the event that tells why it stayed.
    fn left_behind() -> Fleet {
        let mut fleet = Fleet::of(1);
        let gone = Host::named(HostId("host-9".to_owned()), "gone.lab.test".to_owned());
        let leaf = fleet.issue(&Leaf::of("gone.lab.test"));
        let mut left = healthy_provider(9, &gone, leaf);
        left.status = seen("offline".to_owned());
        let arguments = [("providerName", left.name.as_str())];
        fleet.vcenter().events = seen(vec![event(FAILED, -3600, Some("host-9"), &arguments)]);
        fleet.facts.providers.insert(left.id.clone(), left);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut well = Fleet::of(1);
        well.vcenter().events = seen(vec![event(FAILED, -3600, Some("host-1"), &[])]);
        vec![
            Case::cause(
                "host-was-removed",
                "The host is gone and its provider could not be unregistered",
                "`gone.lab.test` was removed from the inventory. vCenter logged that it could not unregister its \
                 provider, which has been offline since.",
                left_behind(),
            ),
            Case::near_miss(
                "host-stayed",
                "The unregistration failed, and the provider is online",
                "`esx01.lab.test` is in its cluster and its provider serves it: it was not to go after all.",
                well,
            ),
        ]
    }

    #[test]
    fn it_leads_the_orphan_that_it_left() {
        left_behind().follows("provider-orphan", "provider-unregistration-failed");
    }
}
