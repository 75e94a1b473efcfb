//! What the logs say that may still hold. They keep what is long past, too.

use std::collections::{BTreeMap, BTreeSet};

use super::Case;
use crate::certificate::plain_name;
use crate::facts::{Facts, Host};
use crate::log::{LogFacts, LogHit, lasting};
use crate::time::UnixTime;

/// A hit, and the log that holds it.
pub(crate) type Logged<'a> = (&'a LogFacts, &'a LogHit);

/// Hits by the host that they name, and by signature.
#[derive(Default)]
pub(super) struct Logs<'a> {
    of_host: BTreeMap<String, Vec<Logged<'a>>>,
    of_signature: BTreeMap<&'a str, Vec<Logged<'a>>>,
    /// Those that name no host.
    nameless: BTreeMap<&'a str, Vec<Logged<'a>>>,
}

impl<'a> Logs<'a> {
    pub(super) fn of(facts: &'a Facts) -> Self {
        let mut sorted = Self::default();
        for log in &facts.logs {
            for hit in &log.hits {
                sorted.of_signature.entry(&hit.signature).or_default().push((log, hit));
                match &hit.host {
                    Some(host) => sorted.of_host.entry(plain_name(host)).or_default().push((log, hit)),
                    None => sorted.nameless.entry(&hit.signature).or_default().push((log, hit)),
                }
            }
        }
        sorted
    }

    fn named(&self, name: &str) -> &[Logged<'a>] {
        self.of_host.get(&plain_name(name)).map_or(&[], Vec::as_slice)
    }
}

impl<'a> Case<'a> {
    /// What the logs hold of a signature, old and new.
    pub(crate) fn logged(&self, signature: &str) -> &[Logged<'a>] {
        self.logs.of_signature.get(signature).map_or(&[], Vec::as_slice)
    }

    /// The same, of what names this host or none.
    pub(crate) fn logged_of(&self, signature: &str, host: &str) -> impl Iterator<Item = Logged<'a>> {
        self.count();
        let own = self.logs.named(host).iter().filter(move |(_, hit)| hit.signature == signature);
        let nobodys = self.logs.nameless.get(signature).map_or(&[][..], Vec::as_slice);
        own.chain(nobodys).copied()
    }

    /// What the logs say of a host by any of the names that it or its provider is known by, as far as it may still hold:
    /// of the last day that they tell of, and seen since the provider was last well.
    pub(crate) fn log_hits(&self, host: &Host) -> Vec<Logged<'a>> {
        self.count();
        let providers = self.providers_of(host);
        let urls = providers.iter().map(|provider| provider.url.host.as_str());
        let addresses = host.management_addresses.value().into_iter().flatten().map(String::as_str);
        let names: BTreeSet<String> =
            std::iter::once(host.name.as_str()).chain(addresses).chain(urls).map(plain_name).collect();
        let mut hits: Vec<Logged<'a>> = names.iter().flat_map(|name| self.logs.named(name)).copied().collect();
        if hits.is_empty() {
            return hits;
        }
        let events = providers.iter().flat_map(|provider| self.happenings.of_provider(provider));
        let events = events.chain(self.happenings.of_host(host)).filter(|event| WELL.contains(&event.short_kind()));
        let told = events.map(|event| event.at).filter(|at| *at <= self.now).max();
        let synchronised = |name: &str| {
            let own = providers.iter().filter(|provider| plain_name(&provider.url.host) == plain_name(name));
            let synchronised = own.filter_map(|provider| provider.last_sync);
            synchronised.filter(|at| *at <= self.now).max()
        };
        hits.retain(|(_, hit)| {
            let well = told.max(hit.host.as_deref().and_then(synchronised));
            hit.last_at().is_none_or(|at| well.is_none_or(|well| at >= well))
        });
        lasting(hits, |(_, hit)| hit)
    }

    /// True when a hit was seen last within so many seconds of the time of judging, or nobody knows when.
    pub(crate) fn is_of_late(&self, hit: &LogHit, seconds: i64) -> bool {
        hit.last_at().is_none_or(|at| self.is_near(at, seconds))
    }

    /// True within so many seconds of the time of judging, before or after.
    pub(crate) fn is_near(&self, at: UnixTime, seconds: i64) -> bool {
        self.now.seconds_since(at).abs() <= seconds
    }
}

