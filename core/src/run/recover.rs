//! Going on from a journal: the entries are put through the same table as when they were written.

use super::journal::{IllegalEntry, JournalEntry, JournalEvent, Status};
use super::track::Direction;
use super::{Ending, Run};
use crate::job::Job;
use crate::machine::Output;
use crate::run::RunEvent;
use crate::time::UnixTime;

/// How far the run of a journal had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nobody has approved what it is to do.
    Unapproved,
    /// It was on its way, or halted.
    Approved,
    /// It is over.
    Over,
}

impl Run {
    /// A run that goes on where its journal ends, in a maintenance window that ends at `until`, if at all. A step that
    /// had begun and has no outcome is in doubt: it is looked at before anything else. `Err` when the journal tells of
    /// something that cannot have happened, or of a run that is over.
    pub fn recover(
        entries: &[JournalEntry],
        job: Job,
        until: Option<UnixTime>,
        now: UnixTime,
    ) -> Result<Self, IllegalEntry> {
        let (mut run, standing) = Self::replay(entries, job, now)?;
        if standing == Standing::Over {
            let why = "the run is over; there is nothing to resume".to_owned();
            return Err(IllegalEntry { line: entries.len(), why });
        }
        let event = JournalEvent::Resumed { until };
        run.apply(now, &event);
        run.outbox.push_back(Output::Event(RunEvent::Journal(JournalEntry { at: now, event })));
        if standing == Standing::Approved {
            run.look_around(now);
        }
        Ok(run)
    }

    /// The run of a journal that is over, as it ended: nobody is asked, and there is nothing to go on with. `None` for one
    /// that can be gone on with.
    pub fn ended(entries: &[JournalEntry], job: Job, now: UnixTime) -> Result<Option<Self>, IllegalEntry> {
        let (run, standing) = Self::replay(entries, job, now)?;
        Ok((standing == Standing::Over).then_some(run))
    }

    /// Where the journal leaves off, and whether there is anything to go on with.
    pub(super) fn replay(entries: &[JournalEntry], job: Job, now: UnixTime) -> Result<(Self, Standing), IllegalEntry> {
        let illegal = |line: usize, why: &str| IllegalEntry { line, why: why.to_owned() };
        let Some((first, rest)) = entries.split_first() else { return Err(illegal(1, "it is empty")) };
        let JournalEvent::Begun { digest, plan, policy } = &first.event else {
            return Err(illegal(1, "it does not begin with a plan"));
        };
        if plan.digest() != *digest {
            return Err(illegal(1, "the plan's digest is another one"));
        }
        let mut run = Self::new((**plan).clone(), (**policy).clone(), job, now);
        run.is_begun = true;
        let mut standing = Standing::Unapproved;
        // The run as it was before it was asked to be taken back, while nobody has approved that; and where that was refused.
        let (mut kept, mut refused_at): (Option<(Self, Standing)>, Option<usize>) = (None, None);
        for (index, entry) in rest.iter().enumerate() {
            let line = index.saturating_add(2);
            match &entry.event {
                JournalEvent::TakingBack { .. } if kept.is_none() => kept = Some((run.clone(), standing)),
                JournalEvent::Approved { .. } => kept = None,
                // A no to taking a run back leaves it as it was, to be gone on with if it could be.
                JournalEvent::Rejected { .. } | JournalEvent::Ended { ending: Ending::Refused { .. } }
                    if kept.is_some() =>
                {
                    (run, standing) = kept.take().unwrap_or((run, standing));
                    refused_at = Some(index);
                    continue;
                }
                // That it ended is told after a no, and earlier versions told it where there was nothing to take back.
                JournalEvent::Ended { ending: Ending::Refused { .. } }
                    if index.checked_sub(1) == refused_at && refused_at.is_some()
                        || is_after_an_ending(rest, index) =>
                {
                    continue;
                }
                _ => {}
            }
            standing = match (&entry.event, standing) {
                (JournalEvent::Begun { .. }, _) => return Err(illegal(line, "a run begins only once")),
                (JournalEvent::TakingBack { .. } | JournalEvent::Replanned { .. }, _) => Standing::Unapproved,
                // A no ends a run, and the ending says so right after it.
                (JournalEvent::Ended { .. }, Standing::Over) if is_rejected(rest, index) => Standing::Over,
                (_, Standing::Over) => return Err(illegal(line, "the run was over before it")),
                (JournalEvent::Approved { .. }, _) => Standing::Approved,
                (JournalEvent::Rejected { .. }, _) => Standing::Over,
                (JournalEvent::Ended { ending: Ending::Halted { .. } }, standing) => standing,
                (JournalEvent::Ended { .. }, _) => Standing::Over,
                (_, standing) => standing,
            };
            if let JournalEvent::Replanned { digest, plan } = &entry.event
                && plan.digest() != *digest
            {
                return Err(illegal(line, "the plan's digest is another one"));
            }
            if !run.apply(entry.at, &entry.event) {
                return Err(illegal(line, "the step was not where this entry says"));
            }
            run.doubt(&entry.event);
        }
        Ok((run, standing))
    }

    /// A person's wish to stop, or a window's end, held for the run that was stopped; a failure holds on.
    pub(super) fn forgive(&mut self) {
        let has_failed = |status: Status| !matches!(status, Status::Waiting | Status::Started) && !status.is_behind();
        let is_forward = self.direction == Direction::Forward;
        let failed = self.plan.steps().any(|step| has_failed(self.status(step.id))) || !self.unwell.is_empty();
        if !(is_forward && failed) {
            self.stopping = None;
        }
    }
}

/// Whether the entry before this one is a no.
fn is_rejected(entries: &[JournalEntry], index: usize) -> bool {
    before(entries, index).is_some_and(|event| matches!(event, JournalEvent::Rejected { .. }))
}

/// Whether the entry before this one ended the run.
fn is_after_an_ending(entries: &[JournalEntry], index: usize) -> bool {
    before(entries, index).is_some_and(|event| matches!(event, JournalEvent::Ended { .. }))
}

fn before(entries: &[JournalEntry], index: usize) -> Option<&JournalEvent> {
    index.checked_sub(1).and_then(|before| entries.get(before)).map(|entry| &entry.event)
}
