//! Working through the steps: what one sequence of hosts is at, and how a step goes from one state to the next.

use serde::{Deserialize, Serialize};

use super::act::{self, Begun, Prepared, Refused};
use super::journal::{JournalEvent, SavedCaStore, Status};
use super::{Run, look};
use crate::machine::{Output, RequestId};
use crate::plan::{Act, Condition, IfNotDone, Plan, Step, StepId, Undo};
use crate::request::{Change, Failure, FailureKind, Response, Work};
use crate::survey::{Question, Session, Tag, TaskSeen};
use crate::time::UnixTime;
use crate::wire::{MoRef, WireError};

/// A sequence that is worked through by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Track {
    /// Its steps, host by host; the steps of one host succeed or are taken back together.
    hosts: Vec<Vec<StepId>>,
    /// Whether it comes before, among or after the lanes.
    stage: TrackStage,
    /// What it is at.
    activity: Option<(StepId, Activity)>,
    /// There is nothing left to do in it, or nothing that may be done.
    ended: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum TrackStage {
    First,
    Lane,
    Last,
}

/// What a step is at. Each names what it waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Activity {
    /// Answers to the questions of a condition.
    Look { why: Why, tag: Tag, deadline: UnixTime },
    /// A moment, before looking again.
    Pause { until: UnixTime, then: Then, deadline: UnixTime },
    /// The answer to a change.
    Send { request: RequestId, direction: Direction, attempts: u32 },
    /// The answer to how far a task is.
    Task { task: MoRef, tag: Tag, direction: Direction, deadline: UnixTime },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Direction {
    Forward,
    Back,
}

