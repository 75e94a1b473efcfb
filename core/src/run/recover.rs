//! Going on from a journal: the entries are put through the same table as when they were written.

use super::journal::{IllegalEntry, JournalEntry, JournalEvent};
use super::{Phase, Run};
use crate::job::Job;
use crate::time::UnixTime;

impl Run {
    /// A run that goes on where its journal ends. A step that had begun and has no outcome is in doubt: it is looked at
    /// before anything else. `Err` when the journal tells of something that cannot have happened.
    pub fn recover(entries: &[JournalEntry], job: Job, now: UnixTime) -> Result<Self, IllegalEntry> {
        let illegal = |line: usize, why: &str| IllegalEntry { line, why: why.to_owned() };
        let Some((first, rest)) = entries.split_first() else { return Err(illegal(1, "it is empty")) };
        let JournalEvent::Begun { digest, plan, policy } = &first.event else {
            return Err(illegal(1, "it does not begin with a plan"));
        };
        if plan.digest() != *digest {
            return Err(illegal(1, "the plan's digest is another one"));
        }
        let mut run = Self::new((**plan).clone(), (**policy).clone(), job, now);
        let mut is_approved = false;
        for (index, entry) in rest.iter().enumerate() {
            let line = index.saturating_add(2);
            match &entry.event {
                JournalEvent::Begun { .. } => return Err(illegal(line, "a run begins only once")),
                JournalEvent::Approved { .. } => is_approved = true,
                JournalEvent::Ended { ending: super::Ending::Halted { .. } } => {}
                JournalEvent::Ended { .. } | JournalEvent::Rejected { .. } => {
                    return Err(illegal(line, "the run is over; there is nothing to resume"));
                }
                _ => {}
            }
            if !run.apply(&entry.event) {
                return Err(illegal(line, "the step was not where this entry says"));
            }
        }
        run.resume(is_approved, now);
        Ok(run)
    }

    /// A person's wish to stop held for the run that was stopped; a failure holds on.
    fn resume(&mut self, is_approved: bool, now: UnixTime) {
        let has_failed = self.plan.steps().any(|step| {
            !matches!(self.status(step.id), super::Status::Waiting | super::Status::Started)
                && !self.status(step.id).is_behind()
        });
        if !has_failed {
            self.stopping = None;
        }
        if is_approved {
            self.look_around(now);
        } else {
            self.phase = Phase::New;
        }
    }
}
