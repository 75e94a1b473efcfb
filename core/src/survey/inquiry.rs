//! Questions in flight: what is ready, what is open, what waits for a login or for a better moment.
//!
//! The survey and the run both ask through here, so sessions, repetitions and the limit of open requests exist once.
//! Every question ends in facts: learned, or unknown with a reason. None is lost.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::door::{Door, DoorState, Entry};
use super::question::{Link, Question, Session};
use super::{learn, missed, trouble};
use crate::diagnostic::Diagnostic;
use crate::facts::{Facts, HostId, Missing, MissingReason};
use crate::job::Job;
use crate::log::LogScan;
use crate::machine::{Misuse, RequestId};
use crate::plan::OnDisk;
use crate::request::{Failure, FailureKind, Look, Response};
use crate::time::UnixTime;
use crate::wire::{RestStyle, VCenter, WireError};

/// Groups questions, so that one who asked several can tell when all are answered.
pub(crate) type Tag = u32;

/// Questions in flight, and what was learned from those that came back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Inquiry {
    pub(crate) job: Job,
    pub(crate) link: Link,
    pub(crate) facts: Facts,
    /// Logs that are being read, by name.
    pub(crate) scans: BTreeMap<String, LogScan>,
    /// Why nothing more can be asked of this vCenter, once that is so.
    pub(crate) stopped: Option<Diagnostic>,
    /// What a run saw of files on hosts.
    pub(crate) on_disk: BTreeMap<HostId, OnDisk>,
    /// What is known of tasks that a run has begun, by the task's id.
    pub(crate) tasks: BTreeMap<String, TaskSeen>,
    /// Hosts by cluster, so that what is said of a cluster is written without a search.
    pub(crate) cluster_hosts: BTreeMap<String, Vec<HostId>>,
    /// The types of the same clusters as vCenter names them; a host that stands alone has a `ComputeResource`.
    pub(crate) cluster_kinds: BTreeMap<String, String>,
    /// Seconds by which clocks of hosts are ahead of ours, of those that answered before vCenter told the time.
    pub(super) early_clocks: BTreeMap<HostId, i64>,
    /// The inventory was empty once, and its view was made anew.
    pub(crate) looked_twice: bool,
    /// When the last answer or wake came.
    pub(super) seen_at: UnixTime,
    ready: VecDeque<Entry>,
    open: BTreeMap<RequestId, Open>,
    pub(super) later: Vec<(UnixTime, Entry)>,
    doors: BTreeMap<Session, Door>,
    unanswered: BTreeMap<Tag, u32>,
    answered: u32,
    put: u32,
}

/// What was last seen of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum TaskSeen {
    /// It waits or runs.
    Going,
    /// It ended well.
    Success,
    /// It failed, and why.
    Error(String),
    /// It is not to be found any more.
    Gone,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Open {
    entry: Entry,
    /// The session's number when the question was asked.
    generation: u32,
}

/// How often a question is asked at most while the service behind it is down: for about 7 seconds.
const MOST_ATTEMPTS: u32 = 4;

impl Inquiry {
    /// Nothing asked yet.
    pub(crate) fn new(job: Job, now: UnixTime) -> Self {
        let vcenter = VCenter {
            authority: job.vcenter.clone(),
            trust: job.trust.clone(),
            vim_version: "6.7".to_owned(),
            sms_version: "7.0.0.0".to_owned(),
            rest: RestStyle::Api,
            deadline_seconds: job.deadline_seconds,
        };
        Self {
            facts: Facts::nothing_yet(&job.vcenter, now),
            link: Link { vcenter, content: None, storage_manager: None, listed_providers: BTreeMap::new() },
            job,
            scans: BTreeMap::new(),
            stopped: None,
            on_disk: BTreeMap::new(),
            tasks: BTreeMap::new(),
            cluster_hosts: BTreeMap::new(),
            cluster_kinds: BTreeMap::new(),
            early_clocks: BTreeMap::new(),
            looked_twice: false,
            seen_at: now,
            ready: VecDeque::new(),
            open: BTreeMap::new(),
            later: Vec::new(),
            doors: BTreeMap::new(),
            unanswered: BTreeMap::new(),
            answered: 0,
            put: 0,
        }
    }

    /// Asks `question` when its turn comes.
    pub(crate) fn put(&mut self, question: Question, tag: Tag) {
        self.put = self.put.saturating_add(1);
        let count = self.unanswered.entry(tag).or_default();
        *count = count.saturating_add(1);
        self.ready.push_back(Entry { question, tag, attempts: 0 });
    }

    /// The next request, if there is one and the limit allows it.
    pub(crate) fn next(&mut self, take_id: impl FnOnce() -> RequestId) -> Option<(RequestId, Look)> {
        if self.open.len() >= usize::try_from(self.job.concurrency.max(1)).unwrap_or(usize::MAX) {
            return None;
        }
        while let Some(entry) = self.ready.pop_front() {
            let Some(entry) = self.through_door(entry) else { continue };
            let Some(look) = entry.question.ask(&self.link, &self.job, &self.facts) else {
                let missing = Missing {
                    reason: MissingReason::NotAsked,
                    message: "what is needed to ask for it is not known".to_owned(),
                    help: String::new(),
                };
                self.give_up(&entry, &missing);
                continue;
            };
            let id = take_id();
            let generation = entry.question.session().map_or(0, |session| self.door(session).generation);
            self.open.insert(id, Open { entry, generation });
            return Some((id, look));
        }
        None
    }