/// What a look is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Why {
    /// Is the step needed?
    Skip,
    /// The run was interrupted here: has it happened?
    InDoubt,
    /// Has it had its effect? `why` is what the act said if it did not say yes.
    Done { why: Option<String> },
    /// Is it as it was before? Asked before undoing, when `acted` is false, and after.
    Undone { acted: bool, why: Option<String> },
    /// A new session, to send the change again with.
    Session { direction: Direction, attempts: u32 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Then {
    Look(Why),
    Task(MoRef, Direction),
}

/// The tracks of a plan.
pub(super) fn of(plan: &Plan) -> Vec<Track> {
    let ids = |steps: &[Step]| steps.iter().map(|step| step.id).collect::<Vec<_>>();
    let track = |stage, hosts| Track { hosts, stage, activity: None, ended: false };
    let mut tracks = vec![track(TrackStage::First, plan.first.iter().map(|step| vec![step.id]).collect())];
    tracks.extend(
        plan.lanes.iter().map(|lane| track(TrackStage::Lane, lane.hosts.iter().map(|host| ids(&host.steps)).collect())),
    );
    tracks.push(track(TrackStage::Last, plan.last.iter().map(|step| vec![step.id]).collect()));
    tracks
}

impl Track {
    pub(super) fn is_at_end(&self) -> bool {
        self.ended
    }
}

/// What a track does next.
enum Next {
    Forward(StepId),
    Back(StepId),
    End,
}

impl Run {
    /// Takes every track as far as it goes without another input.
    pub(super) fn work(&mut self, now: UnixTime) {
        for index in 0..self.tracks.len() {
            while self.move_on(now, index) {}
        }
        // A track that has just ended may have let in another.
        for index in 0..self.tracks.len() {
            while self.move_on(now, index) {}
        }
    }

    /// The earliest time at which something is due.
    pub(super) fn next_time(&self) -> Option<UnixTime> {
        let paused = self.tracks.iter().filter_map(|track| match &track.activity {
            Some((_, Activity::Pause { until, .. })) => Some(*until),
            _ => None,
        });
        let alive = self.asked_at.plus_seconds(super::KEEP_ALIVE_SECONDS);
        paused.chain(self.inquiry.next_time()).chain(std::iter::once(alive)).min()
    }

    /// One move of one track. False when it waits, or is at its end.
    fn move_on(&mut self, now: UnixTime, index: usize) -> bool {
        let Some(track) = self.tracks.get(index) else { return false };
        if track.ended {
            return false;
        }
        match track.activity.clone() {
            None => self.begin_next(now, index),
            Some((step, Activity::Look { why, tag, deadline })) => {
                self.inquiry.is_answered(tag) && self.looked(now, index, step, why, deadline)
            }
            Some((step, Activity::Pause { until, then, deadline })) => {
                now >= until && self.pause_over(index, step, then, deadline)
            }
            Some((_, Activity::Send { .. })) => false,
            Some((step, Activity::Task { task, tag, direction, deadline })) => {
                self.inquiry.is_answered(tag) && self.task_seen(now, index, step, &task, direction, deadline)
            }
        }
    }

    fn begin_next(&mut self, now: UnixTime, index: usize) -> bool {
        match self.next_of(index) {
            None => false,
            Some(Next::End) => {
                self.end_track(index);
                true
            }
            Some(Next::Forward(id)) => {
                let in_doubt = self.status(id) == Status::Started;
                let why = if in_doubt { Why::InDoubt } else { Why::Skip };
                match self.tasks.get(&id).cloned().filter(|_| in_doubt) {
                    Some(task) => self.watch_task(now, index, id, self.task_reference(id, task), Direction::Forward),
                    None => self.look(now, index, id, why),
                }
                true
            }
            Some(Next::Back(id)) => {
                if self.status(id) != Status::UndoStarted {
                    self.record(now, JournalEvent::UndoStarted { step: id });
                }
                self.begin_undo(now, index, id);
                true
            }
        }
    }

    /// What a track does next; `None` when it must wait for other tracks.
    fn next_of(&self, index: usize) -> Option<Next> {
        let track = self.tracks.get(index)?;
        let is_over =
            |stage: TrackStage| self.tracks.iter().filter(|other| other.stage < stage).all(|other| other.ended);
        if !is_over(track.stage) {
            return None;
        }
        for host in &track.hosts {
            let statuses: Vec<Status> = host.iter().map(|id| self.status(*id)).collect();
            let must_go_back = |status: &Status| {
                matches!(status, Status::Failed | Status::UndoStarted | Status::Undone | Status::UndoFailed)
            };
            if statuses.iter().any(must_go_back) {
                let undo = host.iter().rev().find(|id| {
                    matches!(
                        self.status(**id),
                        Status::Failed | Status::Succeeded | Status::NotReached | Status::UndoStarted
                    )
                });
                return Some(undo.map_or(Next::End, |id| Next::Back(*id)));
            }
            let Some(next) = host.iter().find(|id| !self.status(**id).is_behind()) else { continue };
            // Nothing new is begun once the run is stopping; a host in hand is finished.
            let is_in_hand = statuses.iter().any(|status| *status != Status::Waiting);
            if self.stopping.is_some() && !is_in_hand {
                return Some(Next::End);
            }
            let at_once = usize::try_from(self.policy.clusters_at_once.max(1)).unwrap_or(usize::MAX);
            let is_new = !is_in_hand && track.activity.is_none();
            return (!is_new || self.lanes_at_work() < at_once).then_some(Next::Forward(*next));
        }
        Some(Next::End)
    }

    fn lanes_at_work(&self) -> usize {
        self.tracks.iter().filter(|track| track.stage == TrackStage::Lane && track.activity.is_some()).count()
    }

    fn end_track(&mut self, index: usize) {
        if let Some(track) = self.tracks.get_mut(index) {
            track.ended = true;
            track.activity = None;
        }
    }

    fn set(&mut self, index: usize, step: StepId, activity: Option<Activity>) {
        if let Some(track) = self.tracks.get_mut(index) {
            track.activity = activity.map(|activity| (step, activity));
        }
    }

    fn take_tag(&mut self) -> Tag {
        let tag = self.next_tag;
        self.next_tag = self.next_tag.saturating_add(1);
        tag
    }

    /// Asks what tells whether the condition of `why` holds, with the step's own time to wait for it.
    fn look(&mut self, now: UnixTime, index: usize, id: StepId, why: Why) {
        let timeout = self.plan.step(id).map_or(0, |step| step.timeout_seconds);
        self.look_until(index, id, why, now.plus_seconds(timeout));
    }

    fn look_until(&mut self, index: usize, id: StepId, why: Why, deadline: UnixTime) {
        let questions = match &why {
            Why::Session { direction, .. } => self.session_questions(id, *direction),
            _ => self
                .condition(id, &why)
                .map_or_else(Vec::new, |condition| look::questions(&condition, &self.inquiry.facts)),
        };
        let tag = self.take_tag();
        self.inquiry.knock_again();
        for question in questions {
            self.inquiry.put(question, tag);
        }
        self.set(index, id, Some(Activity::Look { why, tag, deadline }));
    }

    /// A question that brings the session which the act needs.
    fn session_questions(&self, id: StepId, direction: Direction) -> Vec<Question> {
        match self.act_of(id, direction).and_then(|act| session_of(&act)) {
            Some(Session::Vim) => vec![Question::CurrentTime],
            Some(Session::Rest) => vec![Question::SpsService],
            None => Vec::new(),
        }
    }

    fn condition(&self, id: StepId, why: &Why) -> Option<Condition> {
        let step = self.plan.step(id)?;
        match why {
            Why::Skip => Some(step.skip_when.clone()),
            Why::InDoubt | Why::Done { .. } => Some(step.done_when.clone()),
            Why::Undone { .. } => match (&step.undo, &step.act) {
                (Undo::By { done_when, .. }, _) => Some(done_when.clone()),
                (Undo::PutBackCaStore, Act::AddToCaStore { host, .. }) => {
                    let saved = self.saved.get(&id)?;
                    let all = saved.certificates.iter();
                    let names = all.filter_map(|pem| crate::certificate::Certificate::from_pem(pem).ok());
                    Some(Condition::CaStoreIs {
                        host: host.clone(),
                        certificates: names.map(|one| one.fingerprint).collect(),
                    })
                }
                _ => None,
            },
            Why::Session { .. } => None,
        }
    }

    fn holds(&self, id: StepId, why: &Why, now: UnixTime) -> Option<bool> {
        let on_disk = |host: &crate::facts::HostId| self.inquiry.on_disk.get(host).cloned();
        let ahead = self.inquiry.facts.vcenter.clock_ahead_seconds.value().copied().unwrap_or(0);
        self.condition(id, why)?.holds(&self.inquiry.facts, on_disk, now.plus_seconds(ahead))
    }

    /// All questions of a look are answered.
    fn looked(&mut self, now: UnixTime, index: usize, id: StepId, why: Why, deadline: UnixTime) -> bool {
        let holds = self.holds(id, &why, now);
        self.asked_at = now;
        match (why, holds) {
            (Why::Skip, Some(true)) => {
                self.record(now, JournalEvent::Skipped { step: id });
                self.set(index, id, None);
            }
            (Why::Skip, _) => self.act(now, index, id, 0),
            (Why::InDoubt | Why::Done { .. }, Some(true)) => {
                self.record(now, JournalEvent::Succeeded { step: id });
                self.set(index, id, None);
            }
            (Why::InDoubt, _) => self.act(now, index, id, 0),
            (Why::Done { why }, _) if now >= deadline => self.not_done(now, index, id, why),
            (why @ Why::Done { .. }, _) => self.pause(now, index, id, Then::Look(why), deadline),
            (Why::Undone { .. }, Some(true)) => {
                self.record(now, JournalEvent::UndoFinished { step: id });
                self.set(index, id, None);
            }
            (Why::Undone { acted: false, .. }, _) => self.act_back(now, index, id, 0),
            (Why::Undone { why, .. }, _) if now >= deadline => {
                let why = why.unwrap_or_else(|| "it is not as it was before".to_owned());
                self.record(now, JournalEvent::UndoFailed { step: id, why });
                self.set(index, id, None);
            }
            (why @ Why::Undone { .. }, _) => self.pause(now, index, id, Then::Look(why), deadline),
            (Why::Session { direction, attempts }, _) => match direction {
                Direction::Forward => self.act(now, index, id, attempts),
                Direction::Back => self.act_back(now, index, id, attempts),
            },
        }
        true
    }

    fn pause(&mut self, now: UnixTime, index: usize, id: StepId, then: Then, deadline: UnixTime) {
        let until = now.plus_seconds(self.policy.poll_seconds.max(1)).min(deadline);
        self.set(index, id, Some(Activity::Pause { until, then, deadline }));
    }

    fn pause_over(&mut self, index: usize, id: StepId, then: Then, deadline: UnixTime) -> bool {
        match then {
            Then::Look(why) => self.look_until(index, id, why, deadline),
            Then::Task(task, direction) => self.ask_task(index, id, task, direction, deadline),
        }
        true
    }

    /// The step's effect did not show.
    fn not_done(&mut self, now: UnixTime, index: usize, id: StepId, why: Option<String>) {
        let Some(step) = self.plan.step(id) else { return };
        let waited = format!("after {} seconds it was not so that {}", step.timeout_seconds, step.done_when.in_words());
        let why = why.unwrap_or(waited);
        match step.if_not_done {
            IfNotDone::GoOn => self.record(now, JournalEvent::NotReached { step: id, why }),
            IfNotDone::Stop => self.failed(now, id, &why),
        }
        self.set(index, id, None);
    }

    fn failed(&mut self, now: UnixTime, id: StepId, why: &str) {
        self.record(now, JournalEvent::Failed { step: id, why: why.to_owned() });
        if self.stopping.is_none() {
            let host =
                self.plan.step(id).and_then(|step| step.host.as_ref()).map_or("vCenter", |host| host.name.as_str());
            let why = format!("a step failed on `{host}`: {why}");
            self.record(now, JournalEvent::Stopping { why });
        }
    }

    /// Sends the step's change. It was journalled before, with what is needed to go back.
    fn act(&mut self, now: UnixTime, index: usize, id: StepId, attempts: u32) {
        let Some(act) = self.plan.step(id).map(|step| step.act.clone()) else { return };
        if attempts == 0 && session_of(&act).is_some_and(|session| !self.inquiry.has_session(session)) {
            return self.look(now, index, id, Why::Session { direction: Direction::Forward, attempts: 1 });
        }
        let saved = match act::save(&act, &self.inquiry) {
            Ok(saved) => saved,
            Err(why) => return self.refused(now, index, id, why),
        };
        match act::prepare(&act, &self.inquiry, saved.as_ref()) {
            Err(why) => self.refused(now, index, id, why),
            Ok(prepared) => {
                self.record(now, JournalEvent::Started { step: id, saved });
                match prepared {
                    Prepared::Wait => self.look(now, index, id, Why::Done { why: None }),
                    Prepared::Send(change) => {
                        self.send(index, id, *change, act.is_idempotent(), Direction::Forward, attempts);
                    }
                }
            }
        }
    }

    /// The act could not be sent, or was refused: nothing has happened.
    fn refused(&mut self, now: UnixTime, index: usize, id: StepId, why: String) {
        self.not_done(now, index, id, Some(why));
    }

    fn send(
        &mut self,
        index: usize,
        id: StepId,
        change: Change,
        idempotent: bool,
        direction: Direction,
        attempts: u32,
    ) {
        let request = self.take_id();
        self.changes.insert(request, index);
        self.outbox.push_back(Output::Request(request, Work::Change { step: id.0, idempotent, change }));
        self.set(index, id, Some(Activity::Send { request, direction, attempts }));
    }

    /// The answer to a change.
    pub(super) fn acted(&mut self, now: UnixTime, index: usize, answer: Result<Response, Failure>) {
        let activity = self.tracks.get(index).and_then(|track| track.activity.clone());
        let Some((id, Activity::Send { direction, attempts, .. })) = activity else { return };
        let Some(act) = self.act_of(id, direction) else { return };
        let said = match answer {
            Ok(response) => act::read(&act, &response),
            // Sent, and nobody knows: look.
            Err(failure) if failure.kind == FailureKind::OutcomeUnknown => Ok(Begun::Over),
            Err(failure) => Err(Refused::Said(failure.message)),
        };
        match said {
            Ok(Begun::Over) => self.look_at_effect(now, index, id, direction, None),
            Ok(Begun::VimTask(task) | Begun::SmsTask(task)) => {
                if direction == Direction::Forward {
                    self.record(now, JournalEvent::TaskBegun { step: id, task: task.value.clone() });
                }
                self.watch_task(now, index, id, task, direction);
            }
            Err(Refused::Wire(WireError::NotAuthenticated { .. })) if attempts < 2 => {
                if let Some(session) = session_of(&act) {
                    self.inquiry.lost_session(session);
                }
                let attempts = attempts.saturating_add(1);
                self.look(now, index, id, Why::Session { direction, attempts });
            }
            // The proxy answered for a service that is down: whether the call ran is not known.
            Err(Refused::Wire(error @ WireError::Unavailable { .. })) => {
                self.look_at_effect(now, index, id, direction, Some(error.to_string()));
            }
            Err(Refused::Wire(error)) => self.said_no(now, index, id, direction, error.to_string()),
            Err(Refused::Said(why)) => self.said_no(now, index, id, direction, why),
        }
    }

    fn act_of(&self, id: StepId, direction: Direction) -> Option<Act> {
        let step = self.plan.step(id)?;
        match (direction, &step.undo) {
            (Direction::Back, Undo::By { act, .. }) => Some(act.clone()),
            _ => Some(step.act.clone()),
        }
    }

    /// Refused. It is looked at once all the same, since what was wanted may be so already.
    fn said_no(&mut self, now: UnixTime, index: usize, id: StepId, direction: Direction, why: String) {
        let is_proof = self.act_of(id, direction).is_some_and(|act| act.shows());
        let why = match direction {
            Direction::Forward if !is_proof => return self.not_done(now, index, id, Some(why)),
            Direction::Forward => Why::Done { why: Some(why) },
            Direction::Back => Why::Undone { acted: true, why: Some(why) },
        };
        self.look_until(index, id, why, now);
    }

    fn look_at_effect(&mut self, now: UnixTime, index: usize, id: StepId, direction: Direction, why: Option<String>) {
        match direction {
            Direction::Forward => self.look(now, index, id, Why::Done { why }),
            Direction::Back => self.look(now, index, id, Why::Undone { acted: true, why }),
        }
    }

    fn task_reference(&self, id: StepId, task: String) -> MoRef {
        let is_sms = self.plan.step(id).is_some_and(|step| {
            matches!(
                step.act,
                Act::SyncProvider { .. } | Act::ReconnectProvider { .. } | Act::UnregisterProvider { .. }
            )
        });
        MoRef::new(if is_sms { "SmsTask" } else { "Task" }, task)
    }

    fn watch_task(&mut self, now: UnixTime, index: usize, id: StepId, task: MoRef, direction: Direction) {
        let timeout = self.plan.step(id).map_or(0, |step| step.timeout_seconds);
        self.ask_task(index, id, task, direction, now.plus_seconds(timeout));
    }

    fn ask_task(&mut self, index: usize, id: StepId, task: MoRef, direction: Direction, deadline: UnixTime) {
        let tag = self.take_tag();
        self.inquiry.knock_again();
        let question = match task.kind.as_str() {
            "SmsTask" => Question::SmsTask { task: task.clone() },
            _ => Question::VimTask { task: task.clone() },
        };
        self.inquiry.put(question, tag);
        self.set(index, id, Some(Activity::Task { task, tag, direction, deadline }));
    }

    fn task_seen(
        &mut self,
        now: UnixTime,
        index: usize,
        id: StepId,
        task: &MoRef,
        direction: Direction,
        deadline: UnixTime,
    ) -> bool {
        self.asked_at = now;
        match self.inquiry.tasks.get(&task.value).cloned() {
            Some(TaskSeen::Error(why)) => self.said_no(now, index, id, direction, format!("the task failed: {why}")),
            Some(TaskSeen::Success | TaskSeen::Gone) => self.look_at_effect(now, index, id, direction, None),
            Some(TaskSeen::Going) | None if now >= deadline => {
                self.said_no(now, index, id, direction, format!("the task `{}` did not end in time", task.value));
            }
            Some(TaskSeen::Going) | None => {
                self.pause(now, index, id, Then::Task(task.clone(), direction), deadline);
            }
        }
        true
    }

    fn begin_undo(&mut self, now: UnixTime, index: usize, id: StepId) {
        let undo = self.plan.step(id).map(|step| step.undo.clone());
        match undo {
            Some(Undo::By { .. }) => self.look(now, index, id, Why::Undone { acted: false, why: None }),
            // Without a saved list the store was never touched.
            Some(Undo::PutBackCaStore) if self.saved.contains_key(&id) => {
                self.look(now, index, id, Why::Undone { acted: false, why: None });
            }
            Some(Undo::Impossible(why)) => {
                self.record(now, JournalEvent::UndoFailed { step: id, why });
                self.set(index, id, None);
            }
            Some(Undo::PutBackCaStore | Undo::Nothing(_)) | None => {
                self.record(now, JournalEvent::UndoFinished { step: id });
                self.set(index, id, None);
            }
        }
    }

    fn act_back(&mut self, now: UnixTime, index: usize, id: StepId, attempts: u32) {
        let change = self.plan.step(id).map(|step| match (&step.undo, &step.act) {
            (Undo::By { act, .. }, _) => match act::prepare(act, &self.inquiry, None) {
                Ok(Prepared::Send(change)) => Ok((*change, act.is_idempotent())),
                Ok(Prepared::Wait) => Err("there is nothing to send".to_owned()),
                Err(why) => Err(why),
            },
            (Undo::PutBackCaStore, Act::AddToCaStore { host, .. }) => {
                let saved: Result<&SavedCaStore, String> =
                    self.saved.get(&id).ok_or_else(|| "the list was not saved".to_owned());
                saved.and_then(|saved| act::put_back(host, &self.inquiry, saved)).map(|change| (change, true))
            }
            _ => Err("there is nothing to take back".to_owned()),
        });
        match change {
            Some(Ok((change, idempotent))) => self.send(index, id, change, idempotent, Direction::Back, attempts),
            Some(Err(why)) => {
                self.record(now, JournalEvent::UndoFailed { step: id, why });
                self.set(index, id, None);
            }
            None => {}
        }
    }
}

fn session_of(act: &Act) -> Option<Session> {
    match act {
        Act::RestartSps | Act::StartSps => Some(Session::Rest),
        Act::Shell { .. } | Act::AwaitProvider { .. } => None,
        _ => Some(Session::Vim),
    }
}
