//! The scan of one log: bytes in, in chunks of any size; facts out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::excerpt::{excerpt, short};
use super::facts::{LogFacts, LogHit, Sighting};
use super::head::{Head, begins_record, continues_record, time_of};
use super::matching::{Match, matches, may_matter, provider_hosts, signature};
use super::pace::Pace;
use super::signature::{Log, Signature};
use super::story::{Stories, Waiting};
use crate::time::UnixTime;

/// A log on its way through. Plain data: it can be stored between any two chunks and taken up elsewhere.
///
/// It holds one record and one line at most, 1 MiB of each, and the sightings so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogScan {
    log: Log,
    /// What is known so far; `hits` stays empty until the end.
    facts: LogFacts,
    /// The line whose end has not come yet.
    line: Cut,
    record: OpenRecord,
    stories: Stories,
    /// By signature, then by host; the empty text is for no host.
    hits: BTreeMap<String, BTreeMap<String, (LogHit, Pace)>>,
    groups: usize,
}

/// The record whose end has not come yet.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct OpenRecord {
    text: Cut,
    /// The number of its first line, from 1; 0 while there is no record.
    first_line: u64,
    has_head: bool,
}

/// Bytes up to a limit, and whether more came than was kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Cut {
    #[serde(with = "as_base64")]
    bytes: Vec<u8>,
    was_cut: bool,
}

impl LogScan {
    /// A scan of a file of this name. The name tells which program's log it is; a name that tells nothing has every
    /// signature looked for.
    pub fn new(file_name: &str) -> Self {
        Self {
            log: Log::of_file(file_name),
            facts: LogFacts { file: file_name.to_owned(), ..LogFacts::default() },
            line: Cut::default(),
            record: OpenRecord::default(),
            stories: Stories::default(),
            hits: BTreeMap::new(),
            groups: 0,
        }
    }

    /// Takes the next bytes of the file, already unpacked.
    pub fn feed(&mut self, chunk: &[u8]) {
        self.facts.bytes = self.facts.bytes.saturating_add(chunk.len() as u64);
        let mut pieces = chunk.split(|&byte| byte == b'\n').peekable();
        while let Some(piece) = pieces.next() {
            if pieces.peek().is_none() {
                self.line.push(piece);
            } else if self.line.is_empty() {
                self.take_line(piece.get(..LIMIT).unwrap_or(piece), piece.len() > LIMIT);
            } else {
                self.line.push(piece);
                self.take_kept_line();
            }
        }
    }

    /// The file has ended.
    pub fn finish(mut self) -> LogFacts {
        if !self.line.is_empty() {
            self.take_kept_line();
        }
        self.close_record();
        for waiting in self.stories.out_of_patience(u64::MAX, None) {
            self.settle(waiting, None);
        }
        let hits = self.hits.into_values().flat_map(BTreeMap::into_values);
        let hits = hits.map(|(hit, pace)| LogHit { busiest: pace.busiest(), ..hit });
        let is_enough = |hit: &LogHit| signature(&hit.signature).is_none_or(|row| hit.count >= row.least);
        self.facts.hits = hits.filter(is_enough).collect();
        self.facts
    }

    /// The file could not be read to its end. What came before stands.
    pub fn break_off(mut self, why: &str) -> LogFacts {
        self.facts.broken_off = Some(short(why));
        self.finish()
    }

    fn take_kept_line(&mut self) {
        let mut line = std::mem::take(&mut self.line);
        self.take_line(&line.bytes, line.was_cut);
        line.clear();
        self.line = line;
    }

    fn take_line(&mut self, line: &[u8], was_cut: bool) {
        self.facts.lines = self.facts.lines.saturating_add(1);
        if !is_text(line, was_cut) {
            self.facts.unreadable_lines = self.facts.unreadable_lines.saturating_add(1);
        }
        let line = without_padding(line);
        let has_head = begins_record(line);
        if has_head || !(self.record.has_head || continues_record(line)) {
            self.close_record();
        }
        if self.record.first_line == 0 {
            if line.is_empty() {
                return;
            }
            self.record.first_line = self.facts.lines;
            self.record.has_head = has_head;
        } else {
            self.record.text.push(b"\n");
        }
        self.record.text.push(line);
        self.record.text.was_cut |= was_cut;
    }

    fn close_record(&mut self) {
        if self.record.first_line == 0 {
            return;
        }
        let mut record = std::mem::take(&mut self.record);
        self.facts.records = self.facts.records.saturating_add(1);
        self.facts.cut_records = self.facts.cut_records.saturating_add(u64::from(record.text.was_cut));
        self.judge(&record);
        record.text.clear();
        // The buffer is used again: a log has millions of records.
        self.record.text = record.text;
    }

