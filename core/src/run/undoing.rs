//! Taking a step back.

use super::Run;
use super::act::{self, Prepared};
use super::journal::{JournalEvent, SavedCaStore};
use super::track::{Direction, Tries, Why};
use crate::plan::{Condition, IfNotDone, StepId, Undo};
use crate::survey::TaskSeen;
use crate::time::UnixTime;

impl Run {
    pub(super) fn begin_undo(&mut self, now: UnixTime, index: usize, id: StepId) {
        let undo = self.plan.step(id).map(|step| step.undo.clone());
        match undo {
            // What never left has nothing to be taken back, and need not be looked for.
            _ if self.never_sent.contains(&id) => {
                self.record(now, JournalEvent::UndoFinished { step: id });
                self.set(index, id, None);
            }
            Some(Undo::By { .. } | Undo::PutBackCaStore) if self.held_back(id).is_some() => {
                self.not_undone(now, index, id, self.held_back(id).unwrap_or_default());
            }
            Some(_) if self.is_closed_already(id) => {
                self.record(now, JournalEvent::UndoFinished { step: id });
                self.set(index, id, None);
            }
            // What is still going on may undo the undoing.
            Some(_) if let Some(task) = self.still_going(id).filter(|task| self.inquiry.tasks.contains_key(task)) => {
                self.not_undone(now, index, id, format!("{STILL_GOING} `{task}`"));
            }
            Some(_) if self.is_to_settle_first(id) => self.settle(now, index, id),
            Some(Undo::By { .. }) => self.look(now, index, id, Why::Undone { acted: false, why: None }),
            // Without a saved list the store was never touched.
            Some(Undo::PutBackCaStore) if self.saved.contains_key(&id) => {
                self.look(now, index, id, Why::Undone { acted: false, why: None });
            }
            Some(Undo::PutBackCaStore | Undo::Nothing(_)) | None => {
                self.record(now, JournalEvent::UndoFinished { step: id });
                self.set(index, id, None);
            }
        }
    }

    pub(super) fn act_back(&mut self, now: UnixTime, index: usize, id: StepId, tries: Tries) {
        let change = self.plan.step(id).map(|step| match &step.undo {
            Undo::By { act, .. } => match act::prepare(act, &self.inquiry, None, self.number(), now) {
                Ok(Prepared::Send(change)) => Ok((*change, act.is_idempotent())),
                Ok(Prepared::Wait) => Err("there is nothing to send".to_owned()),
                Err(why) => Err(why),
            },
            Undo::PutBackCaStore => {
                let saved: Result<&SavedCaStore, String> =
                    self.saved.get(&id).ok_or_else(|| "the list was not saved".to_owned());
                let host = step.host.as_ref().ok_or_else(|| "it is not the step of a host".to_owned());
                let pair = saved.and_then(|saved| host.map(|host| (saved, host)));
                pair.and_then(|(saved, host)| act::put_back(&host.id, &self.inquiry, saved))
                    .map(|change| (change, true))
            }
            Undo::Nothing(_) => Err("there is nothing to take back".to_owned()),
        });
        match change {
            Some(Ok((change, idempotent))) => self.send(index, id, change, idempotent, Direction::Back, tries),
            Some(Err(why)) => self.not_undone(now, index, id, why),
            None => {}
        }
    }

    /// Whether an undoing that was cut off, or of which nobody heard, is carried out once more although all that is seen is
    /// as it was before: what it restarts at its end may go on with what it had loaded.
    pub(super) fn is_undone_once_more(&mut self, now: UnixTime, id: StepId) -> bool {
        if !self.was_undoing_cut_off(id) {
            return false;
        }
        match self.plan.step(id).map(|step| &step.undo) {
            Some(Undo::By { done_when, .. }) => {
                // The other side says that it need not be as before.
                let restored = match done_when {
                    Condition::Either { left, .. } => left,
                    whole => whole,
                };
                self.is_so(restored, now) == Some(true)
            }
            _ => false,
        }
    }

    /// Whether an undoing that ends with a restart may have been cut off. Said once.
    pub(super) fn was_undoing_cut_off(&mut self, id: StepId) -> bool {
        let restarts = self.act_of(id, Direction::Back).is_some_and(|act| act.ends_with_restart());
        self.unsure_back.remove(&id) && restarts
    }

    pub(super) fn not_undone(&mut self, now: UnixTime, index: usize, id: StepId, why: String) {
        self.record(now, JournalEvent::UndoFailed { step: id, why });
        self.set(index, id, None);
    }

    /// The task of a step that did not end in its time, if what it brings matters.
    pub(super) fn still_going(&self, id: StepId) -> Option<String> {
        let matters = self.plan.step(id).is_some_and(|step| step.if_not_done != IfNotDone::GoOn);
        let task = self.tasks.get(&id).filter(|_| matters && self.unsure.contains(&id))?;
        let is_going = self.inquiry.tasks.get(task).is_none_or(|seen| *seen == TaskSeen::Going);
        is_going.then(|| task.clone())
    }
}

/// Why a step whose task has not ended is not taken back; the task's id follows.
pub(super) const STILL_GOING: &str = "it is not over: vCenter still works at the task";
