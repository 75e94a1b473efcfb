//! What can be seen of a run from outside, and how it is kept.

use super::journal::Status;
use super::track::Direction;
use super::{Ending, Part, Phase, Run, SNAPSHOT};
use crate::diagnostic::Diagnostic;
use crate::facts::Facts;
use crate::machine::{Misuse, RequestId};
use crate::plan::{Plan, StepId};
use crate::policy::Policy;
use crate::report::Report;
use crate::request::Response;

impl Run {
    /// Whether this can be an answer to something that is open. Misuse changes nothing.
    pub(super) fn check(&self, id: RequestId, response: Option<&Response>) -> Result<(), Misuse> {
        match &self.phase {
            Phase::Approving(asked) if *asked == id => Ok(()),
            Phase::Checking(survey) | Phase::Proving(survey) => survey.check(id, response),
            Phase::Working | Phase::Leaving if self.changes.contains_key(&id) => Ok(()),
            Phase::Working | Phase::Leaving => self.inquiry.check(id, response),
            Phase::New | Phase::Approving(_) | Phase::Settling(_) | Phase::Over => Err(Misuse::NoSuchRequest(id.0)),
        }
    }

    /// The plan that is carried out.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What the user allows.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Where a step stands.
    pub fn status(&self, step: StepId) -> Status {
        self.status.get(&step).copied().unwrap_or_default()
    }

    /// Why a step failed or was not reached.
    pub fn why(&self, step: StepId) -> Option<&str> {
        self.why_failed.get(&step).map(String::as_str)
    }

    /// What a step made, such as a certificate signing request.
    pub fn made(&self, step: StepId) -> Option<&str> {
        self.made.get(&step).map(String::as_str)
    }

    /// How it ended, once it is over.
    pub fn ending(&self) -> Option<&Ending> {
        self.ending.as_ref()
    }

    /// True when it was to be taken back and nothing was begun: what is told of the run itself holds as before.
    #[cfg_attr(not(feature = "native"), expect(dead_code, reason = "asked by whoever keeps the run's files"))]
    pub(crate) fn is_as_it_was(&self) -> bool {
        self.direction == Direction::Back && matches!(self.ending, Some(Ending::Refused { .. }))
    }

    /// What was found when the world was looked at after the last act.
    pub fn proof(&self) -> Option<&Report> {
        self.proof.as_ref()
    }

    /// The machine as JSON, to be kept. Only at rest.
    pub fn snapshot(&self) -> Result<Vec<u8>, Misuse> {
        if !self.at_rest {
            return Err(Misuse::NotDrained);
        }
        serde_json::to_vec(self).map_err(|error| Misuse::BadSnapshot { why: error.to_string() })
    }

    /// A machine that was kept. Requests that were open are to be answered, or failed, here.
    pub fn restore(snapshot: &[u8]) -> Result<Self, Misuse> {
        let bad = |why: String| Misuse::BadSnapshot { why };
        let run: Self =
            serde_json::from_slice(snapshot).map_err(|error| bad(format!("it does not read as one: {error}")))?;
        if run.version != SNAPSHOT {
            return Err(bad(format!("it is of version `{}`, and this is `{SNAPSHOT}`", run.version)));
        }
        Ok(run)
    }

    /// What the vCenter looked like when the run last looked.
    pub fn facts(&self) -> &Facts {
        &self.inquiry.facts
    }

    /// Why vCenter could not be asked any more, if that is so.
    pub fn stopped(&self) -> Option<&Diagnostic> {
        self.inquiry.stopped.as_ref()
    }

    /// What an approval of the whole is for, in words.
    pub(super) fn in_words(&self, digest: &str) -> String {
        let short = digest.get(..12).unwrap_or(digest);
        match self.direction {
            Direction::Forward => format!("plan {short}: {}", self.plan.summary()),
            Direction::Back => format!("taking the run back, {short}"),
        }
    }

    /// What a part is, in words.
    pub(super) fn part_in_words(&self, part: &Part) -> String {
        match part {
            Part::Host(id) => {
                let name = self.plan.hosts().find(|host| host.host.id == *id).map_or(&id.0, |host| &host.host.name);
                format!("host `{name}`")
            }
            Part::Step(id) => {
                let title = self.plan.step(*id).map(|step| step.act.title()).unwrap_or_default();
                format!("step {}: {title}", id.0.saturating_add(1))
            }
        }
    }
}
