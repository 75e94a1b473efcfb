//! Taking a step back.

use super::Run;
use super::act::{self, Prepared};
use super::journal::{JournalEvent, SavedCaStore};
use super::track::{Direction, Why};
use crate::plan::{Act, StepId, Undo};
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
