//! Gives a host to a record that names none, where the log itself says which host the operation is about.
//!
//! Two records are of one story when both carry the same operation id, or neither carries one and both come from the
//! same thread. A record that names no provider takes the host that its story named *earlier*: the latest that its own
//! thread named. What other threads named counts only for a record that does not tell its thread, and only if they all
//! name one host: one operation loads many providers at once. It looks back 16 records and 60 seconds at most, and not
//! past the end of a story (`Provider loading failed`): the next record may be about another host.
//!
//! Where nobody named a host before, the record waits for one that the same thread names *later* under the same
//! operation id, as near as that. It does not wait past the end of its story, nor past the beginning of another: the
//! reading of `version.xml` is the first thing that is done with a provider. In doubt there is no host.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::facts::Sighting;
use super::head::Head;
use crate::time::UnixTime;

/// Who named which host lately, and what waits for a host. Bounded by the number of records it looks back.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Stories {
    mentions: VecDeque<Mention>,
    waiting: VecDeque<Waiting>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Mention {
    record: u64,
    at: Option<UnixTime>,
    op_id: Option<String>,
    thread: Option<String>,
    host: String,
}

/// A sighting whose record and story named no host so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Waiting {
    /// The record's number.
    pub(super) record: u64,
    /// The signature's id.
    pub(super) signature: String,
    /// What was seen; its operation and thread are those that a host must be named by.
    pub(super) sighting: Sighting,
}

impl Stories {
    /// The host that the story of record number `record` named before.
    pub(super) fn host(&self, record: u64, at: Option<UnixTime>, head: &Head) -> Option<&str> {
        let near = |mention: &&Mention| {
            record.saturating_sub(mention.record) <= RECORDS_BACK
                && !matches!((at, mention.at), (Some(now), Some(then)) if now.seconds_since(then).abs() > SECONDS_BACK)
        };
        let story = || self.mentions.iter().filter(near).filter(|mention| mention.same_story(head)).rev();
        if let Some(own) = story().find(|mention| mention.thread == head.thread) {
            return Some(&own.host);
        }
        let only = story().next().filter(|_| head.thread.is_none())?;
        story().all(|mention| mention.host == only.host).then_some(only.host.as_str())
    }

    /// Record number `record` names `host`.
    pub(super) fn mention(&mut self, record: u64, at: Option<UnixTime>, head: &Head, host: &str) {
        self.mentions.retain(|mention| record.saturating_sub(mention.record) <= RECORDS_BACK);
        if head.op_id.is_some() || head.thread.is_some() {
            let (op_id, thread) = (head.op_id.clone(), head.thread.clone());
            self.mentions.push_back(Mention { record, at, op_id, thread, host: host.to_owned() });
        }
    }

    /// The story of this head is over.
    pub(super) fn end(&mut self, head: &Head) {
        self.mentions.retain(|mention| !mention.same_story(head));
    }

    /// Lets a sighting wait for a host. It comes back at once where no later record could name one.
    pub(super) fn wait(&mut self, waiting: Waiting) -> Option<Waiting> {
        if waiting.sighting.op_id.is_none() || waiting.sighting.thread.is_none() {
            return Some(waiting);
        }
        self.waiting.push_back(waiting);
        None
    }

    /// Those that waited for what this head's record says, because it names their host or because their story is over.
    pub(super) fn told(&mut self, head: &Head) -> Vec<Waiting> {
        self.take(|waiting| waiting.same_story(head))
    }

    /// Those that have waited too long at record number `record`.
    pub(super) fn out_of_patience(&mut self, record: u64, at: Option<UnixTime>) -> Vec<Waiting> {
        self.take(|waiting| {
            let is_late = matches!((at, waiting.sighting.at), (Some(now), Some(then)) if now.seconds_since(then).abs() > SECONDS_BACK);
            record.saturating_sub(waiting.record) > RECORDS_BACK || is_late
        })
    }

    fn take(&mut self, is_taken: impl Fn(&Waiting) -> bool) -> Vec<Waiting> {
        let (taken, kept) = std::mem::take(&mut self.waiting).into_iter().partition(|waiting| is_taken(waiting));
        self.waiting = kept;
        Vec::from(taken)
    }
}

impl Waiting {
    fn same_story(&self, head: &Head) -> bool {
        self.sighting.op_id == head.op_id && self.sighting.thread == head.thread
    }
}

