//! ## What it finds
//!
//! The log of SPS tells that the entry of a provider could not be removed from its cache (S-10), and that provider is
//! in the list and not online. Without logs nothing is said.
//!
//! It leads what else is said of such a provider: nothing helps before the entry is gone.
//!
//! ## Why it hurts
//!
//! SPS neither uses the provider nor lets go of it: it cannot be removed, and the host's provider cannot be registered
//! anew. It was seen where two vCenters registered the same provider.
//!
//! ## How it shows
//!
//! The vSphere Client fails to remove the provider. `sps.log` shows S-10.
//!
//! ## What cures it
//!
//! Restart the service `sps`, then remove the provider. If it stays, it is a case for the vendor. See that no second
//! vCenter registers the same host.
//!
//! ## Sources
//!
//! A field report of 2018 (grade B).

use super::registration::logged_seen;
use crate::case::{Case, Verdict};
use crate::certificate::is_same_name;
use crate::diagnostic::Severity;
use crate::facts::Provider;
use crate::log::LogHit;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "provider-cache-wedged",
    severity: Severity::High,
    grade: Grade::B,
    title: "SPS cannot let go of a storage provider",
    rank: 68,
    explains: &[
        "provider-cert-cached-stale",
        "provider-cert-expired",
        "provider-cert-hard",
        "provider-cert-invalid",
        "provider-cert-soft",
        "provider-connected-unsynced",
        "provider-disconnected",
        "provider-duplicate",
        "provider-offline",
        "provider-orphan",
        "provider-status-unknown",
        "provider-syncerror",
        "provider-unregistration-failed",
    ],
    log: None,
    cure: Cure::ByHand(
        "restart the service `sps`, then remove the provider in the vSphere Client (vCenter > Configure > Storage Providers); if it stays, open a case with the vendor",
    ),
    check: Check::Provider(check),
    source: include_str!("provider_cache_wedged.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, provider: &Provider) -> Verdict {
    if provider.is_online() {
        return Verdict::Fine;
    }
    let hits = case.logged_of("S-10", &provider.url.host).filter(|(_, hit)| is_about(hit, provider));
    let Some((log, hit)) = hits.max_by_key(|(_, hit)| hit.last_at()) else { return Verdict::NotApplicable };
    // What was removed and registered again after the line was written is another entry.
    let is_past = |sighted| provider.last_sync.is_some_and(|synchronised| synchronised > sighted);
    if hit.last_at().is_some_and(is_past) {
        return Verdict::Fine;
    }
    let message = format!("storage provider `{}` cannot be removed from the cache of SPS", provider.name);
    Verdict::found(message, logged_seen(log, hit).into_iter().collect())
}

/// True when a line is about this provider: the operation names its host, or the line itself its uid, its name or its
/// URL.
fn is_about(hit: &LogHit, provider: &Provider) -> bool {
    if let Some(host) = &hit.host {
        return is_same_name(host, &provider.url.host);
    }
    let names = [&provider.id.0, &provider.name, &provider.url.text];
    hit.sightings.last().is_some_and(|last| {
        let line = last.excerpt.to_ascii_lowercase();
        names.iter().any(|name| is_named(&line, &name.to_ascii_lowercase()))
    })
}

/// True when a name stands in a line as a whole, and not as a part of a longer one.
fn is_named(line: &str, name: &str) -> bool {
    let goes_on = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !name.is_empty()
        && line.match_indices(name).any(|(place, _)| {
            let (before, after) = (line.get(..place), line.get(place + name.len()..));
            !goes_on(before.and_then(|text| text.chars().next_back()))
                && !goes_on(after.and_then(|text| text.chars().next()))
        })
}

#[cfg(test)]
mod tests {
    use crate::log::{Grade, LogFacts, LogHit, Sighting};
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, NOW, seen};

    /// An offline provider, and a log that tells that it could not be removed, so many seconds ago.
    fn wedged(ago: i64) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.provider(1).status = seen("offline".to_owned());
        let excerpt = "Error while removing the entry of provider uid-1 from providerCache";
        let sighting = Sighting {
            line: 7,
            at: Some(NOW.plus_seconds(-ago)),
            op_id: None,
            thread: None,
            detail: None,
            excerpt: excerpt.to_owned(),
        };
        let hit = LogHit {
            signature: "S-10".to_owned(),
            grade: Grade::B,
            meaning: "removing the provider got stuck: its entry stays in the service's cache".to_owned(),
            host: Some("esx01.lab.test".to_owned()),
            count: 1,
            joined: 0,
            sightings: vec![sighting],
            busiest: None,
        };
        fleet.facts.logs = vec![LogFacts { file: "sps.log".to_owned(), hits: vec![hit], ..LogFacts::default() }];
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "could-not-be-removed",
                "The provider can neither be used nor removed",
                "The provider of `esx01.lab.test` was last synchronised an hour ago. Half an hour ago somebody tried to \
                 remove it, and SPS could not.",
                wedged(1800),
            ),
            Case::near_miss(
                "synchronised-later",
                "An old line of the log",
                "The line is two hours old, and the provider was synchronised after it: the entry was released. It is \
                 offline for another reason.",
                wedged(7200),
            ),
        ]
    }

    #[test]
    fn a_line_that_names_no_host_tells_its_provider_by_uid_name_or_url() {
        let of = |ago, host: Option<&str>, excerpt: &str| {
            let mut fleet = wedged(ago);
            for hit in fleet.facts.logs.iter_mut().flat_map(|log| &mut log.hits) {
                hit.host = host.map(str::to_owned);
                hit.sightings.iter_mut().for_each(|sighting| sighting.excerpt = excerpt.to_owned());
            }
            fleet
        };
        let found = |fleet: &Fleet| fleet.codes().contains(&"provider-cache-wedged".to_owned());
        for name in ["UID-1", "IOFILTER Provider esx01.lab.test", "https://esx01.lab.test:9080/version.xml"] {
            assert!(found(&of(
                1800,
                None,
                &format!("Error while removing the entry of provider {name} from providerCache")
            )));
        }
        assert!(!found(&of(1800, None, "Error while removing the entry of provider uid-10 from providerCache")));
        assert!(!found(&of(1800, Some("esx02.lab.test"), "the entry of provider uid-1 from providerCache")));
        // Of several files the newest line counts, whatever their order.
        let mut fleet = of(7200, None, "the entry of provider uid-1 from providerCache");
        fleet.facts.logs.extend(wedged(1800).facts.logs);
        assert!(found(&fleet));
    }
}