    /// Whether this can be an answer. Misuse changes nothing: a request stays open for its answer.
    pub(crate) fn check(&self, id: RequestId, response: Option<&Response>) -> Result<(), Misuse> {
        let open = self.open.get(&id).ok_or(Misuse::NoSuchRequest(id.0))?;
        let other = response.and_then(|response| learn::other_kind(&open.entry.question, response));
        other.map_or(Ok(()), |asked| Err(Misuse::WrongKind { id: id.0, asked }))
    }

    /// Takes the answer to a request. `Err` when no such request is open.
    pub(crate) fn answer(
        &mut self,
        now: UnixTime,
        id: RequestId,
        answer: Result<Response, Failure>,
    ) -> Result<(), Misuse> {
        self.check(id, answer.as_ref().ok())?;
        self.keep_time(now);
        let open = self.open.remove(&id).ok_or(Misuse::NoSuchRequest(id.0))?;
        match answer {
            Ok(response) => self.learn(now, open, &response),
            Err(failure) => self.failed(now, open.entry, &failure),
        }
        Ok(())
    }

    /// Makes ready what waited for this time.
    pub(crate) fn wake(&mut self, now: UnixTime) {
        self.keep_time(now);
        let (due, later) = std::mem::take(&mut self.later).into_iter().partition(|(at, _)| *at <= now);
        self.later = later;
        let due: Vec<(UnixTime, Entry)> = due;
        self.ready.extend(due.into_iter().map(|(_, entry)| entry));
    }

    /// When to be woken at the latest.
    pub(crate) fn next_time(&self) -> Option<UnixTime> {
        self.later.iter().map(|(at, _)| *at).min()
    }

    /// True when everything of this tag is answered.
    pub(crate) fn is_answered(&self, tag: Tag) -> bool {
        self.unanswered.get(&tag).is_none_or(|count| *count == 0)
    }

    /// True when nothing is asked, waiting or open.
    pub(crate) fn is_idle(&self) -> bool {
        self.open.is_empty() && self.ready.is_empty() && self.later.is_empty()
    }

    /// Questions answered, and questions put so far.
    pub(crate) fn progress(&self) -> (u32, u32) {
        (self.answered, self.put)
    }

    /// True when there is a session of this kind to end.
    pub(crate) fn has_session(&self, session: Session) -> bool {
        self.doors.get(&session).is_some_and(|door| door.state == DoorState::Open)
    }

    /// Drops what is not yet asked; what is open is still answered.
    pub(crate) fn ask_no_more(&mut self) {
        let waiting = self.doors.values_mut().flat_map(|door| std::mem::take(&mut door.waiting));
        let mut dropped: Vec<Entry> = waiting.collect();
        dropped.extend(self.ready.drain(..));
        dropped.extend(std::mem::take(&mut self.later).into_iter().map(|(_, entry)| entry));
        let missing = self.stopped_missing();
        for entry in dropped {
            self.give_up(&entry, &missing);
        }
    }

    /// Asks again what is open, without sessions: whoever was to answer is gone.
    pub(crate) fn ask_again(&mut self) {
        self.doors.clear();
        let open = std::mem::take(&mut self.open);
        self.ready.extend(open.into_values().map(|open| open.entry));
    }

    /// The session that a change was sent with is gone: the next question begins a new one.
    pub(crate) fn lost_session(&mut self, session: Session) {
        let door = self.door(session);
        if door.state == DoorState::Open {
            door.state = DoorState::Closed;
        }
    }

    /// A way in that was refused is tried again: what was so a moment ago need not be so now.
    pub(crate) fn knock_again(&mut self) {
        self.stopped = None;
        for door in self.doors.values_mut().filter(|door| matches!(door.state, DoorState::Refused(_))) {
            door.state = DoorState::Closed;
        }
    }

    /// Begins again without sessions, as after a survey that took its leave; what was learned is kept.
    pub(crate) fn begin_again(mut self) -> Self {
        self.doors.clear();
        self
    }

    /// A session was begun: lets in who waited for it.
    pub(crate) fn open_door(&mut self, session: Session) {
        let door = self.doors.entry(session).or_default();
        door.state = DoorState::Open;
        door.generation = door.generation.saturating_add(1);
        let waiting = std::mem::take(&mut door.waiting);
        self.ready.extend(waiting);
    }

    /// There will be no session: everything that waits for it stays unknown.
    pub(crate) fn refuse(&mut self, session: Session, missing: &Missing) {
        let door = self.doors.entry(session).or_default();
        door.state = DoorState::Refused(missing.clone());
        let waiting = std::mem::take(&mut door.waiting);
        for entry in waiting {
            self.give_up(&entry, missing);
        }
    }

