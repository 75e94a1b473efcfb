//! What happened in a run, in order: the truth after a crash.
//!
//! Live and recovered runs go through one transition table, [`Status::after`]. The host program stores each entry, and
//! makes it durable, before it performs the requests that come after it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::evidence::Picture;
use super::{Ending, Part, StopCause};
use crate::certificate::Fingerprint;
use crate::facts::HostId;
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
    /// It does not fit any more, and this plan takes its place. It needs an approval of its own.
    Replanned {
        /// The new plan's digest.
        digest: String,
        /// The new plan.
        plan: Box<Plan>,
    },
    /// What was there before the first act, to be compared with what is there at the end.
    Before {
        /// What was seen.
        picture: Box<Picture>,
    },
    /// What was there after the last act, just before the end.
    After {
        /// What was seen.
        picture: Box<Picture>,
    },
    /// A part of the approved plan may be carried out.
    PartApproved {
        /// The part.
        part: Part,
        /// Who approved.
        by: String,
    },
    /// It may not.
    PartRejected {
        /// The part.
        part: Part,
        /// Why.
        reason: String,
    },
    /// The step is about to act.
    Started {
        /// The step.
        step: StepId,
        /// What is needed to go back, where that is not in the plan.
        saved: Option<SavedCaStore>,
    },
    /// The act, or what takes it back, began a task on vCenter.
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
    /// The step goes on elsewhere, and nobody waits for it any more: whether it reaches its end is in doubt.
    LeftOff {
        /// The step.
        step: StepId,
        /// Why.
        why: String,
    },
    /// The host's turn came, and a gate before it is closed by now: its steps wait, and others go on.
    HostPassedOver {
        /// The host.
        host: HostId,
        /// Why.
        why: String,
    },
    /// All steps of a host are behind, and the host was looked at: what they were to cure is gone, and nothing is new.
    HostProved {
        /// The host.
        host: HostId,
        /// What is still there and is for the steps at the end of the plan, by code.
        left: Vec<String>,
    },
    /// The host was looked at, and is not well: its steps are taken back.
    HostUnwell {
        /// The host.
        host: HostId,
        /// What is not well.
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
        /// What kind of reason it is.
        cause: StopCause,
    },
    /// The run goes on after it was stopped or broken off.
    Resumed {
        /// The end of the maintenance window from now on.
        until: Option<UnixTime>,
    },
    /// What was done is to be taken back, if that is approved.
    TakingBack {
        /// The digest of the steps, in order.
        digest: String,
        /// Gates that are passed besides those of the policy, each with the reason.
        waivers: BTreeMap<String, String>,
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
    /// What the change may add to it: only that is taken out again by whoever goes back, since others may have added to it
    /// by then. A journal that was begun before this was written down tells nothing of it, so nothing is taken out.
    #[serde(default)]
    pub adds: Vec<Fingerprint>,
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
            (Self::Waiting | Self::Started, JournalEvent::Started { .. })
            | (
                Self::Started,
                JournalEvent::TaskBegun { .. } | JournalEvent::Made { .. } | JournalEvent::LeftOff { .. },
            ) => Some(Self::Started),
            (Self::Started, JournalEvent::Succeeded { .. }) => Some(Self::Succeeded),
            (Self::Waiting, JournalEvent::Skipped { .. }) => Some(Self::Skipped),
            (Self::Started | Self::Waiting, JournalEvent::NotReached { .. }) => Some(Self::NotReached),
            (Self::Started | Self::Waiting, JournalEvent::Failed { .. }) => Some(Self::Failed),
            (
                // One in doubt too: when a run is taken back, it is looked at whether there is anything to take back.
                Self::Started | Self::Succeeded | Self::Failed | Self::NotReached | Self::UndoStarted,
                JournalEvent::UndoStarted { .. },
            ) => Some(Self::UndoStarted),
            (Self::UndoStarted, JournalEvent::TaskBegun { .. }) => Some(Self::UndoStarted),
            (Self::UndoStarted, JournalEvent::UndoFinished { .. }) => Some(Self::Undone),
            (Self::UndoStarted, JournalEvent::UndoFailed { .. }) => Some(Self::UndoFailed),
            _ => None,
        }
    }

    /// It in words.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "not begun",
            Self::Started => "in doubt",
            Self::Succeeded => "done",
            Self::Skipped => "not needed",
            Self::NotReached => "not reached",
            Self::Failed => "failed",
            Self::UndoStarted => "undo in doubt",
            Self::Undone => "taken back",
            Self::UndoFailed => "not taken back",
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
            | Self::LeftOff { step, .. }
            | Self::Failed { step, .. }
            | Self::UndoStarted { step }
            | Self::UndoFinished { step }
            | Self::UndoFailed { step, .. } => Some(*step),
            Self::Begun { .. }
            | Self::Approved { .. }
            | Self::Rejected { .. }
            | Self::Fits
            | Self::Replanned { .. }
            | Self::Before { .. }
            | Self::After { .. }
            | Self::PartApproved { .. }
            | Self::PartRejected { .. }
            | Self::HostPassedOver { .. }
            | Self::HostProved { .. }
            | Self::HostUnwell { .. }
            | Self::Stopping { .. }
            | Self::Resumed { .. }
            | Self::TakingBack { .. }
            | Self::Ended { .. } => None,
        }
    }
}