/// What says that vCenter and a provider got on with each other.
const WELL: [&str; 2] = ["VasaProviderConnectedEvent", "HostVendorProviderRegistrationSuccessEvent"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::LogScan;
    use crate::rules::testing::{Fleet, NOW, event, seen};

    /// A refused chain of a host, so many seconds ago; without a time where there is none.
    fn line(host: &str, ago: Option<i64>) -> String {
        let head = ago.map(|ago| format!("{} [t] ERROR opId=o c.C - ", NOW.plus_seconds(-ago))).unwrap_or_default();
        format!("{head}PKIX path building failed: https://{host}:9080/version.xml\n")
    }

    fn logged(fleet: &mut Fleet, file: &str, lines: &[String]) {
        let mut scan = LogScan::new(file);
        scan.feed(lines.concat().as_bytes());
        fleet.facts.logs.push(scan.finish());
    }

    /// The files that say something of the first host.
    fn told(fleet: &mut Fleet) -> Vec<String> {
        let host = fleet.host(1).clone();
        let case = Case::new(&fleet.facts, &fleet.policy);
        case.log_hits(&host).into_iter().map(|(log, _)| log.file.clone()).collect()
    }

    #[test]
    fn the_last_day_of_a_host_counts_and_what_came_before_does_not() {
        let mut fleet = Fleet::of(1);
        fleet.provider(1).last_sync = None;
        logged(&mut fleet, "sps.log.2", &[line("esx01.lab.test", Some(200_000))]);
        logged(&mut fleet, "sps.log.1", &[line("esx01.lab.test", Some(86_400))]);
        logged(&mut fleet, "sps.log.0", &[line("esx01.lab.test", None)]);
        assert_eq!(told(&mut fleet), ["sps.log.1"]);
        logged(&mut fleet, "sps.log", &[line("192.0.2.1", Some(0))]);
        assert_eq!(told(&mut fleet), ["sps.log", "sps.log.1"]);
        fleet.facts.logs.retain(|log| log.file == "sps.log.0");
        assert_eq!(told(&mut fleet), ["sps.log.0"]);
    }

    #[test]
    fn what_was_seen_before_the_provider_was_well_is_past() {
        let mut fleet = Fleet::of(1);
        logged(&mut fleet, "sps.log", &[line("esx01.lab.test", Some(3600))]);
        assert_eq!(told(&mut fleet), ["sps.log"]);
        fleet.provider(1).last_sync = Some(NOW.plus_seconds(-3599));
        assert_eq!(told(&mut fleet), [""; 0]);
        fleet.provider(1).last_sync = Some(NOW.plus_seconds(60));
        assert_eq!(told(&mut fleet), ["sps.log"], "a time that is yet to come says nothing");
        let connected = "com.vmware.vc.sms.VasaProviderConnectedEvent";
        fleet.vcenter().events = seen(vec![event(connected, -60, Some("host-1"), &[])]);
        assert_eq!(told(&mut fleet), [""; 0]);
    }

    #[test]
    fn a_host_is_known_by_the_name_in_its_providers_url_and_each_hit_counts_once() {
        let mut fleet = Fleet::of(1);
        fleet.provider(1).url.host = "Storage01.lab.test".to_owned();
        logged(&mut fleet, "sps.log", &[line("storage01.lab.test", Some(60))]);
        assert_eq!(told(&mut fleet), ["sps.log"]);
        fleet.provider(1).url.host = "ESX01.lab.test".to_owned();
        logged(&mut fleet, "sps.log.1", &[line("esx01.lab.test", Some(60))]);
        assert_eq!(told(&mut fleet), ["sps.log.1"]);
    }
}
