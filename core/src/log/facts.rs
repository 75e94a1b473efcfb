//! What a scan found, in a form to keep, to show and to judge.

use serde::{Deserialize, Serialize};

use super::matching::signature;
use super::signature::{Grade, Signature};
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
    /// Records longer than 64 KiB, of which only the beginning was searched.
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
        }
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
    /// The same, known to be written by the ESXi host `host`: what that host's programs say of no other is said of it.
    #[must_use]
    pub fn of_host(mut self, host: &str) -> Self {
        let host = host.to_ascii_lowercase();
        for hit in self.hits.iter_mut().filter(|hit| hit.host.is_none()) {
            if signature(&hit.signature).is_some_and(|row| row.log.is_of_host()) {
                hit.host = Some(host.clone());
            }
        }
        self.host = Some(host);
        self
    }
}

const KEPT_FIRST: usize = 3;
const KEPT_LAST: usize = 3;