impl Mention {
    fn same_story(&self, head: &Head) -> bool {
        self.op_id == head.op_id && (head.op_id.is_some() || (head.thread.is_some() && self.thread == head.thread))
    }
}

const RECORDS_BACK: u64 = 16;
const SECONDS_BACK: i64 = 60;

#[cfg(test)]
mod tests {
    use super::*;

    fn head(op_id: &str, thread: &str) -> Head {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Head { op_id: some(op_id), thread: some(thread), ..Head::default() }
    }

    fn told(mentions: &[(u64, &str, &str, &str)]) -> Stories {
        let mut stories = Stories::default();
        for (record, op_id, thread, host) in mentions {
            stories.mention(*record, None, &head(op_id, thread), host);
        }
        stories
    }

    #[test]
    fn the_own_thread_of_the_operation_is_believed_first() {
        let stories = told(&[(1, "op", "t1", "a"), (2, "op", "t2", "b")]);
        assert_eq!(stories.host(3, None, &head("op", "t1")), Some("a"));
        assert_eq!(stories.host(3, None, &head("op", "t2")), Some("b"));
        assert_eq!(stories.host(3, None, &head("op", "t3")), None, "two hosts, none of them ours");
        let one = told(&[(1, "op", "t1", "a")]);
        assert_eq!(one.host(2, None, &head("op", "t3")), None, "another thread may be about another host");
        assert_eq!(one.host(2, None, &head("op", "")), Some("a"));
    }

    #[test]
    fn a_thread_alone_counts_only_where_nobody_has_an_operation() {
        assert_eq!(told(&[(1, "", "t1", "a")]).host(2, None, &head("", "t1")), Some("a"));
        assert_eq!(told(&[(1, "", "t1", "a")]).host(2, None, &head("", "t2")), None);
        assert_eq!(told(&[(1, "op", "t1", "a")]).host(2, None, &head("", "t1")), None);
        assert_eq!(told(&[(1, "op", "t1", "a")]).host(2, None, &head("other", "t1")), None);
        assert_eq!(told(&[(1, "", "", "a")]).host(2, None, &head("", "")), None);
    }

    #[test]
    fn it_does_not_look_back_far_nor_past_an_end() {
        let mut stories = told(&[(1, "op", "t1", "a")]);
        assert_eq!(stories.host(17, None, &head("op", "t1")), Some("a"));
        assert_eq!(stories.host(18, None, &head("op", "t1")), None);
        stories.end(&head("op", "t1"));
        assert_eq!(stories.host(2, None, &head("op", "t1")), None);

        stories.mention(20, Some(UnixTime(100)), &head("op", "t1"), "b");
        assert_eq!(stories.host(21, Some(UnixTime(160)), &head("op", "t1")), Some("b"));
        assert_eq!(stories.host(21, Some(UnixTime(161)), &head("op", "t1")), None);
        assert_eq!(stories.host(21, None, &head("op", "t1")), Some("b"));
    }

    fn waiting(record: u64, op_id: &str, at: i64) -> Waiting {
        let head = head(op_id, "t1");
        let sighting = Sighting {
            line: record,
            at: Some(UnixTime(at)),
            op_id: head.op_id,
            thread: head.thread,
            detail: None,
            excerpt: String::new(),
        };
        Waiting { record, signature: "S-02".to_owned(), sighting }
    }

    #[test]
    fn what_waits_is_told_by_its_own_operation_and_thread_and_not_for_ever() {
        let mut stories = Stories::default();
        assert!(stories.wait(waiting(1, "", 0)).is_some(), "nobody could tell it");
        assert!(stories.wait(waiting(1, "op", 0)).is_none());
        assert!(stories.told(&head("op", "t2")).is_empty() && stories.told(&head("other", "t1")).is_empty());
        assert!(stories.out_of_patience(17, Some(UnixTime(60))).is_empty());
        assert_eq!(stories.told(&head("op", "t1")).len(), 1);
        assert!(stories.told(&head("op", "t1")).is_empty(), "it is told once");
        stories.wait(waiting(1, "op", 0));
        assert_eq!(stories.out_of_patience(18, None).len(), 1);
        stories.wait(waiting(1, "op", 0));
        assert_eq!(stories.out_of_patience(2, Some(UnixTime(61))).len(), 1);
    }
}
