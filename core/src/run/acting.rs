//! Sending a step's change, and following what it began to its end.

use super::Run;
use super::act::{self, Begun, Prepared, Refused};
use super::journal::JournalEvent;
use super::saving;
use super::track::{Activity, Direction, Then, Why};
use crate::machine::Output;
use crate::plan::{Act, StepId, Undo};
use crate::request::{Change, Failure, FailureKind, Response, Work};
use crate::survey::{Question, Session, TaskSeen};
use crate::time::UnixTime;
use crate::wire::{MoRef, WireError};

impl Run {
    /// Sends the step's change. It was journalled before, with what is needed to go back.
    pub(super) fn act(&mut self, now: UnixTime, index: usize, id: StepId, attempts: u32) {
        let Some(act) = self.plan.step(id).map(|step| step.act.clone()) else { return };
        if attempts == 0 && session_of(&act).is_some_and(|session| !self.inquiry.has_session(session)) {
            return self.look(now, index, id, Why::Session { direction: Direction::Forward, attempts: 1 });
        }
        let saved = match saving::save(&act, &self.inquiry) {
            Ok(saved) => saved,
            Err(why) => return self.refused(now, index, id, why),
        };
        match act::prepare(&act, &self.inquiry, saved.as_ref(), now) {
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
    pub(super) fn refused(&mut self, now: UnixTime, index: usize, id: StepId, why: String) {
        self.not_done(now, index, id, Some(why));
    }

    pub(super) fn send(
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
        let Some((id, Activity::Send { direction, attempts, .. })) = activity else {
            return self.part_decided(now, index, answer);
        };
        let Some(act) = self.act_of(id, direction) else { return };
        let said = match answer {
            Ok(response) => act::read(&act, &response),
            Err(failure) if failure.kind == FailureKind::OutcomeUnknown => {
                let unheard = Unheard { why: failure.message, attempts };
                return self.unheard(now, index, id, direction, unheard, None);
            }
            Err(failure) => {
                if direction == Direction::Forward && failure.kind.is_before_sending() {
                    self.never_sent.insert(id);
                }
                Err(Refused::Said(failure.message))
            }
        };
        match said {
            Ok(Begun::Over) => self.look_at_effect(now, index, id, direction, None),
            Ok(Begun::Made(text)) => {
                self.record(now, JournalEvent::Made { step: id, text });
                self.record(now, JournalEvent::Succeeded { step: id });
                self.set(index, id, None);
            }
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
                let why = error.to_string();
                let unheard = Unheard { why: why.clone(), attempts };
                self.unheard(now, index, id, direction, unheard, Some(why));
            }
            Err(Refused::Wire(error)) => self.said_no(now, index, id, direction, error.to_string()),
            Err(Refused::Said(why)) => self.said_no(now, index, id, direction, why),
        }
    }

    /// Nobody knows whether the change ran. Where its effect shows, it is looked for; `blame` is what is said if it does
    /// not show. A change that leaves no trace is sent once more, or has not been done: being well is no proof of it.
    fn unheard(
        &mut self,
        now: UnixTime,
        index: usize,
        id: StepId,
        direction: Direction,
        unheard: Unheard,
        blame: Option<String>,
    ) {
        self.unsure.insert(id);
        let act = self.act_of(id, direction);
        if direction == Direction::Back || act.as_ref().is_some_and(Act::shows) {
            return self.look_at_effect(now, index, id, direction, blame);
        }
        let Unheard { why, attempts } = unheard;
        if attempts >= MOST_SENDINGS || !act.is_some_and(|act| act.is_idempotent()) {
            return self.not_done(now, index, id, Some(why));
        }
        self.look(now, index, id, Why::Again { attempts: attempts.saturating_add(1), why });
    }

    pub(super) fn act_of(&self, id: StepId, direction: Direction) -> Option<Act> {
        let step = self.plan.step(id)?;
        match (direction, &step.undo) {
            (Direction::Back, Undo::By { act, .. }) => Some(act.clone()),
            _ => Some(step.act.clone()),
        }
    }

    /// Refused. It is looked at once all the same, since what was wanted may be so already.
    pub(super) fn said_no(&mut self, now: UnixTime, index: usize, id: StepId, direction: Direction, why: String) {
        let is_proof = self.act_of(id, direction).is_some_and(|act| act.shows());
        let why = match direction {
            Direction::Forward if !is_proof => return self.not_done(now, index, id, Some(why)),
            Direction::Forward => Why::Done { why: Some(why) },
            Direction::Back => Why::Undone { acted: true, why: Some(why) },
        };
        self.look_until(index, id, why, now);
    }

    pub(super) fn look_at_effect(
        &mut self,
        now: UnixTime,
        index: usize,
        id: StepId,
        direction: Direction,
        why: Option<String>,
    ) {
        match direction {
            Direction::Forward => self.look(now, index, id, Why::Done { why }),
            Direction::Back => self.look(now, index, id, Why::Undone { acted: true, why }),
        }
    }

    pub(super) fn task_reference(&self, id: StepId, task: String) -> MoRef {
        let is_sms = self.plan.step(id).is_some_and(|step| {
            matches!(
                step.act,
                Act::SyncProvider { .. }
                    | Act::ReconnectProvider { .. }
                    | Act::UnregisterProvider { .. }
                    | Act::RegisterProvider { .. }
            )
        });
        MoRef::new(if is_sms { "SmsTask" } else { "Task" }, task)
    }

    pub(super) fn watch_task(&mut self, now: UnixTime, index: usize, id: StepId, task: MoRef, direction: Direction) {
        let timeout = self.plan.step(id).map_or(0, |step| step.timeout_seconds);
        self.look_anew(index);
        self.ask_task(index, id, task, direction, now.plus_seconds(timeout));
    }

    pub(super) fn ask_task(&mut self, index: usize, id: StepId, task: MoRef, direction: Direction, deadline: UnixTime) {
        let tag = self.take_tag();
        self.inquiry.knock_again();
        let question = match task.kind.as_str() {
            "SmsTask" => Question::SmsTask { task: task.clone() },
            _ => Question::VimTask { task: task.clone() },
        };
        self.inquiry.put(question, tag);
        self.set(index, id, Some(Activity::Task { task, tag, direction, deadline }));
    }

    pub(super) fn task_seen(
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
            Some(TaskSeen::Going) | None if self.is_late(now, index, id, direction, deadline) => {
                if direction == Direction::Forward && self.leave_off(now, index, id) {
                    return true;
                }
                self.unsure.insert(id);
                self.said_no(now, index, id, direction, format!("the task `{}` did not end in time", task.value));
            }
            Some(TaskSeen::Going) | None => {
                self.pause(now, index, id, Then::Task(task.clone(), direction), deadline);
            }
        }
        true
    }
}

/// A change without an answer.
struct Unheard {
    /// What was heard instead.
    why: String,
    /// How often it was sent again before.
    attempts: u32,
}

/// How often a change that leaves no trace is sent again when nobody answers.
const MOST_SENDINGS: u32 = 3;

/// The session that an act is sent with.
pub(super) fn session_of(act: &Act) -> Option<Session> {
    match act {
        Act::RestartSps | Act::StartSps => Some(Session::Rest),
        Act::Shell { .. }
        | Act::AwaitProvider { .. }
        | Act::DeleteClientEntry { .. }
        | Act::RestoreClientEntry { .. }
        | Act::PinProvider { .. }
        | Act::UnpinProvider { .. } => None,
        _ => Some(Session::Vim),
    }
}
