//! What is judged over the fleet: providers that failed together have something in common.

pub(super) mod only_esx9_down;
pub(super) mod single_cluster_down;
pub(crate) mod whole_fleet_down;

use super::client_certificate::{castore_empty, castore_missing_sms, castore_stale_sms, esx9_client_untrusted};
use super::rule::Rule;
use crate::case::{Case, Port};
use crate::certificate::{Certificate, NameMatch};
use crate::diagnostic::Evidence;
use crate::facts::{CertificateMode, Host, Provider};

/// A connected host whose provider SMS says something about. Where it is gone, that has a cure of its own, also where it is
/// so everywhere: SPS registers what it lacks when it restarts.
pub(super) struct Watched<'a> {
    pub(super) host: &'a Host,
    /// Its provider is down, and nothing that the host shows on port 9080 explains that.
    pub(super) is_down: bool,
    /// Its provider is down, and the port shows why: it says nothing of what the fleet shares, neither for it nor against.
    pub(super) shows_why: bool,
}

/// All of them, by host id.
pub(super) fn watched<'a>(case: &Case<'a>) -> Vec<Watched<'a>> {
    let watch = |host: &'a Host| {
        let provider = case.canonical_provider(host).filter(|_| host.is_connected())?;
        let is_down = provider.status.value().map(|_| is_down(provider))?;
        let shows_why = is_down && has_own_trouble(case, host, provider);
        Some(Watched { host, is_down: is_down && !shows_why, shows_why })
    };
    case.facts.hosts.values().filter_map(watch).collect()
}

/// Those below 9.0 and those from 9.0 on: they meet different certificates of vCenter (KB 440183). One without a version
/// is in neither.
pub(super) fn by_leg<'a, 'w>(all: &'w [Watched<'a>]) -> (Vec<&'w Watched<'a>>, Vec<&'w Watched<'a>>) {
    all.iter()
        .filter(|watched| watched.host.major_version().is_some())
        .partition(|watched| watched.host.major_version().is_some_and(|major| major < 9))
}

/// Those of a group that are down, if they are so many that it is no chance: two at the least, the policy's share of those
/// that can speak for the group, and half of all.
pub(super) fn down_together<'a>(case: &Case<'_>, group: &[&Watched<'a>]) -> Option<Vec<&'a Host>> {
    let down: Vec<&Host> = group.iter().filter(|watched| watched.is_down).map(|watched| watched.host).collect();
    let is_most = percent(down.len(), speaking(group)) >= u64::from(case.policy.fleet_down_percent);
    (down.len() >= 2 && is_most && percent(down.len(), group.len()) >= 50).then_some(down)
}

/// How many of a group say something of what it shares.
pub(super) fn speaking(group: &[&Watched<'_>]) -> usize {
    group.iter().filter(|watched| !watched.shows_why).count()
}

/// The share of some in all, in percent, rounded down.
pub(super) fn percent(some: usize, all: usize) -> u64 {
    let (some, all) = (u64::try_from(some).unwrap_or(u64::MAX), u64::try_from(all).unwrap_or(u64::MAX));
    some.saturating_mul(100) / all.max(1)
}

/// True when each of these hosts shows by itself that it does not trust vCenter: then that is named, host by host.
pub(super) fn all_say_why(case: &Case<'_>, hosts: &[&Host]) -> bool {
    const WHY: [&Rule; 4] =
        [&castore_empty::RULE, &castore_missing_sms::RULE, &castore_stale_sms::RULE, &esx9_client_untrusted::RULE];
    hosts.iter().all(|host| WHY.iter().any(|rule| rule.finds_at(case, host)))
}

/// The hosts, as many as a person reads.
pub(super) fn named(hosts: &[&Host]) -> Evidence {
    let names: Vec<String> = hosts.iter().take(NAMED).map(|host| format!("`{}`", host.name)).collect();
    let more = hosts.len().saturating_sub(names.len());
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    Evidence::new("hosts whose provider is down", names.join(", ") + &rest)
}

fn is_down(provider: &Provider) -> bool {
    provider.status.value().is_some_and(|status| status == "offline" || status == "disconnected")
}

/// True when what the host itself shows on port 9080 explains that its provider is down.
fn has_own_trouble(case: &Case<'_>, host: &Host, provider: &Provider) -> bool {
    let is_pinned = case.facts.vcenter.mode.value() == Some(&CertificateMode::Thumbprint);
    let is_untrusted = || {
        let chain = host.on_9080.value().and_then(|shown| case.chain(shown).ok());
        chain.is_some_and(|chain| !is_pinned && !chain.is_trusted() && !chain.is_unknown())
    };
    let is_not_fit = || {
        let fits = |leaf: &Certificate| {
            case.validity(leaf).is_valid() && leaf.matches_name(&provider.url.host) != NameMatch::Mismatch
        };
        case.leaf(host, Port::Provider).is_ok_and(|leaf| !fits(leaf))
    };
    case.provider_port_is_down(host) || is_not_fit() || is_untrusted()
}

/// Hosts named in the evidence; the findings name all.
const NAMED: usize = 10;
