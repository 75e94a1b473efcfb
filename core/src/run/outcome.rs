//! What a run did, for people and programs.

use serde::{Deserialize, Serialize};

use super::{Ending, Run, Status};
use crate::plan::Plan;
use crate::report::Report;

/// The version of the shape of [`Outcome`].
pub const OUTCOME_SCHEMA: &str = "iofilter-certs/outcome/1";

/// A run that is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// [`OUTCOME_SCHEMA`].
    pub schema: String,
    /// How it ended.
    pub ending: Ending,
    /// The plan, with what is left alone and why.
    pub plan: Plan,
    /// What became of each step.
    pub steps: Vec<StepOutcome>,
    /// Where the journal is, if one was kept.
    pub journal: Option<String>,
    /// What was found when the world was looked at afterwards.
    pub after: Option<Report>,
}

/// What became of one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepOutcome {
    /// The step's place in the plan.
    pub id: u32,
    /// The host's name; `None` for the vCenter.
    pub host: Option<String>,
    /// What it does.
    pub title: String,
    /// Where it stands.
    pub status: Status,
    /// True when its change was sent, or may have been, and was not taken back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub acted: bool,
    /// Why it failed or was not reached, if so.
    pub why: Option<String>,
    /// What it made, such as a certificate signing request in PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<String>,
    /// The file in the run's folder that holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<String>,
}

impl Outcome {
    /// The outcome of a run that is over.
    pub fn of(run: &Run, journal: Option<String>) -> Option<Self> {
        let steps = run.plan().steps().map(|step| StepOutcome {
            id: step.id.0,
            host: step.host.as_ref().map(|host| host.name.clone()),
            title: step.act.title(),
            status: run.status(step.id),
            acted: run.has_acted(step.id),
            why: run.why(step.id).map(str::to_owned),
            made: run.made(step.id).map(str::to_owned),
            kept: run.made(step.id).and(step.host.as_ref()).map(super::evidence::kept_at),
        });
        Some(Self {
            schema: OUTCOME_SCHEMA.to_owned(),
            ending: run.ending()?.clone(),
            plan: run.plan().clone(),
            steps: steps.collect(),
            journal,
            after: run.proof().cloned(),
        })
    }

    /// True when something on a host or on vCenter was changed, or may have been, and was not taken back.
    pub fn changed(&self) -> bool {
        let kept = match &self.ending {
            Ending::RolledBack { kept, .. } | Ending::TakenBack { kept, .. } => !kept.is_empty(),
            Ending::Cured | Ending::Stuck { .. } | Ending::Halted { .. } | Ending::Refused { .. } => false,
        };
        let is_changed = |step: &StepOutcome| match step.status {
            Status::Succeeded | Status::Started | Status::Failed | Status::UndoStarted | Status::UndoFailed => true,
            Status::NotReached => step.acted,
            Status::Waiting | Status::Skipped | Status::Undone => false,
        };
        kept || self.steps.iter().any(is_changed)
    }

    /// The exit code of `apply`, `resume` and `rollback`: 0 cured or taken back, 1 nothing was done, 2 anything else.
    pub fn exit_code(&self) -> u8 {
        match self.ending {
            Ending::Cured | Ending::TakenBack { .. } => 0,
            Ending::Refused { .. } => 1,
            Ending::RolledBack { .. } | Ending::Stuck { .. } | Ending::Halted { .. } => 2,
        }
    }
}
