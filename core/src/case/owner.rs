//! Which host a provider is of.

use std::collections::BTreeMap;

use super::contradictions::{Contradiction, odd_url, unclear_hosts, unclear_owners};
use crate::certificate::plain_name;
use crate::facts::{Facts, Host, Missing, Provider, ProviderId};

/// Why a provider may be a host's though it does not look so.
pub(super) fn unmatchable(facts: &Facts) -> Option<Missing> {
    let lacks = |host: &'_ Host| host.uuid.known().err().or_else(|| host.management_addresses.known().err()).cloned();
    let lacking = facts.hosts.values().find_map(lacks);
    lacking.or_else(|| unclear_owners(facts).into_iter().next().map(|contradiction| contradiction.missing))
}

/// Why the provider of a host may be there although none looks like it.
#[derive(Default)]
pub(super) struct Doubts {
    /// By the name of a host that shares its name or uuid with another.
    of_host: BTreeMap<String, Missing>,
    /// For every host: a provider that is nobody's has a URL that cannot be read.
    of_all: Option<Missing>,
}

impl Doubts {
    pub(super) fn of(facts: &Facts, owners: &BTreeMap<&ProviderId, &Host>) -> Self {
        let of_host = unclear_hosts(facts).into_iter();
        let of_host = of_host
            .flat_map(|Contradiction { missing, places, .. }| places.into_iter().map(move |at| (at, missing.clone())));
        let mut nobodys = facts.providers.values().filter(|provider| !owners.contains_key(&provider.id));
        Self { of_host: of_host.collect(), of_all: nobodys.find_map(odd_url).map(|odd| odd.missing) }
    }

    pub(super) fn about(&self, host: &Host) -> Option<&Missing> {
        self.of_host.get(&host.name).or(self.of_all.as_ref())
    }
}

/// Hosts by name and by management address, in lower case.
pub(super) fn hosts_by_name(facts: &Facts) -> BTreeMap<String, &Host> {
    let mut by_name: BTreeMap<String, &Host> = BTreeMap::new();
    for host in facts.hosts.values() {
        for address in host.management_addresses.value().into_iter().flatten() {
            by_name.entry(plain_name(address)).or_insert(host);
        }
    }
    // Names go in last: a host's own name outweighs an address that another host claims.
    for (name, host) in alone(facts, |host| Some(&host.name)) {
        match host {
            Some(host) => by_name.insert(name, host),
            None => by_name.remove(&name),
        };
    }
    by_name
}

/// Each provider's host: by the name in its URL, then by the uuid in its array id.
pub(super) fn match_providers<'a>(
    facts: &'a Facts,
    by_name: &BTreeMap<String, &'a Host>,
) -> BTreeMap<&'a ProviderId, &'a Host> {
    let by_uuid = alone(facts, |host| host.uuid.value());
    let host_of = |provider: &Provider| {
        let named = by_name.get(&plain_name(&provider.url.host));
        let mut uuids = provider.array_ids.iter().filter_map(|id| id.strip_prefix("IOFILTERS:"));
        named.copied().or_else(|| uuids.find_map(|uuid| by_uuid.get(&uuid.to_ascii_lowercase()).copied().flatten()))
    };
    // vSAN's providers are served by hosts too, and go down with them.
    let all = facts.providers.values().chain(facts.other_providers.values());
    all.filter_map(|provider| host_of(provider).map(|host| (&provider.id, host))).collect()
}

/// Hosts by what each has alone; what two of them share leads to neither.
fn alone<'a>(facts: &'a Facts, of: impl Fn(&'a Host) -> Option<&'a String>) -> BTreeMap<String, Option<&'a Host>> {
    let mut hosts: BTreeMap<String, Option<&Host>> = BTreeMap::new();
    for host in facts.hosts.values() {
        if let Some(value) = of(host).filter(|value| !value.is_empty()) {
            hosts.entry(plain_name(value)).and_modify(|owner| *owner = None).or_insert(Some(host));
        }
    }
    hosts
}