    fn door(&mut self, session: Session) -> &mut Door {
        self.doors.entry(session).or_default()
    }

    /// The entry, if it may pass; otherwise it waits, and somebody is sent for the session.
    fn through_door(&mut self, entry: Entry) -> Option<Entry> {
        let Some(session) = entry.question.session() else { return Some(entry) };
        let door = self.door(session);
        match &door.state {
            DoorState::Open => return Some(entry),
            DoorState::Refused(missing) => {
                let missing = missing.clone();
                self.give_up(&entry, &missing);
                return None;
            }
            DoorState::Asked => door.waiting.push(entry),
            DoorState::Closed => {
                door.state = DoorState::Asked;
                let tag = entry.tag;
                door.waiting.push(entry);
                let first = match session {
                    Session::Vim if self.link.content.is_none() => Question::ServiceVersions,
                    Session::Vim => Question::Login,
                    Session::Rest => Question::RestLogin,
                };
                self.put(first, tag);
            }
        }
        None
    }

    fn learn(&mut self, now: UnixTime, open: Open, response: &Response) {
        let Open { entry, generation } = open;
        match learn::learn(self, now, &entry.question, response) {
            Ok(follow) => {
                for question in follow {
                    self.put(question, entry.tag);
                }
                self.settle(entry.tag);
            }
            Err(WireError::NotAuthenticated { .. }) if entry.attempts < 2 && entry.question.session().is_some() => {
                self.session_lost(&entry.question, generation);
                self.ready.push_back(Entry { attempts: entry.attempts.saturating_add(1), ..entry });
            }
            Err(WireError::Unavailable { .. }) if entry.attempts.saturating_add(1) < MOST_ATTEMPTS => {
                self.again_later(now, entry);
            }
            Err(error) => self.wire_error(&entry, &error),
        }
    }

    /// The session that a question was asked with is gone. Only the newest one's end closes the door.
    fn session_lost(&mut self, question: &Question, generation: u32) {
        if let Some(session) = question.session() {
            let door = self.door(session);
            if door.generation == generation && door.state == DoorState::Open {
                door.state = DoorState::Closed;
            }
        }
    }

    /// After 1, 2, 4 seconds: a service that restarts is given time, and is not stormed.
    fn again_later(&mut self, now: UnixTime, entry: Entry) {
        let wait = 1_i64.checked_shl(entry.attempts).unwrap_or(i64::MAX);
        let entry = Entry { attempts: entry.attempts.saturating_add(1), ..entry };
        self.later.push((now.plus_seconds(wait), entry));
    }

    fn failed(&mut self, now: UnixTime, entry: Entry, failure: &Failure) {
        let may_pass =
            matches!(failure.kind, FailureKind::TimedOut | FailureKind::OutcomeUnknown | FailureKind::Protocol);
        // There are many of these, and a dead host must not hold up the others.
        let is_once = matches!(
            entry.question,
            Question::Peek443 { .. }
                | Question::Peek9080 { .. }
                | Question::PeekVCenter
                | Question::VersionPage { .. }
                | Question::InspectHost { .. }
                | Question::Names { .. }
        );
        if may_pass && !is_once && entry.attempts == 0 {
            self.again_later(now, entry);
            return;
        }
        let missing = trouble::missing_of_failure(failure);
        if let Some(stop) = trouble::stop_of_failure(&entry.question, failure, &self.job) {
            self.stopped.get_or_insert(stop);
        }
        self.close_behind(&entry.question, &missing);
        self.give_up(&entry, &missing);
    }

    fn wire_error(&mut self, entry: &Entry, error: &WireError) {
        let missing = trouble::missing_of_wire_error(&entry.question, error);
        if let Some(stop) = trouble::stop_of_wire_error(&entry.question, error, &self.job) {
            self.stopped.get_or_insert(stop);
        }
        let again = learn::instead(self, &entry.question, error, entry.attempts);
        if let Some(question) = again {
            self.ready.push_back(Entry { question, tag: entry.tag, attempts: entry.attempts.saturating_add(1) });
            return;
        }
        self.close_behind(&entry.question, &missing);
        self.give_up(entry, &missing);
    }

    /// When the way in failed, nobody is left waiting before it.
    fn close_behind(&mut self, question: &Question, missing: &Missing) {
        match question {
            Question::ServiceVersions | Question::ServiceContent | Question::Login => {
                self.refuse(Session::Vim, missing);
            }
            Question::RestLogin => self.refuse(Session::Rest, missing),
            _ => {}
        }
    }

    fn give_up(&mut self, entry: &Entry, missing: &Missing) {
        missed::missed(self, &entry.question, missing);
        self.settle(entry.tag);
    }

    fn settle(&mut self, tag: Tag) {
        self.answered = self.answered.saturating_add(1);
        if let Some(count) = self.unanswered.get_mut(&tag) {
            *count = count.saturating_sub(1);
        }
    }

    fn stopped_missing(&self) -> Missing {
        let message = self.stopped.as_ref().map_or("the survey was stopped", |stop| stop.message.as_str()).to_owned();
        Missing { reason: MissingReason::NotAsked, message, help: String::new() }
    }
}
