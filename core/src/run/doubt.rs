//! What a run does not know to have ended, because its process died or no answer came: that is waited for before a step
//! is taken back, and before one acts once more.

use super::Run;
use super::journal::JournalEvent;
use super::look;
use super::track::{Activity, Then, Tries, Why};
use crate::gates::GateReading;
use crate::plan::{Act, IfNotDone, StepId};
use crate::survey::{Question, Session, TaskSeen};
use crate::time::UnixTime;
use crate::wire::MoRef;

impl Run {
    /// What a journal leaves in doubt: of what was begun, and not seen to be done, it does not say whether it has ended.
    pub(super) fn doubt(&mut self, event: &JournalEvent) {
        match event {
            JournalEvent::Started { step, .. }
            | JournalEvent::TaskBegun { step, .. }
            | JournalEvent::UndoStarted { step } => {
                self.unsure.insert(*step);
            }
            JournalEvent::Succeeded { step } | JournalEvent::UndoFinished { step } => {
                self.unsure.remove(step);
            }
            _ => {}
        }
    }

    /// Whether a gate is closed by what this run may have begun itself, and waits for anyway.
    pub(super) fn is_own_doing(&self, reading: &GateReading) -> bool {
        let own = |id: &StepId| self.plan.step(*id).and_then(|step| step.host.as_ref());
        let mut hosts = self.unsure.iter().filter_map(own);
        reading.gate == "host-busy" && hosts.any(|host| reading.place.host.as_ref() == Some(&host.id.0))
    }

    /// Whether something that the step began may go on still, and can be asked for.
    pub(super) fn is_to_settle_first(&self, id: StepId) -> bool {
        let Some(step) = self.plan.step(id) else { return false };
        let matters = step.if_not_done != IfNotDone::GoOn;
        let can_be_asked = match self.tasks.get(&id) {
            Some(task) => !self.inquiry.tasks.contains_key(task),
            // Only tasks of vCenter are told of a host.
            None => step.host.is_some() && is_of_vcenter(&step.act),
        };
        matters && can_be_asked && self.unsure.contains(&id)
    }

    /// Waits until what the step began has ended, and takes it back then.
    pub(super) fn settle(&mut self, now: UnixTime, index: usize, id: StepId) {
        let timeout = self.plan.step(id).map_or(0, |step| step.timeout_seconds);
        let task = self.tasks.get(&id).map(|task| self.task_reference(id, task.clone()));
        self.look_anew(index);
        self.ask_whether_settled(index, id, task, now.plus_seconds(timeout));
    }

    pub(super) fn ask_whether_settled(&mut self, index: usize, id: StepId, task: Option<MoRef>, deadline: UnixTime) {
        let tag = self.take_tag();
        self.inquiry.knock_again();
        let host = self.plan.step(id).and_then(|step| step.host.as_ref()).map(|host| host.id.clone());
        let question = match (&task, host) {
            (Some(task), _) => Some(Question::of_task(task)),
            (None, host) => host.map(|host| Question::Hosts { hosts: vec![host] }),
        };
        if let Some(question) = question {
            self.inquiry.put(question, tag);
        }
        self.set(index, id, Some(Activity::Settle { task, tag, deadline }));
    }

    pub(super) fn settled(
        &mut self,
        now: UnixTime,
        index: usize,
        id: StepId,
        task: Option<MoRef>,
        deadline: UnixTime,
    ) -> bool {
        self.asked_at = now;
        let is_over = match &task {
            Some(task) => !matches!(self.inquiry.tasks.get(&task.value), None | Some(TaskSeen::Going)),
            // Tasks that are others' may run for ever.
            None => self.is_quiet(id) || now >= deadline,
        };
        match task {
            _ if is_over => {
                self.unsure.remove(&id);
                self.begin_undo(now, index, id);
            }
            Some(task) if now >= deadline => {
                self.not_undone(now, index, id, format!("{} `{}`", super::undoing::STILL_GOING, task.value));
            }
            task => self.pause(now, index, id, Then::Settle(task), deadline),
        }
        true
    }

    /// Whether it has happened, and whether anything that may be it goes on at the host.
    pub(super) fn doubt_questions(&self, id: StepId) -> Vec<Question> {
        let condition = self.condition(id, &Why::InDoubt);
        let facts = &self.inquiry.facts;
        let mut questions = condition.map_or_else(Vec::new, |condition| look::questions(&condition, facts));
        let host = self.plan.step(id).filter(|_| self.shows(id)).and_then(|step| step.host.as_ref());
        let at_host = host.map(|host| Question::Hosts { hosts: vec![host.id.clone()] });
        questions.extend(at_host.filter(|question| !questions.contains(question)));
        questions
    }

    /// A step that was interrupted has not shown its effect. It is given the time that it would have had, or until nothing
    /// goes on at its host. What must not be done twice is done only when all its time is over, and it is seen that it was
    /// not done and that nothing is going on.
    pub(super) fn still_in_doubt(
        &mut self,
        now: UnixTime,
        index: usize,
        id: StepId,
        seen: Option<bool>,
        deadline: UnixTime,
    ) {
        if self.leave_off(now, index, id) {
            return;
        }
        let is_idempotent = self.plan.step(id).is_some_and(|step| step.act.is_idempotent());
        let was_not_done = now >= deadline && seen == Some(false) && self.shows(id) && self.is_quiet(id);
        let may_act = is_idempotent && (now >= deadline || !self.shows(id) || self.is_quiet(id));
        if may_act || was_not_done {
            return match self.held_now(index, id) {
                Some(why) => self.not_done(now, index, id, Some(why)),
                None => self.act(now, index, id, Tries::default()),
            };
        }
        if now >= deadline {
            return self.not_done(now, index, id, Some(NOT_TWICE.to_owned()));
        }
        self.pause(now, index, id, Then::Look(Why::InDoubt), deadline);
    }

    /// Whether no task of vCenter runs on the step's host, as far as there is one.
    fn is_quiet(&self, id: StepId) -> bool {
        let host = self.plan.step(id).and_then(|step| step.host.as_ref());
        let tasks = |host| self.inquiry.facts.hosts.get(host).and_then(|host| host.running_tasks.value().copied());
        host.is_none_or(|host| tasks(&host.id) == Some(0))
    }
}

/// Whether the act is a call of vCenter, and none of SMS.
fn is_of_vcenter(act: &Act) -> bool {
    let is_of_sms = matches!(
        act,
        Act::SyncProvider { .. }
            | Act::ReconnectProvider { .. }
            | Act::UnregisterProvider { .. }
            | Act::RegisterProvider { .. }
            | Act::AwaitProvider { .. }
    );
    !is_of_sms && super::acting::session_of(act) == Some(Session::Vim)
}

/// Why a step that was interrupted has failed.
const NOT_TWICE: &str =
    "the run was interrupted while the step acted, its effect has not shown, and it must not be done twice";
