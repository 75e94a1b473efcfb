//! What vCenter raised, made ready for judging: events by host and by provider, and which of them still stand.

use std::collections::BTreeMap;

use crate::facts::{Alarm, Facts, Host, Provider, ProviderId, VCenterEvent};
use crate::time::UnixTime;

/// Events by what they are about; one that names no host and no provider is about the vCenter. Alarms by what they are
/// on.
#[derive(Default)]
pub(crate) struct Happenings<'a> {
    of_host: BTreeMap<&'a str, Vec<&'a VCenterEvent>>,
    of_provider: BTreeMap<&'a ProviderId, Vec<&'a VCenterEvent>>,
    of_nobody: Vec<&'a VCenterEvent>,
    alarms: BTreeMap<&'a str, Vec<&'a Alarm>>,
}

impl<'a> Happenings<'a> {
    /// Sorts the events. An argument names a provider by its name, uid or URL, alone or in a list.
    pub(super) fn of(facts: &'a Facts) -> Self {
        let mut named: BTreeMap<String, &ProviderId> = BTreeMap::new();
        // An event that names an array's provider is about that one, and about no other.
        for provider in facts.other_providers.values().chain(facts.providers.values()) {
            for name in [&provider.url.host, &provider.id.0, &provider.url.text, &provider.name] {
                named.insert(name.to_ascii_lowercase(), &provider.id);
            }
        }
        let mut sorted = Self::default();
        for alarm in facts.vcenter.alarms.value().into_iter().flatten() {
            sorted.alarms.entry(&alarm.entity).or_default().push(alarm);
        }
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
            if let Some(host) = &event.host {
                sorted.of_host.entry(host).or_default().push(event);
            }
        }
        sorted
    }

    /// Events about no host and no storage provider that SMS lists.
    pub(crate) fn of_vcenter(&self) -> &[&'a VCenterEvent] {
        &self.of_nobody
    }

    /// Events about a host.
    pub(crate) fn of_host(&self, host: &Host) -> &[&'a VCenterEvent] {
        self.of_host.get(host.id.0.as_str()).map_or(&[], Vec::as_slice)
    }

    /// Alarms that are red or yellow on the object of this id.
    pub(crate) fn alarms_on(&self, id: &str) -> &[&'a Alarm] {
        self.alarms.get(id).map_or(&[], Vec::as_slice)
    }

    /// Events that name a provider.
    pub(crate) fn of_provider(&self, provider: &Provider) -> &[&'a VCenterEvent] {
        self.of_provider.get(&provider.id).map_or(&[], Vec::as_slice)
    }
}

/// The newest of these events that is of a kind in `bad` and that none of a kind in `good` came after. Kinds are the
/// last part of the event's type.
pub(crate) fn standing<'e>(
    events: impl IntoIterator<Item = &'e VCenterEvent>,
    bad: &[&str],
    good: &[&str],
) -> Option<&'e VCenterEvent> {
    let (mut worst, mut cleared) = (None::<&VCenterEvent>, None::<UnixTime>);
    for event in events {
        if bad.contains(&event.short_kind()) && worst.is_none_or(|worst| worst.at < event.at) {
            worst = Some(event);
        } else if good.contains(&event.short_kind()) {
            cleared = cleared.max(Some(event.at));
        }
    }
    worst.filter(|worst| cleared.is_none_or(|cleared| cleared < worst.at))
}

/// The first of these events that is of a kind in `bad`, of those that none of a kind in `good` came after and that are
/// not before `since`: where the same is told again and again, it is the beginning.
pub(crate) fn first_standing<'e>(
    events: impl IntoIterator<Item = &'e VCenterEvent>,
    bad: &[&str],
    good: &[&str],
    since: Option<UnixTime>,
) -> Option<&'e VCenterEvent> {
    let (mut told, mut cleared) = (Vec::new(), None::<UnixTime>);
    for event in events {
        if bad.contains(&event.short_kind()) {
            told.push(event);
        } else if good.contains(&event.short_kind()) {
            cleared = cleared.max(Some(event.at));
        }
    }
    let stands = |event: &&VCenterEvent| {
        cleared.is_none_or(|cleared| cleared < event.at) && since.is_none_or(|since| since <= event.at)
    };
    told.into_iter().filter(stands).min_by_key(|event| event.at)
}

/// An event's arguments in lower case, whole and by their parts where they are lists.
fn words(event: &VCenterEvent) -> impl Iterator<Item = String> {
    let is_between = |letter: char| letter.is_whitespace() || ",;[]{}()'\"".contains(letter);
    event.arguments.iter().flat_map(move |(_, value)| {
        let parts = value.split(is_between).filter(|part| !part.is_empty());
        std::iter::once(value.as_str()).chain(parts).map(str::to_ascii_lowercase)
    })
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::case::Case;
    use crate::rules::testing::{Fleet, event, seen};

    #[test]
    fn a_later_success_cancels_a_failure_and_an_earlier_one_does_not() {
        let of = |kind: &str, seconds| event(kind, seconds, None, &[]);
        let (failed, earlier, later) = (of("a.Failed", -60), of("a.Done", -61), of("a.Done", -60));
        assert_eq!(standing([&failed, &earlier], &["Failed"], &["Done"]), Some(&failed));
        assert_eq!(standing([&failed, &later], &["Failed"], &["Done"]), None);
        assert_eq!(standing([&later], &["Failed"], &["Done"]), None);
    }

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
        assert_eq!(case.events_of(provider("uid-1")).len(), 3);
        assert_eq!(case.events_of(provider("uid-2")).len(), 1);
        assert_eq!(case.happenings.of_vcenter().len(), 1);
    }
}
