//! ## What it finds
//!
//! The whole list of storage providers was read, and none of them serves a connected ESXi host that is in a cluster:
//! none by the name in its URL, none by the host's uuid.
//!
//! ## Why it hurts
//!
//! vCenter registers a provider for every host of a cluster by itself. Where there is none, storage policies that use
//! IO filters cannot be used on that host.
//!
//! ## How it shows
//!
//! The vSphere Client lists no IOFILTER provider for the host; the host has an alarm or the event
//! `HostVendorProviderRegistrationFailedEvent`. `sps.log` shows S-06 or S-11 (`ProviderRegistrationFault`).
//!
//! ## What cures it
//!
//! Cure what keeps it from being registered, wait for the registration, and restart the service `sps` once if it does
//! not come.
//!
//! ## Sources
//!
//! KB 320568, its caution: providers are registered by themselves (grade A); vSphere documentation on IO filters
//! (grade A).

use crate::case::{Case, Verdict, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::Host;
use crate::rules::environment::sms_endpoint_down;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "provider-missing",
    severity: Severity::High,
    grade: Grade::A,
    title: "a connected host of a cluster has no storage provider",
    rank: 73,
    explains: &[],
    log: None,
    cure: Cure::Remedy("register-provider"),
    check: Check::Host(check),
    source: include_str!("provider_missing.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    if !host.is_connected() || sms_endpoint_down::is_down(case.facts) {
        return Verdict::NotApplicable;
    }
    let list = known!(case.facts.provider_list.known());
    if !case.providers_of(host).is_empty() {
        return Verdict::Fine;
    }
    if !known!(host.is_in_cluster()) {
        return Verdict::NotApplicable;
    }
    // A provider of another name may be this host's, if only its uuid or address were known, or the provider's URL.
    known!(host.uuid.known());
    known!(host.management_addresses.known());
    if let Some(doubt) = case.doubt_about(host) {
        return Verdict::from(doubt);
    }
    let seen = format!("{} registered, none of this host", list.registered);
    Verdict::found(
        format!("host `{}` has no storage provider", host.name),
        vec![Evidence::new("storage providers in SMS", seen)],
    )
}

#[cfg(test)]
mod tests {
    use crate::facts::{MissingReason, ProviderId};
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen, unknown};

    pub(crate) fn cases() -> Vec<Case> {
        let mut alone = without_provider();
        alone.host(1).cluster_id = seen("domain-s12".to_owned());
        vec![
            Case::cause(
                "never-registered",
                "A host of a cluster without a provider",
                "`esx01.lab.test` is connected and in a cluster, and none of the registered providers is its own. Nothing \
                 says why.",
                without_provider(),
            ),
            Case::near_miss(
                "outside-a-cluster",
                "A host outside any cluster has none",
                "vCenter registers providers for the hosts of clusters only.",
                alone,
            ),
        ]
    }

    fn without_provider() -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.facts.providers.remove(&ProviderId("uid-1".to_owned()));
        fleet
    }

    #[test]
    fn a_host_without_a_provider_is_found() {
        without_provider().has_one_cause("provider-missing");
    }

    #[test]
    fn a_host_that_was_renamed_still_has_its_provider() {
        let mut fleet = Fleet::healthy();
        fleet.provider(1).url.host = "old-esx01.lab.test".to_owned();
        fleet.has_one_cause("host-cert-name-mismatch");
    }

    #[test]
    fn a_list_that_was_not_read_to_its_end_tells_nothing() {
        let mut fleet = without_provider();
        fleet.facts.provider_list = unknown(MissingReason::Malformed);
        fleet.is_unanswered("provider-missing");
    }

    #[test]
    fn a_provider_of_nobody_whose_url_cannot_be_read_may_be_its_own() {
        let mut fleet = Fleet::healthy();
        fleet.provider(1).array_ids.clear();
        fleet.provider(1).url.text = "https://:9080/version.xml".to_owned();
        fleet.provider(1).url.host = String::new();
        fleet.is_unanswered("provider-missing");
        // By its uuid it is host 2's: then it is a second one there, and host 1 has none.
        fleet.provider(1).array_ids = fleet.provider(2).array_ids.clone();
        assert!(fleet.causes().contains(&"provider-missing".to_owned()), "{:?}", fleet.causes());
    }

    #[test]
    fn two_hosts_of_one_uuid_and_one_name_may_have_one() {
        let mut fleet = without_provider();
        fleet.facts.hosts.extend(Fleet::healthy().facts.hosts.into_iter().skip(1).take(1).map(|(id, mut host)| {
            host.name = "ESX01.lab.test".to_owned();
            (id, host)
        }));
        assert!(!fleet.codes().contains(&"provider-missing".to_owned()), "{:?}", fleet.codes());
    }

    #[test]
    fn a_host_outside_any_cluster_needs_none() {
        let mut fleet = without_provider();
        fleet.host(1).cluster_id = seen("domain-s12".to_owned());
        fleet.is_fine();
    }
}
