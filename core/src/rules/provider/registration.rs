//! Why a host has no provider: what vCenter and its logs say of the registration that did not succeed.

use super::Case;
use crate::case::{Logged, Verdict, standing};
use crate::diagnostic::Evidence;
use crate::facts::{Host, VCenterEvent};
use crate::log::{LogFacts, LogHit};
use crate::rules::environment::sms_endpoint_down;
use crate::rules::event_seen;
use crate::time::DAY_SECONDS;

/// True when a connected host surely has no provider: the list of providers was read, and holds none of it. For one that
/// has a provider, what a registration once said is past.
pub(super) fn is_unregistered(case: &Case<'_>, host: &Host) -> bool {
    let is_listed = case.facts.provider_list.value().is_some() && !sms_endpoint_down::is_down(case.facts);
    host.is_connected() && is_listed && case.providers_of(host).is_empty()
}

/// The registration that failed, unless a later one succeeded.
pub(super) fn failed<'a>(case: &Case<'a>, host: &Host) -> Option<&'a VCenterEvent> {
    let (failed, done) = ("HostVendorProviderRegistrationFailedEvent", "HostVendorProviderRegistrationSuccessEvent");
    standing(case.happenings.of_host(host).iter().copied(), &[failed], &[done])
}

/// Found where vCenter would not register the provider of a host for this fault, and the host has none since.
pub(super) fn refused_for(case: &Case<'_>, host: &Host, fault: &str, signatures: &[&str], because: &str) -> Verdict {
    if !is_unregistered(case, host) {
        return Verdict::Fine;
    }
    let evidence = failed_for(case, host, fault, signatures);
    if evidence.is_empty() {
        return Verdict::Fine;
    }
    Verdict::found(
        format!("vCenter would not register the provider of host `{}`, because {because}", host.name),
        evidence,
    )
}

/// What says that this host's provider was not registered for this fault: the event, or the log under one of these
/// signatures. `S-11` stands for many faults, so it counts where the last one was this one.
fn failed_for(case: &Case<'_>, host: &Host, fault: &str, signatures: &[&str]) -> Vec<Evidence> {
    let names_fault = |event: &&VCenterEvent| {
        event.message.contains(fault) || event.arguments.iter().any(|(_, value)| value.contains(fault))
    };
    let event = failed(case, host).filter(names_fault).map(event_seen);
    let tells = |(_, hit): &Logged<'_>| {
        let is_detail = || hit.sightings.last().is_some_and(|last| last.detail.as_deref() == Some(fault));
        let is_named = signatures.contains(&hit.signature.as_str()) || (hit.signature == "S-11" && is_detail());
        is_named && case.is_of_late(hit, LATELY_SECONDS)
    };
    let logged = case.log_hits(host).into_iter().filter(tells);
    event.into_iter().chain(logged.filter_map(|(log, hit)| logged_seen(log, hit))).collect()
}

/// What stood in the log longer ago says nothing of a registration that is wanting now.
const LATELY_SECONDS: i64 = 7 * DAY_SECONDS;

/// The last sighting of a hit as evidence.
pub(super) fn logged_seen(log: &LogFacts, hit: &LogHit) -> Option<Evidence> {
    let last = hit.sightings.last()?;
    let at = last.at.map_or_else(|| "at a time that cannot be read".to_owned(), |at| format!("last {at}"));
    let what = format!("log `{}` line {}", log.file, last.line);
    Some(Evidence::new(what, format!("{} (grade {:?}): {}, {at}", hit.signature, hit.grade, hit.meaning)))
}
