//! What logs said, in words.

use iofilter_certs::log::{Leg, LogFacts, LogHit, verdicts};

use super::count;
use super::style::{self, paint};

/// One file's hits: the verdict of each host first, then what it rests on.
pub(crate) fn log(facts: &LogFacts) -> String {
    let mut text = format!("{}: {}", paint(style::STRONG, &facts.file), count(facts.lines, "line"));
    if let (Some(first), Some(last)) = (facts.first_at, facts.last_at) {
        text += &format!(" from {first} to {last}");
    }
    text.push('\n');
    if let Some(why) = &facts.broken_off {
        text += &format!("  {} {why}\n", paint(style::WARNING, "not read to its end:"));
    }
    if facts.hits.is_empty() {
        return text + "  no trace of provider certificate trouble\n";
    }
    for (host, verdict) in verdicts(facts) {
        text += &format!(
            "  {} {} (by {}, grade {:?})\n",
            paint(style::STRONG, &format!("{host}:")),
            leg(verdict.leg),
            verdict.signature,
            verdict.grade
        );
    }
    text.extend(facts.hits.iter().map(hit));
    text
}

fn hit(hit: &LogHit) -> String {
    let host = hit.host.as_ref().map(|host| format!(" at {host}")).unwrap_or_default();
    let id = paint(style::WARNING, &hit.signature);
    let mut text = format!("  {id} {}{host}: {}\n", count(hit.count, "time"), hit.meaning);
    if let Some(last) = hit.sightings.last() {
        text += &format!("       {} {}\n", paint(style::FAINT, &format!("line {}:", last.line)), last.excerpt);
    }
    text
}

fn leg(leg: Leg) -> &'static str {
    match leg {
        Leg::Network => "the provider could not be reached; not a matter of certificates",
        Leg::Clock => "a certificate was not valid yet; compare the clocks",
        Leg::Expired => "the host's certificate had expired",
        Leg::Name => "the host's certificate did not carry the name that vCenter uses",
        Leg::ServerTrust => "vCenter did not trust the certificate that the host shows",
        Leg::ClientTrust => "the host did not trust the certificate that vCenter's storage profile service shows",
        Leg::Unclear => "trust failed; the log does not say on which side",
    }
}
