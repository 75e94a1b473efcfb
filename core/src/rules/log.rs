//! What the logs say to a finding: for it, or against it.

use super::Case;
use crate::diagnostic::Evidence;
use crate::facts::Host;
use crate::log::{Leg, verdict};

/// Evidence from the logs that speaks for `leg` at this host, or for another leg; nothing where they are silent. What
/// all logs together say decides, so that one file does not contradict another.
pub(super) fn evidence(case: &Case<'_>, host: &Host, leg: Leg) -> Option<Evidence> {
    let hits = case.log_hits(host);
    let said = verdict(hits.iter().map(|(_, hit)| *hit))?;
    let (log, hit) = hits.into_iter().find(|(_, hit)| hit.signature == said.signature)?;
    let last = hit.sightings.last()?;
    let at = last.at.map_or_else(|| "at a time that cannot be read".to_owned(), |at| at.to_string());
    let stance = match said.leg {
        said if said == leg => "supports this",
        Leg::Unclear => "does not say which side refused",
        Leg::Network => "speaks for the network instead",
        Leg::Clock => "speaks for a clock instead",
        Leg::Expired => "speaks for an expired certificate instead",
        Leg::Name => "speaks for a wrong name instead",
        Leg::ServerTrust => "speaks for vCenter not trusting the host instead",
        Leg::ClientTrust => "speaks for the host not trusting vCenter instead",
    };
    Some(Evidence::new(
        format!("log `{}` line {}", log.file, last.line),
        format!(
            "{} (grade {:?}) {stance}: {}, last {at}, seen {} times",
            hit.signature, hit.grade, hit.meaning, hit.count
        ),
    ))
}
