//! SSH on a host is closed by who opened it, and by nobody else: a person may have it open for work of their own.

use super::Run;
use super::journal::Status;
use crate::plan::{Act, Step, StepId, Undo};

impl Run {
    /// Whether the step would stop a service that this run found running when its turn came.
    pub(super) fn was_open_before(&self, id: StepId) -> bool {
        let Some(step) = self.plan.step(id) else { return false };
        let Some(opener) = self.plan.steps().find(|other| is_opened_by(step, other)) else { return false };
        self.status(opener.id) == Status::Skipped
    }

    /// Whether the service that the step started was stopped again by this run, for good: whoever runs it now is another.
    pub(super) fn is_closed_already(&self, id: StepId) -> bool {
        let Some(step) = self.plan.step(id) else { return false };
        let mut closers = self.plan.steps().filter(|other| is_opened_by(other, step));
        let is_behind = |closer: &Step| self.acted.contains(&closer.id) && !self.failed.contains(&closer.id);
        closers.any(|closer| matches!(closer.undo, Undo::Nothing(_)) && is_behind(closer))
    }
}

/// Whether `closer` stops what `opener` started.
fn is_opened_by(closer: &Step, opener: &Step) -> bool {
    match (&opener.act, &closer.act) {
        (Act::StartService { host, service }, Act::StopService { host: other, service: same }) => {
            host == other && service == same
        }
        _ => false,
    }
}
