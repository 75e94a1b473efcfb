//! How a run can end, and how it is told which.

use serde::{Deserialize, Serialize};

use super::{Kept, Run, Status, by_hand, kept, left};
use crate::diagnostic::Diagnostic;
use crate::facts::Facts;
use crate::plan::{Act, Step, StepId, Undo};
use crate::report::Report;

/// How a run ended. A cure is one only when the trouble was looked for again and not found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Everything that the plan cures is gone, as was seen.
    Cured,
    /// A step failed, and what was done on its host is taken back, as was seen; but for what is named.
    RolledBack {
        /// The step that failed.
        step: StepId,
        /// Why.
        why: String,
        /// What is not as it was before the run, on that host and on others.
        #[serde(default)]
        kept: Vec<Kept>,
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
    /// The run was stopped by a person, by the end of its window, or by an approval that was not given, or passed hosts over
    /// because a gate is closed. It can be resumed: what is in doubt is looked at then, and the rest is begun.
    Halted {
        /// Steps that were not begun, and those in doubt.
        remaining: u32,
        /// Why.
        why: String,
    },
    /// A run was taken back, all of it, as was seen; but for what is named.
    TakenBack {
        /// Steps that were taken back.
        steps: u32,
        /// What is not as it was before the run.
        #[serde(default)]
        kept: Vec<Kept>,
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
    // Whatever else happened, what is in doubt is looked at first: no ending that cannot be resumed hides it.
    if let Some(doubt) = in_doubt(run).first() {
        let why = run.stopping.as_ref().map_or_else(|| doubt.clone(), |stopping| format!("{}; {doubt}", stopping.why));
        return Ending::Halted { remaining: run.remaining(), why };
    }
    if let Some(step) = run.plan().steps().find(|step| has_failed(run, step)) {
        let why = run.and_who_refuses(run.why(step.id).unwrap_or("it failed"));
        return Ending::RolledBack { step: step.id, why, kept: kept::of(run) };
    }
    if let Some((step, why)) = unwell(run) {
        return Ending::RolledBack { step, why: run.and_who_refuses(&why), kept: kept::of(run) };
    }
    if let Some(stopping) = run.stopping.as_ref().filter(|_| run.remaining() > 0) {
        return Ending::Halted { remaining: run.remaining(), why: run.and_who_refuses(&stopping.why) };
    }
    if let Some(unseen) = unseen {
        return Ending::Stuck {
            step: None,
            left_behind: vec![format!("the work is done, and could not be looked at: {}", unseen.message)],
            by_hand: vec!["run `iofilter-certs check`".to_owned()],
        };
    }
    let left = left::of(run, facts, proof);
    let unsigned = unsigned(run);
    if !unsigned.is_empty() {
        return Ending::Stuck {
            step: None,
            left_behind: [left.lines, unsigned].concat(),
            by_hand: vec![
                "have the signing requests of this run signed by your CA, then plan again and give them by the setting `host_certificates`"
                    .to_owned(),
            ],
        };
    }
    if left.is_empty() {
        return Ending::Cured;
    }
    let by_hand = by_hand::of(run, facts, &left);
    Ending::Stuck { step: None, left_behind: left.lines, by_hand }
}

/// Steps of which it is not known whether they had their effect.
fn in_doubt(run: &Run) -> Vec<String> {
    let doubtful = run.plan().steps().filter(|step| run.status(step.id) == Status::Started);
    let name = |step: &Step| step.host.as_ref().map_or("vCenter", |host| host.name.as_str()).to_owned();
    doubtful
        .map(|step| format!("`{}`: whether `{}` had its effect is not known", name(step), step.act.title()))
        .collect()
}

/// How a run that was taken back ended.
pub(super) fn of_rollback(run: &Run) -> Ending {
    if run.plan().steps().any(|step| run.status(step.id) == Status::UndoFailed) {
        return stuck(run);
    }
    match run.stopping.as_ref().filter(|_| run.plan().steps().any(|step| run.can_be_undone(step.id))) {
        Some(stopping) => {
            let left = run.plan().steps().filter(|step| run.can_be_undone(step.id)).count();
            Ending::Halted { remaining: u32::try_from(left).unwrap_or(u32::MAX), why: stopping.why.clone() }
        }
        None => run.taken_back(),
    }
}

/// The last step of a host that was not well after its steps, and why.
fn unwell(run: &Run) -> Option<(StepId, String)> {
    run.plan().hosts().find_map(|host| {
        let why = run.unwell.get(&host.host.id)?;
        let last = host.steps.iter().rev().find(|step| run.status(step.id) != Status::Waiting)?;
        Some((last.id, format!("`{}` was not well after its steps: {why}", host.host.name)))
    })
}

/// A step that failed and was taken back; steps before it on its host were taken back with it, and one of them may have
/// given up without being to blame.
fn has_failed(run: &Run, step: &Step) -> bool {
    run.failed.contains(&step.id) && matches!(run.status(step.id), Status::Failed | Status::Undone)
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
        if let Some(task) = run.still_going(step.id) {
            by_hand.push(format!(
                "in the vSphere Client, Monitor > Tasks of `{host}`, wait until the task `{task}` has ended"
            ));
        }
        match &step.undo {
            Undo::By { act, .. } => by_hand.push(act.by_hand(host)),
            Undo::PutBackCaStore => {
                by_hand.push(format!("on `{host}`, put /etc/vmware/ssl/castore.pem back from the list in the journal"));
            }
            Undo::Nothing(_) => {}
        }
    }
    left_behind.extend(run.refusing());
    left_behind.extend(in_doubt(run));
    by_hand.push("then run `iofilter-certs check`".to_owned());
    Ending::Stuck { step: first, left_behind, by_hand }
}

