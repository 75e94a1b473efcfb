//! What the logs say to a finding: for it, or against it.

use crate::case::Case;
use crate::diagnostic::Evidence;
use crate::facts::Host;
use crate::log::{Grade, Leg, verdict};

/// How a log stands to a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stance {
    /// It says the same.
    For,
    /// It says the same, as far as the meaning of its words is inferred.
    Hints,
    /// It does not say which side refused.
    Neither,
    /// It says something else.
    Against,
}

/// How the logs stand to `leg` at these hosts, with the last line that says so; nothing where they are silent. Most
/// hosts decide where they do not agree.
pub(super) fn said<'h>(
    case: &Case<'_>,
    hosts: impl IntoIterator<Item = &'h Host>,
    leg: Leg,
) -> Option<(Stance, Evidence)> {
    let all: Vec<(Stance, Evidence)> = hosts.into_iter().filter_map(|host| said_of(case, host, leg)).collect();
    let count = |stance| all.iter().filter(|(own, _)| *own == stance).count();
    let (surely, likely) = (count(Stance::For), count(Stance::Hints));
    let stance = match (surely + likely).cmp(&count(Stance::Against)) {
        std::cmp::Ordering::Greater if surely > 0 => Stance::For,
        std::cmp::Ordering::Greater => Stance::Hints,
        std::cmp::Ordering::Less => Stance::Against,
        std::cmp::Ordering::Equal => Stance::Neither,
    };
    let first = all.iter().find(|(own, _)| *own == stance).or(all.first())?;
    Some((stance, first.1.clone()))
}

/// What all logs together say of one host decides, so that one file does not contradict another.
fn said_of(case: &Case<'_>, host: &Host, leg: Leg) -> Option<(Stance, Evidence)> {
    let mut hits = case.log_hits(host);
    // Of one signature the newest line is quoted.
    hits.sort_by_key(|(_, hit)| std::cmp::Reverse(hit.last_at()));
    let said = verdict(hits.iter().map(|(_, hit)| *hit))?;
    let (log, hit) = hits.into_iter().find(|(_, hit)| hit.signature == said.signature)?;
    let last = hit.sightings.last()?;
    let at = last.at.map_or_else(|| "at a time that cannot be read".to_owned(), |at| at.to_string());
    let (stance, words) = match said.leg {
        same if same == leg && said.grade > Grade::B => (Stance::Hints, "supports this"),
        same if same == leg => (Stance::For, "supports this"),
        Leg::Unclear => (Stance::Neither, "does not say which side refused"),
        Leg::Network => (Stance::Against, "speaks for the network instead"),
        Leg::Clock => (Stance::Against, "speaks for a clock instead"),
        Leg::Expired => (Stance::Against, "speaks for an expired certificate instead"),
        Leg::Name => (Stance::Against, "speaks for a wrong name instead"),
        Leg::ServerTrust => (Stance::Against, "speaks for vCenter not trusting the host instead"),
        Leg::ClientTrust => (Stance::Against, "speaks for the host not trusting vCenter instead"),
    };
    let evidence = Evidence::new(
        format!("log `{}` line {}", log.file, last.line),
        format!(
            "{} (grade {:?}) {words}: {}, last {at}, seen {} times",
            hit.signature, hit.grade, hit.meaning, hit.count
        ),
    );
    Some((stance, evidence))
}
