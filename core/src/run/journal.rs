//! What happened in a run, in order: the truth after a crash.
//!
//! Live and recovered runs go through one transition table, [`Status::after`]. The host program stores each entry, and
//! makes it durable, before it performs the requests that come after it.

use serde::{Deserialize, Serialize};

use super::Ending;
use crate::plan::{Plan, StepId};
use crate::policy::Policy;
use crate::time::UnixTime;

/// One line of a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JournalEntry {
    /// When, by the host program's clock.
    pub at: UnixTime,
    /// What.
    pub event: JournalEvent,
}

/// What can happen in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JournalEvent {
    /// The run began. The plan stands here whole, so that the journal alone is enough to go on.
    Begun {
        /// The plan's digest.
        digest: String,
        /// The plan.
        plan: Box<Plan>,
        /// What the user allows, waived gates with their reasons included.
        policy: Box<Policy>,
    },
    /// The plan may be carried out.
    Approved {
        /// Who approved.
        by: String,
        /// The digest that was approved.
        digest: String,
    },
    /// It may not.
    Rejected {
        /// Why.
        reason: String,
    },
    /// The world was looked at again before the first act, and the plan still fits.
    Fits,
    /// The step is about to act.
    Started {
        /// The step.
        step: StepId,
        /// What is needed to go back, where that is not in the plan.
        saved: Option<SavedCaStore>,
    },
    /// The act began a task on vCenter.
    TaskBegun {
        /// The step.
        step: StepId,
        /// The task's id.
        task: String,
    },
    /// The act gave what it was for, such as a certificate signing request in PEM.
    Made {
        /// The step.
        step: StepId,
        /// What it gave.
        text: String,
    },
    /// The step has done its work, as was seen.
    Succeeded {
        /// The step.
        step: StepId,
    },
    /// The step was not needed, as was seen.
    Skipped {
        /// The step.
        step: StepId,
    },
    /// The step did not reach its end; a stronger one follows.
    NotReached {
        /// The step.
        step: StepId,
        /// Why.
        why: String,
    },
    /// The step failed.
    Failed {
        /// The step.
        step: StepId,
        /// Why.
        why: String,
    },
    /// The step is about to be taken back.
    UndoStarted {
        /// The step.
        step: StepId,
    },
    /// It was taken back, as was seen; or there is nothing to take back.
    UndoFinished {
        /// The step.
        step: StepId,
    },
    /// It could not be taken back.
    UndoFailed {
        /// The step.
        step: StepId,
        /// Why.
        why: String,
    },
    /// Nothing new is begun any more.
    Stopping {
        /// Why.
        why: String,
    },
    /// The run is over.
    Ended {
        /// How.
        ending: Ending,
    },
}

/// A host's CA store as it was just before it was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedCaStore {
    /// Its certificates in PEM, in order.
    pub certificates: Vec<String>,
    /// Its revocation lists in PEM, in order.
    pub revocation_lists: Vec<String>,
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Its turn has not come.
    #[default]
    Waiting,
    /// It acts, or it is not known whether it did.
    Started,
    /// It has done its work.
    Succeeded,
    /// It was not needed.
    Skipped,
    /// It did not reach its end, and need not.
    NotReached,
    /// It failed.
    Failed,
    /// It is being taken back.
    UndoStarted,
    /// It was taken back.
    Undone,
    /// It could not be taken back.
    UndoFailed,
}

/// A journal tells of something that cannot have happened: it is damaged, or of another version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "entry {line} of the journal does not fit what comes before it: {why}; keep the journal and look at the hosts that it names"
)]
pub struct IllegalEntry {
    /// The entry's place, counted from 1.
    pub line: usize,
    /// What does not fit.
    pub why: String,
}

impl Status {
    /// Where a step stands after `event`. `None` when that cannot follow.
    pub fn after(self, event: &JournalEvent) -> Option<Self> {
        match (self, event) {
            // A step in doubt is looked at after a crash and may act once more.
            (Self::Waiting | Self::Started, JournalEvent::Started { .. }) => Some(Self::Started),
            (Self::Started, JournalEvent::TaskBegun { .. } | JournalEvent::Made { .. }) => Some(Self::Started),
            (Self::Started, JournalEvent::Succeeded { .. }) => Some(Self::Succeeded),
            (Self::Waiting, JournalEvent::Skipped { .. }) => Some(Self::Skipped),
            (Self::Started | Self::Waiting, JournalEvent::NotReached { .. }) => Some(Self::NotReached),
            (Self::Started | Self::Waiting, JournalEvent::Failed { .. }) => Some(Self::Failed),
            (
                Self::Succeeded | Self::Failed | Self::NotReached | Self::UndoStarted,
                JournalEvent::UndoStarted { .. },
            ) => Some(Self::UndoStarted),
            (Self::UndoStarted, JournalEvent::UndoFinished { .. }) => Some(Self::Undone),
            (Self::UndoStarted, JournalEvent::UndoFailed { .. }) => Some(Self::UndoFailed),
            _ => None,
        }
    }

    /// True when the step needs no more attention on the way forward.
    pub fn is_behind(self) -> bool {
        matches!(self, Self::Succeeded | Self::Skipped | Self::NotReached)
    }
}

impl JournalEvent {
    /// The step that it is about.
    pub fn step(&self) -> Option<StepId> {
        match self {
            Self::Started { step, .. }
            | Self::TaskBegun { step, .. }
            | Self::Made { step, .. }
            | Self::Succeeded { step }
            | Self::Skipped { step }
            | Self::NotReached { step, .. }
            | Self::Failed { step, .. }
            | Self::UndoStarted { step }
            | Self::UndoFinished { step }
            | Self::UndoFailed { step, .. } => Some(*step),
            Self::Begun { .. }
            | Self::Approved { .. }
            | Self::Rejected { .. }
            | Self::Fits
            | Self::Stopping { .. }
            | Self::Ended { .. } => None,
        }
    }
}
