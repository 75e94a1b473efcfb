//! What a scan found, in a form to keep, to show and to judge.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::{Deserialize, Serialize};

use super::matching::signature;
use super::pace::{self, Busiest};
use super::signature::{Grade, Log, Signature};
use crate::time::UnixTime;

/// What one log file held.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LogFacts {
    /// The file's name, as the caller gave it.
    pub file: String,
    /// The ESXi host that wrote it, in lower case, where the place that the file comes from tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Why the reading ended before the file did, such as packed data that is cut short. What came before was searched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken_off: Option<String>,
    /// Bytes read, after unpacking.
    pub bytes: u64,
    /// Lines read; the last one counts without its line end.
    pub lines: u64,
    /// Records: a head line with what belongs to it, or a run of lines whose head was not seen.
    pub records: u64,
    /// Time of the first record whose time could be read.
    pub first_at: Option<UnixTime>,
    /// Time of the last record whose time could be read.
    pub last_at: Option<UnixTime>,
    /// Lines that hold a NUL or are not UTF-8. They were searched all the same.
    pub unreadable_lines: u64,
    /// Records longer than 1 MiB, of which only the beginning was searched.
    pub cut_records: u64,
    /// Sightings left out because the log names more hosts than one vCenter can have.
    pub left_out: u64,
    /// What was found, sorted by signature and then by host.
    pub hits: Vec<LogHit>,
}

/// All sightings of one signature for one host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogHit {
    /// The signature's id, such as `S-04`.
    pub signature: String,
    /// How well the signature's meaning is known.
    pub grade: Grade,
    /// What it means, one line.
    pub meaning: String,
    /// The provider's host as the log spells it, in lower case. `None` where the log does not say.
    pub host: Option<String>,
    /// How often it was seen.
    pub count: u64,
    /// How many of `count` took their host from an earlier record of the same operation, not from their own.
    pub joined: u64,
    /// At most six: the first three and the last three, in the file's order.
    pub sightings: Vec<Sighting>,
    /// When it was seen most often, where that was ten times or more within twenty minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub busiest: Option<Busiest>,
}

/// One place in a log where a signature was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// The number of the line, from 1.
    pub line: u64,
    /// When, if the record's head gave a readable time.
    pub at: Option<UnixTime>,
    /// The operation's id (`opId`), if the head gave one.
    pub op_id: Option<String>,
    /// The thread, or the process in logs that name no thread.
    pub thread: Option<String>,
    /// The telling part, such as `certificate_unknown(46)`, where the signature has one.
    pub detail: Option<String>,
    /// The line, at most 300 characters; control characters and whatever looks like a secret are masked.
    pub excerpt: String,
}

impl LogHit {
    /// A hit without sightings yet.
    pub(super) fn new(signature: &Signature, host: Option<String>) -> Self {
        Self {
            signature: signature.id.to_owned(),
            grade: signature.grade,
            meaning: signature.meaning.to_owned(),
            host,
            count: 0,
            joined: 0,
            sightings: Vec::new(),
            busiest: None,
        }
    }

    /// When it was seen last, as far as the heads of its records tell.
    pub fn last_at(&self) -> Option<UnixTime> {
        self.sightings.iter().filter_map(|sighting| sighting.at).max()
    }

    /// Takes in another hit of the same signature and host in the same file.
    fn merge(&mut self, other: Self) {
        self.count = self.count.saturating_add(other.count);
        self.joined = self.joined.saturating_add(other.joined);
        self.sightings.extend(other.sightings);
        self.sightings.sort_by_key(|sighting| sighting.line);
        while self.sightings.len() > KEPT_FIRST + KEPT_LAST {
            self.sightings.remove(KEPT_FIRST);
        }
        self.busiest = pace::busier(self.busiest, other.busiest);
    }

    /// Counts a sighting, and keeps it if it is among the first three or, until later ones come, the last three. One
    /// that waited for its host comes a few records late.
    pub(super) fn add(&mut self, sighting: Sighting) {
        self.count = self.count.saturating_add(1);
        let place = self.sightings.partition_point(|kept| kept.line <= sighting.line);
        self.sightings.insert(place, sighting);
        if self.sightings.len() > KEPT_FIRST + KEPT_LAST {
            self.sightings.remove(KEPT_FIRST);
        }
    }
}

impl LogFacts {
    /// The same, known to be written by the ESXi host `host`: what that host's programs say of no other is said of it,
    /// and so is what its syslog says of the short name that it knows itself by. Arrays, of which `vvold` tells, stay.
    #[must_use]
    pub fn of_host(mut self, host: &str) -> Self {
        let host = host.to_ascii_lowercase();
        self.name_hosts(|hit| {
            let log = signature(&hit.signature).map(|row| row.log)?;
            let is_own = hit.host.is_none() || log == Log::IoFilterProvider;
            (log.is_of_host() && is_own).then(|| host.clone())
        });
        self.host = Some(host);
        self
    }

    /// Gives hits another host; of those that are the same then, one remains.
    pub(crate) fn name_hosts(&mut self, name: impl Fn(&LogHit) -> Option<String>) {
        let mut hits: BTreeMap<(String, Option<String>), LogHit> = BTreeMap::new();
        for mut hit in std::mem::take(&mut self.hits) {
            hit.host = name(&hit).or(hit.host);
            match hits.entry((hit.signature.clone(), hit.host.clone())) {
                Entry::Vacant(place) => {
                    place.insert(hit);
                }
                Entry::Occupied(mut known) => known.get_mut().merge(hit),
            }
        }
        self.hits = hits.into_values().collect();
    }
}

const KEPT_FIRST: usize = 3;
const KEPT_LAST: usize = 3;
