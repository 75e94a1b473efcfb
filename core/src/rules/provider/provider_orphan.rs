//! ## What it finds
//!
//! The whole inventory was read, and an IOFilter provider belongs to no host in it: not by the name or address in its
//! URL, not by the uuid in its array id.
//!
//! ## Why it hurts
//!
//! It is left of a host that was removed or renamed while SPS was down. It stays offline for ever and raises alarms.
//!
//! ## How it shows
//!
//! The vSphere Client shows an offline provider whose URL names no host. `sps.log` shows S-17 for it.
//!
//! ## What cures it
//!
//! Unregister it, once its owner agrees: another vCenter may use the host.
//!
//! ## Sources
//!
//! vSphere documentation on IO filters: providers are unregistered with their host (grade A).

use crate::case::{Case, Verdict, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{Missing, MissingReason, Provider};
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "provider-orphan",
    severity: Severity::Medium,
    grade: Grade::A,
    title: "a storage provider serves no host of the inventory",
    rank: 70,
    explains: &[
        "provider-cert-cached-stale",
        "provider-cert-expired",
        "provider-cert-hard",
        "provider-cert-invalid",
        "provider-cert-soft",
        "provider-connected-unsynced",
        "provider-disconnected",
        "provider-missing",
        "provider-offline",
        "provider-status-unknown",
        "provider-syncerror",
    ],
    log: None,
    cure: Cure::Remedy("unregister-provider"),
    check: Check::Provider(check),
    source: include_str!("provider_orphan.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, provider: &Provider) -> Verdict {
    if case.host_of(provider).is_some() {
        return Verdict::Fine;
    }
    known!(case.facts.inventory.known());
    // A user who may see no host sees providers all the same.
    if case.facts.hosts.is_empty() {
        return Verdict::Unknown(Missing {
            reason: MissingReason::Denied,
            message: "the inventory shows no ESXi host at all, and storage providers are registered".to_owned(),
            help: "give the user a role on the ESXi hosts that may read them".to_owned(),
        });
    }
    // It may be the provider of a host of which too little is known.
    if let Some(missing) = &case.unmatchable {
        return Verdict::from(missing);
    }
    let evidence = vec![Evidence::new("URL of the provider", provider.url.text.clone())];
    let message =
        format!("storage provider `{}` at `{}` serves no host of the inventory", provider.name, provider.url.host);
    Verdict::found(message, evidence)
}

#[cfg(test)]
mod tests {
    use crate::facts::{Host, HostId, MissingReason};
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, healthy_provider, seen, unknown};

    pub(crate) fn cases() -> Vec<Case> {
        let mut renamed = Fleet::of(1);
        renamed.provider(1).url.host = "old-esx01.lab.test".to_owned();
        vec![
            Case::cause(
                "host-was-removed",
                "A provider of a host that is gone",
                "`gone.lab.test` was removed from the inventory while SPS was down. Its provider stayed, offline for ever.",
                with_orphan(),
            ),
            Case::near_miss(
                "host-was-renamed",
                "A provider of a host that has another name now",
                "The URL names nobody, but the array id holds the uuid of `esx01.lab.test`: it is that host's.",
                renamed,
            ),
        ]
    }

    fn with_orphan() -> Fleet {
        let mut fleet = Fleet::healthy();
        let gone = Host::named(HostId("host-9".to_owned()), "gone.lab.test".to_owned());
        let leaf = fleet.issue(&crate::rules::testing::Leaf::of("gone.lab.test"));
        let mut orphan = healthy_provider(9, &gone, leaf);
        orphan.status = seen("offline".to_owned());
        fleet.facts.providers.insert(orphan.id.clone(), orphan);
        fleet
    }

    #[test]
    fn a_provider_of_nobody_explains_that_it_is_offline() {
        let fleet = with_orphan();
        fleet.has_one_cause("provider-orphan");
        fleet.follows("provider-offline", "provider-orphan");
    }

    #[test]
    fn in_an_inventory_that_was_not_read_to_its_end_nobody_is_an_orphan() {
        let mut fleet = with_orphan();
        fleet.facts.inventory = unknown(MissingReason::Denied);
        fleet.has_one_cause("provider-offline");
    }

    #[test]
    fn it_may_belong_to_a_host_whose_uuid_is_not_known() {
        let mut fleet = with_orphan();
        fleet.host(3).uuid = unknown(MissingReason::NotSent);
        fleet.has_one_cause("provider-offline");
    }
}
