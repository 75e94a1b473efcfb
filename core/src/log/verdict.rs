//! From hits to the one thing they say about a host.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::facts::{LogFacts, LogHit};
use super::signature::Grade;
use crate::time::DAY_SECONDS;

/// Where the trouble lies, as far as a log can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leg {
    /// The provider could not be reached: name resolution, route or port. Not certificates.
    Network,
    /// A certificate is not valid yet: clocks disagree, or it was just issued.
    Clock,
    /// The host's certificate has expired.
    Expired,
    /// The host's certificate does not carry the name that vCenter uses.
    Name,
    /// Leg A: vCenter does not trust the certificate that the host serves.
    ServerTrust,
    /// Leg B: the host does not trust the certificate that vCenter's storage profile service shows.
    ClientTrust,
    /// Something about trust failed; the log does not say which side refused.
    Unclear,
}

/// What the hits of one host say together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogVerdict {
    /// Where to look first.
    pub leg: Leg,
    /// The signature that decided it.
    pub signature: String,
    /// How well that signature's meaning is known.
    pub grade: Grade,
}

/// Judges the hits of one host: the first row of the order that is among those of the last day that they tell of. `None`
/// when none of them says anything about a cause. The order puts what explains the others first: a host that cannot be
/// reached also fails to load.
pub fn verdict<'a>(hits: impl IntoIterator<Item = &'a LogHit>) -> Option<LogVerdict> {
    let rank = |hit: &LogHit| ORDER.iter().position(|(signature, _)| *signature == hit.signature);
    let hits = lasting(hits.into_iter().collect(), |hit| hit);
    let (rank, hit) = hits.into_iter().filter_map(|hit| Some((rank(hit)?, hit))).min_by_key(|(rank, _)| *rank)?;
    let (_, leg) = ORDER.get(rank)?;
    Some(LogVerdict { leg: *leg, signature: hit.signature.clone(), grade: hit.grade })
}

/// Those of one host's hits that were seen last within a day of the newest: what is older had another cause, or it would
/// have gone on. Hits of which nobody knows when count only where it is known of none.
pub(crate) fn lasting<T>(mut hits: Vec<T>, hit_of: impl Fn(&T) -> &LogHit) -> Vec<T> {
    if let Some(newest) = hits.iter().filter_map(|hit| hit_of(hit).last_at()).max() {
        hits.retain(|hit| hit_of(hit).last_at().is_some_and(|at| newest.seconds_since(at) <= DAY_SECONDS));
    }
    hits
}

/// The verdict for every host that the log names. Hits without a host judge nobody.
pub fn verdicts(facts: &LogFacts) -> BTreeMap<String, LogVerdict> {
    let mut hosts: BTreeMap<&str, Vec<&LogHit>> = BTreeMap::new();
    for hit in &facts.hits {
        if let Some(host) = &hit.host {
            hosts.entry(host).or_default().push(hit);
        }
    }
    hosts.into_iter().filter_map(|(host, hits)| Some((host.to_owned(), verdict(hits)?))).collect()
}

/// Alert 46 (`S-04`, `S-16`) can be raised locally or come from the peer, so it names no leg by itself (KB 402809).
const ORDER: &[(&str, Leg)] = &[
    ("S-17", Leg::Network),
    ("S-14", Leg::Clock),
    ("S-13", Leg::Expired),
    ("S-15", Leg::Name),
    ("S-12", Leg::ServerTrust),
    ("S-05", Leg::ServerTrust),
    ("S-06", Leg::ServerTrust),
    ("S-01", Leg::ClientTrust),
    ("S-04", Leg::Unclear),
    ("S-16", Leg::Unclear),
    ("S-02", Leg::Unclear),
    ("S-03", Leg::Unclear),
];

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::super::facts::Sighting;
    use super::super::matching::signature;
    use super::*;
    use crate::time::UnixTime;

    fn hit(id: &str, host: Option<&str>) -> LogHit {
        LogHit::new(signature(id).unwrap(), host.map(str::to_owned))
    }

    #[test]
    fn the_order_names_signatures_that_exist() {
        assert!(ORDER.iter().all(|(id, _)| signature(id).is_some()));
    }

    #[test]
    fn what_explains_the_others_comes_first() {
        let cases: &[(&[&str], Leg, &str)] = &[
            (&["S-02", "S-17", "S-13"], Leg::Network, "S-17"),
            (&["S-12", "S-13", "S-14"], Leg::Clock, "S-14"),
            (&["S-12", "S-13"], Leg::Expired, "S-13"),
            (&["S-04", "S-15"], Leg::Name, "S-15"),
            (&["S-04", "S-05", "S-06", "S-16"], Leg::ServerTrust, "S-05"),
            (&["S-01", "S-02", "S-03"], Leg::ClientTrust, "S-01"),
            (&["S-03", "S-04"], Leg::Unclear, "S-04"),
            (&["S-03"], Leg::Unclear, "S-03"),
        ];
        for (ids, leg, decided_by) in cases {
            let hits: Vec<LogHit> = ids.iter().map(|id| hit(id, None)).collect();
            let found = verdict(&hits).unwrap();
            assert_eq!((found.leg, found.signature.as_str()), (*leg, *decided_by), "{ids:?}");
        }
        assert_eq!(verdict(&[hit("S-09", None)]), None);
        assert_eq!(verdict(&[]), None);
    }

    #[test]
    fn what_stopped_more_than_a_day_before_the_newest_has_no_say() {
        let seen = |id: &str, at: Option<i64>| {
            let mut hit = hit(id, None);
            let at = at.map(UnixTime);
            hit.add(Sighting { line: 1, at, op_id: None, thread: None, detail: None, excerpt: String::new() });
            hit
        };
        let decided = |hits: &[LogHit]| verdict(hits).unwrap().signature;
        assert_eq!(decided(&[seen("S-17", Some(0)), seen("S-13", Some(DAY_SECONDS + 1))]), "S-13");
        assert_eq!(decided(&[seen("S-17", Some(0)), seen("S-13", Some(DAY_SECONDS))]), "S-17");
        assert_eq!(decided(&[seen("S-17", None), seen("S-13", Some(0))]), "S-13");
        assert_eq!(decided(&[seen("S-17", None), seen("S-13", None)]), "S-17");
    }

    #[test]
    fn each_host_is_judged_by_its_own_hits() {
        let hits = vec![hit("S-01", Some("a")), hit("S-12", Some("b")), hit("S-17", None)];
        let found = verdicts(&LogFacts { hits, ..LogFacts::default() });
        let legs: Vec<_> = found.iter().map(|(host, verdict)| (host.as_str(), verdict.leg)).collect();
        assert_eq!(legs, [("a", Leg::ClientTrust), ("b", Leg::ServerTrust)]);
    }
}
