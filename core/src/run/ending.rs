//! How a run can end, and how it is told which.

use serde::{Deserialize, Serialize};

use super::{Run, Status};
use crate::diagnostic::Diagnostic;
use crate::facts::Facts;
use crate::plan::{Step, StepId, Undo};
use crate::report::Report;

/// How a run ended. A cure is one only when the trouble was looked for again and not found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Everything that the plan cures is gone, as was seen.
    Cured,
    /// A step failed, and what was done on its host is taken back, as was seen.
    RolledBack {
        /// The step that failed.
        step: StepId,
        /// Why.
        why: String,
    },
    /// Neither forward nor back: a person must look. Comes before everything else in what is shown.
    Stuck {
        /// The step, if one is to blame; `None` when all went well and the trouble is still there.
        step: Option<StepId>,
        /// What is not as it should be, one line each.
        left_behind: Vec<String>,
        /// What to do by hand, one line each, in order.
        by_hand: Vec<String>,
    },
    /// A person stopped the run: what was begun is finished, the rest was not begun. It can be resumed.
    Halted {
        /// Steps that were not begun.
        remaining: u32,
    },
    /// Nothing was done.
    Refused {
        /// Why.
        why: String,
    },
}

/// How `run` ended, given what was seen afterwards and how that is judged.
pub(super) fn of(run: &Run, facts: &Facts, proof: &Report, unseen: Option<&Diagnostic>) -> Ending {
    let with = |wanted: Status| run.plan().steps().find(move |step| run.status(step.id) == wanted);
    if with(Status::UndoFailed).is_some() {
        return stuck(run);
    }
    let has_failed = run.plan().steps().any(|step| failed_first(run, step));
    if has_failed && let Some(stuck) = not_returned(run, facts) {
        return stuck;
    }
    if let Some(step) = run.plan().steps().find(|step| failed_first(run, step)) {
        let why = run.why(step.id).unwrap_or("it failed").to_owned();
        return Ending::RolledBack { step: step.id, why };
    }
    if let Some(unseen) = unseen {
        return Ending::Stuck {
            step: None,
            left_behind: vec![format!("the work is done, and could not be looked at: {}", unseen.message)],
            by_hand: vec!["run `iofilter-certs check`".to_owned()],
        };
    }
    let remaining = run.plan().steps().filter(|step| run.status(step.id) == Status::Waiting).count();
    if remaining > 0 && run.stopping.is_some() {
        return Ending::Halted { remaining: u32::try_from(remaining).unwrap_or(u32::MAX) };
    }
    let left = still_there(run, proof);
    if left.is_empty() {
        return Ending::Cured;
    }
    Ending::Stuck { step: None, left_behind: left, by_hand: vec!["run `iofilter-certs check`, then `plan`".to_owned()] }
}

/// The step that failed and was taken back; steps before it on its host were taken back with it, and have no reason.
fn failed_first(run: &Run, step: &Step) -> bool {
    run.status(step.id) == Status::Failed || (run.status(step.id) == Status::Undone && run.why(step.id).is_some())
}

/// Providers that were unregistered so that they come back by themselves, and did not because the run failed before.
/// Where the list of providers could not be read afterwards, all of them are told of: not seen is not there.
fn not_returned(run: &Run, facts: &Facts) -> Option<Ending> {
    let (mut first, mut left_behind, mut by_hand) = (None, Vec::new(), Vec::new());
    for step in run.plan().last.iter().filter(|step| run.status(step.id) == Status::Succeeded) {
        let (Undo::Impossible(what), Some(host)) = (&step.undo, &step.host) else { continue };
        let own = facts.hosts.get(&host.id).and_then(|host| facts.providers_of(host).next());
        if facts.provider_list.value().is_none() || own.is_none() {
            first.get_or_insert(step.id);
            left_behind.push(format!("`{}`: its storage provider was unregistered and is not seen again", host.name));
            by_hand.push(format!("`{}`: {what}", host.name));
        }
    }
    first.map(|step| Ending::Stuck { step: Some(step), left_behind, by_hand })
}

fn stuck(run: &Run) -> Ending {
    let mut left_behind = Vec::new();
    let mut by_hand = Vec::new();
    let mut first = None;
    for step in run.plan().steps().filter(|step| run.status(step.id) == Status::UndoFailed) {
        let host = step.host.as_ref().map_or("vCenter", |host| host.name.as_str());
        let why = run.why(step.id).unwrap_or("it could not be taken back");
        first.get_or_insert(step.id);
        left_behind.push(format!("`{host}`: `{}` was not taken back: {why}", step.act.title()));
        by_hand.push(match &step.undo {
            Undo::By { act, .. } => act.by_hand(host),
            Undo::PutBackCaStore => {
                format!("on `{host}`, put /etc/vmware/ssl/castore.pem back from the list in the journal")
            }
            Undo::Impossible(what) | Undo::Nothing(what) => format!("`{host}`: {what}"),
        });
    }
    Ending::Stuck { step: first, left_behind, by_hand }
}

/// The findings that the plan was to cure and that are still there, at the same host.
fn still_there(run: &Run, proof: &Report) -> Vec<String> {
    let mut left = Vec::new();
    for host in run.plan().hosts() {
        for finding in proof.root_causes() {
            let is_here = finding.place.host.as_deref() == Some(host.host.id.0.as_str());
            if is_here && host.cures.contains(&finding.diagnostic.code) {
                left.push(format!("`{}`: {}", host.host.name, finding.diagnostic.message));
            }
        }
    }
    left
}
