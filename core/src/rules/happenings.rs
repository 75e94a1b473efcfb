//! What vCenter raised about providers and certificates, made ready for judging.

use std::collections::BTreeMap;

use super::Case;
use crate::facts::{Alarm, Facts, Provider, ProviderId, VCenterEvent, VecsEntry};

/// Events by the provider that they name, and those that name neither a host nor an IOFilter provider.
#[derive(Default)]
pub(crate) struct Happenings<'a> {
    of_provider: BTreeMap<&'a ProviderId, Vec<&'a VCenterEvent>>,
    of_nobody: Vec<&'a VCenterEvent>,
}

impl<'a> Happenings<'a> {
    /// Sorts the events. An argument names a provider by its name, uid, URL or the host in it, alone or in a list.
    pub(super) fn of(facts: &'a Facts) -> Self {
        let mut named: BTreeMap<String, &ProviderId> = BTreeMap::new();
        for provider in facts.providers.values() {
            for name in [&provider.url.host, &provider.id.0, &provider.url.text, &provider.name] {
                named.insert(name.to_ascii_lowercase(), &provider.id);
            }
        }
        let mut sorted = Self::default();
        for event in facts.vcenter.events.value().into_iter().flatten() {
            let mut concerned: Vec<&ProviderId> = words(event).filter_map(|word| named.get(&word).copied()).collect();
            concerned.sort_unstable();
            concerned.dedup();
            if concerned.is_empty() && event.host.is_none() {
                sorted.of_nobody.push(event);
            }
            for provider in concerned {
                sorted.of_provider.entry(provider).or_default().push(event);
            }
        }
        sorted
    }

    /// Events about no host and no IOFilter provider.
    pub(crate) fn of_nobody(&self) -> &[&'a VCenterEvent] {
        &self.of_nobody
    }

    /// Events that name a provider.
    pub(crate) fn of_provider(&self, provider: &Provider) -> &[&'a VCenterEvent] {
        self.of_provider.get(&provider.id).map_or(&[], Vec::as_slice)
    }
}

impl<'a> Case<'a> {
    /// Events that name a provider, and those about its host.
    pub(crate) fn events_about(&self, provider: &Provider) -> impl Iterator<Item = &'a VCenterEvent> {
        let of_host = self.host_of(provider).map_or(&[][..], |host| self.events_of(host));
        self.happenings.of_provider(provider).iter().chain(of_host).copied()
    }

    /// All events; none where the list was not read.
    pub(crate) fn events(&self) -> impl Iterator<Item = &'a VCenterEvent> {
        self.facts.vcenter.events.value().into_iter().flatten()
    }

    /// All alarms that are not green; none where the list was not read.
    pub(crate) fn alarms(&self) -> impl Iterator<Item = &'a Alarm> {
        self.facts.vcenter.alarms.value().into_iter().flatten()
    }

    /// True when the entry of a store holds a certificate that has expired.
    pub(crate) fn has_expired(&self, entry: &VecsEntry) -> bool {
        self.expires_within(entry, -1)
    }

    /// True when the entry of a store holds a certificate with at most so many seconds left.
    pub(crate) fn expires_within(&self, entry: &VecsEntry, seconds: i64) -> bool {
        let held = entry.certificate.and_then(|held| self.certificate(&held).ok());
        held.is_some_and(|held| held.not_after.seconds_since(self.now) <= seconds)
    }
}

impl Alarm {
    /// Its names in lower case, to look for words in: what is not in English is told by the system's name.
    pub(crate) fn words(&self) -> String {
        format!("{} {}", self.name, self.system_name.as_deref().unwrap_or_default()).to_ascii_lowercase()
    }

    /// True for the alarm that watches the certificates of vCenter itself, all stores of VECS together (KB 326268).
    pub(crate) fn is_about_vcenters_certificates(&self) -> bool {
        self.entity_kind != "HostSystem" && self.words().contains("certificate")
    }
}

/// An event's arguments in lower case, whole and by their parts where they are lists.
fn words(event: &VCenterEvent) -> impl Iterator<Item = String> {
    let is_between = |letter: char| letter.is_whitespace() || ",;[]{}()'\"".contains(letter);
    event.arguments.iter().flat_map(move |(_, value)| {
        let parts = value.split(is_between).filter(|part| !part.is_empty());
        std::iter::once(value.as_str()).chain(parts).map(str::to_ascii_lowercase)
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::rules::testing::{Fleet, event, seen};

    #[test]
    fn a_provider_is_named_by_name_uid_or_url_alone_or_in_a_list() {
        let mut fleet = Fleet::healthy();
        let names =
            ["IOFILTER Provider esx01.lab.test", "uid-1", "[https://other/, https://ESX01.lab.test:9080/version.xml]"];
        let mut events: Vec<_> = names.iter().map(|name| event("a.b", -1, None, &[("provider", *name)])).collect();
        events.push(event("a.b", -1, None, &[("provider", "uid-10")]));
        events.push(event("a.b", -1, Some("host-2"), &[]));
        fleet.vcenter().events = seen(events);
        let case = Case::new(&fleet.facts, &fleet.policy);
        let provider = |id: &str| case.facts.providers.get(&ProviderId(id.to_owned())).unwrap();
        assert_eq!(case.events_about(provider("uid-1")).count(), 3);
        assert_eq!(case.events_about(provider("uid-2")).count(), 1);
        assert_eq!(case.happenings.of_nobody().len(), 1);
    }
}
