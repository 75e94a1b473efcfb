//! Taking a step back.

use super::Run;
use super::act::{self, Prepared};
use super::journal::{JournalEvent, SavedCaStore};
use super::track::{Direction, Why};
use crate::plan::{StepId, Undo};
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
                let why = self.held_back(id).unwrap_or_default();
                self.record(now, JournalEvent::UndoFailed { step: id, why });
                self.set(index, id, None);
            }
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

    pub(super) fn act_back(&mut self, now: UnixTime, index: usize, id: StepId, attempts: u32) {
        let change = self.plan.step(id).map(|step| match &step.undo {
            Undo::By { act, .. } => match act::prepare(act, &self.inquiry, None, now) {
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