    fn judge(&mut self, record: &OpenRecord) {
        let text = record.text.bytes.as_slice();
        let at = if record.has_head { time_of(text) } else { None };
        self.facts.first_at = self.facts.first_at.or(at);
        self.facts.last_at = at.or(self.facts.last_at);
        if !may_matter(text) {
            return;
        }
        let head = if record.has_head { Head::read(first_line(text)) } else { Head::default() };
        let hosts = provider_hosts(text);
        let found = matches(self.log, &head, text);
        self.tell_stories(&found, &head, hosts.as_slice(), at);
        let number = self.facts.records;
        for found in &found {
            let sighting = Sighting {
                line: record.first_line.saturating_add(line_breaks(text, found.start)),
                at,
                op_id: head.op_id.clone(),
                thread: head.thread.clone().or_else(|| head.process.clone()),
                detail: found.detail.as_deref().map(short),
                excerpt: excerpt(text, found.start),
            };
            let joined = || self.stories.host(number, at, &head).map(str::to_owned);
            let signature = found.signature;
            match (&found.host, hosts.as_slice()) {
                (Some(host), _) | (None, [host]) => self.count(signature, Some(host.clone()), false, sighting),
                (None, []) => match joined() {
                    Some(host) => self.count(signature, Some(host), true, sighting),
                    None => self.wait(Waiting { record: number, signature: signature.id.to_owned(), sighting }),
                },
                // The record is about several hosts, and the signature does not say which.
                (None, _) => self.count(signature, None, false, sighting),
            }
        }
        if found.iter().any(|found| found.signature.ends_story) {
            self.stories.end(&head);
            self.settle_all(&head, None);
        }
    }

    /// What this record says to the records around it: where a story begins, and which host it is about.
    fn tell_stories(&mut self, found: &[Match], head: &Head, hosts: &[String], at: Option<UnixTime>) {
        for waiting in self.stories.out_of_patience(self.facts.records, at) {
            self.settle(waiting, None);
        }
        if found.iter().any(|found| found.signature.begins_story) && !hosts.is_empty() {
            self.settle_all(head, None);
        }
        if let [host] = hosts {
            self.stories.mention(self.facts.records, at, head, host);
            self.settle_all(head, Some(host));
        }
    }

    fn wait(&mut self, waiting: Waiting) {
        if let Some(hopeless) = self.stories.wait(waiting) {
            self.settle(hopeless, None);
        }
    }

    fn settle_all(&mut self, head: &Head, host: Option<&str>) {
        for waiting in self.stories.told(head) {
            self.settle(waiting, host);
        }
    }

    fn settle(&mut self, waiting: Waiting, host: Option<&str>) {
        if let Some(row) = signature(&waiting.signature) {
            self.count(row, host.map(str::to_owned), host.is_some(), waiting.sighting);
        }
    }

    fn count(&mut self, row: &Signature, host: Option<String>, joined: bool, sighting: Sighting) {
        let by_host = self.hits.entry(row.id.to_owned()).or_default();
        let key = host.clone().unwrap_or_default();
        if !by_host.contains_key(&key) {
            if self.groups >= MAXIMUM_GROUPS {
                self.facts.left_out = self.facts.left_out.saturating_add(1);
                return;
            }
            self.groups += 1;
        }
        let (hit, pace) = by_host.entry(key).or_insert_with(|| (LogHit::new(row, host), Pace::default()));
        if let Some(at) = sighting.at {
            pace.see(at);
        }
        hit.joined = hit.joined.saturating_add(u64::from(joined));
        hit.add(sighting);
    }
}

impl Cut {
    fn push(&mut self, bytes: &[u8]) {
        let room = LIMIT.saturating_sub(self.bytes.len());
        self.bytes.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
        self.was_cut |= bytes.len() > room;
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.was_cut = false;
    }

    fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// A line that was cut may end in the middle of a character; that is not the line's fault.
fn is_text(line: &[u8], was_cut: bool) -> bool {
    let utf8 = match std::str::from_utf8(line) {
        Ok(_) => true,
        Err(error) => was_cut && error.error_len().is_none(),
    };
    utf8 && !line.contains(&0)
}

/// The line without its carriage return, and without the NULs that a log truncated while open begins with.
fn without_padding(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    line.iter().position(|&byte| byte != 0).and_then(|start| line.get(start..)).unwrap_or_default()
}

fn first_line(text: &[u8]) -> &[u8] {
    text.split(|&byte| byte == b'\n').next().unwrap_or_default()
}

fn line_breaks(text: &[u8], before: usize) -> u64 {
    text.iter().take(before).filter(|&&byte| byte == b'\n').count() as u64
}

/// Of one record, and of one line: a Java stack with all its causes is 16 KiB, and a line with a whole document in it
/// can be a million bytes long.
const LIMIT: usize = 1024 * 1024;

/// Pairs of signature and host that are told apart: more than one vCenter's 2,500 hosts can make.
const MAXIMUM_GROUPS: usize = 16_384;

/// Bytes in a JSON document, as Base64: a third longer than the bytes, where numbers would be four times.
mod as_base64 {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map_err(|_| D::Error::custom("the kept bytes of a log scan are not Base64"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_million_bytes_is_searched_to_its_end() {
        let mut scan = LogScan::new("sps.log");
        scan.feed("x".repeat(999_970).as_bytes());
        scan.feed(b"PKIX path building failed\n");
        let facts = scan.finish();
        let found: Vec<&str> = facts.hits.iter().map(|hit| hit.signature.as_str()).collect();
        assert_eq!((found, facts.cut_records), (vec!["S-12"], 0));
    }
}
