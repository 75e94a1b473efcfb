//! ## What it finds
//!
//! A connected ESXi host has no provider that can be told to be its own, and the registration was refused with
//! `AlreadyExists`: SMS holds one for it under another name or address.
//!
//! Two providers that can both be told to be the host's are `provider-duplicate`.
//!
//! ## Why it hurts
//!
//! The host's provider cannot be registered until the other is gone.
//!
//! ## How it shows
//!
//! The vSphere Client lists a provider by an old name of the host, mostly offline, and the event
//! `HostVendorProviderRegistrationFailedEvent`.
//!
//! ## What cures it
//!
//! Find the provider that stands in the way (`provider-orphan` names it if its name is of no host) and unregister it,
//! once its owner agrees; vCenter then registers the host's own.
//!
//! ## Sources
//!
//! SMS API, `AlreadyExists` (grade A); that the event tells it (grade C).

use super::registration::refused_for;
use crate::case::{Case, Verdict};
use crate::diagnostic::Severity;
use crate::facts::Host;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "register-exists",
    severity: Severity::Low,
    grade: Grade::C,
    title: "vCenter would not register a host's provider, because it has one of that kind already",
    rank: 69,
    explains: &["provider-missing", "provider-registration-failed"],
    log: None,
    cure: Cure::ByHand(
        "look in the vSphere Client (vCenter > Configure > Storage Providers) for a provider by an old name or address of the host, remove it, then choose Synchronize Storage Providers",
    ),
    check: Check::Host(check),
    source: include_str!("register_exists.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    refused_for(case, host, "AlreadyExists", &[], "one exists that it takes for the same")
}

#[cfg(test)]
mod tests {
    use crate::facts::ProviderId;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, event, seen};

    /// Registering the provider of host 1 failed an hour ago for this fault; `is_registered` says whether it has one.
    fn failed_for(fault: &str, is_registered: bool) -> Fleet {
        let mut fleet = Fleet::of(1);
        if !is_registered {
            fleet.facts.providers.remove(&ProviderId("uid-1".to_owned()));
        }
        let kind = "com.vmware.vc.iofilter.HostVendorProviderRegistrationFailedEvent";
        fleet.vcenter().events = seen(vec![event(kind, -3600, Some("host-1"), &[("fault", fault)])]);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "under-another-name",
                "SMS says that it has it, and the list does not show it",
                "The registration of the provider of `esx01.lab.test` ends in `AlreadyExists`, and no provider of the \
                 list is that host's.",
                failed_for("vim.fault.AlreadyExists", false),
            ),
            Case::near_miss(
                "registered-twice",
                "Somebody registered what is registered",
                "The same event, but the host has its provider and it is online: nothing is wrong.",
                failed_for("vim.fault.AlreadyExists", true),
            ),
        ]
    }
}