/// Hosts whose certificate waits for the signature of the customer's CA: that is as far as a run can come.
fn unsigned(run: &Run) -> Vec<String> {
    let waits = |step: &&Step| matches!(step.act, Act::RequestSigning { .. }) && run.made(step.id).is_some();
    let hosts = run.plan().steps().filter(waits).filter_map(|step| step.host.as_ref());
    hosts.map(|host| format!("`{}`: its certificate waits for the signature of your CA", host.name)).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::panic, reason = "a test fails by panicking")]

    use super::*;
    use crate::run::journal::JournalEvent;
    use crate::run::testing::{plan, run};
    use crate::run::{Outcome, StopCause};
    use crate::time::UnixTime;

    #[test]
    fn what_is_in_doubt_on_one_host_is_not_hidden_by_the_failure_of_another() {
        let now = UnixTime(1_770_000_000);
        let mut run = run(plan(), now);
        let (failed, doubtful) = (StepId(0), StepId(2));
        let why = || "vCenter said no".to_owned();
        for event in [
            JournalEvent::Started { step: failed, saved: None },
            JournalEvent::Started { step: doubtful, saved: None },
            JournalEvent::Failed { step: failed, why: why() },
            JournalEvent::Stopping { why: why(), cause: StopCause::Failure },
            JournalEvent::UndoStarted { step: failed },
            JournalEvent::UndoFinished { step: failed },
        ] {
            run.record(now, event);
        }
        let facts = Facts::nothing_yet("vc:443", now);
        let report = Report::of(&facts, None, run.policy());
        let ended = |run: &Run| of(run, &facts, &report, None);
        let Ending::Halted { why, .. } = ended(&run) else { panic!("{:?}", ended(&run)) };
        assert!(why.contains("vCenter said no") && why.contains("`esx2`"), "{why}");
        let ending = ended(&run);
        run.end(now, ending);
        assert!(Outcome::of(&run, None).is_some_and(|outcome| outcome.changed()), "it may have been changed");
        run.record(now, JournalEvent::Succeeded { step: doubtful });
        assert!(matches!(ended(&run), Ending::RolledBack { step, .. } if step == failed), "{:?}", ended(&run));
    }

    #[test]
    fn a_step_that_acted_and_did_not_reach_its_end_counts_as_a_change() {
        let now = UnixTime(1_770_000_000);
        for acted in [true, false] {
            let mut run = run(plan(), now);
            if acted {
                run.record(now, JournalEvent::Started { step: StepId(0), saved: None });
            }
            run.record(now, JournalEvent::NotReached { step: StepId(0), why: String::new() });
            run.end(now, Ending::Refused { why: String::new() });
            let outcome = Outcome::of(&run, None);
            assert_eq!(outcome.map(|outcome| outcome.changed()), Some(acted));
        }
    }

    #[test]
    fn a_plan_without_steps_is_not_cured() {
        use crate::machine::{Input, Machine as _, Output};
        let now = UnixTime(1_770_000_000);
        let mut run = run(crate::plan::Plan { lanes: Vec::new(), ..plan() }, now);
        assert_eq!(run.handle(now, Input::Wake), Ok(()));
        assert_eq!(run.poll(), Output::Done, "nothing is written and nobody is asked");
        assert!(matches!(run.ending(), Some(Ending::Refused { .. })), "{:?}", run.ending());
    }
}
