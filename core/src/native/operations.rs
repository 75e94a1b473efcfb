//! Check, plan, apply, resume: the machines driven to their ends with real sockets. Every face calls these.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{
    Approver, Clock, Connection, ConnectionError, DriveError, Journal, JournalError, Lock, LockError, Stop, drive,
    raise_descriptor_limit,
};
use crate::plan::{Plan, Ways};
use crate::policy::Policy;
use crate::report::Report;
use crate::run::{IllegalEntry, JournalEntry, Outcome, Run, RunEvent};
use crate::survey::{Survey, SurveyEvent};

/// How far an operation is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress<'a> {
    /// A survey goes on.
    Looking(&'a SurveyEvent),
    /// Something happened in a run; `plan` tells what its steps are.
    Running {
        /// The entry as it stands in the journal.
        entry: &'a JournalEntry,
        /// The plan.
        plan: &'a Plan,
    },
}

/// Why an operation did not come to its end. What was learned or done before is in the journal.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OperationError {
    /// What the user said cannot be used.
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    /// A waiver is for a gate that there is not.
    #[error(transparent)]
    Policy(#[from] crate::policy::NoSuchGate),
    /// The journal cannot be written or read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Another run works on this vCenter.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The journal tells of something that cannot have happened.
    #[error(transparent)]
    Illegal(#[from] IllegalEntry),
    /// A survey could not be driven to its end.
    #[error(transparent)]
    Survey(#[from] DriveError<std::convert::Infallible>),
    /// A run could not be driven to its end.
    #[error(transparent)]
    Run(#[from] DriveError<JournalError>),
    /// The folder for the run cannot be made.
    #[error("the folder `{}` for the run cannot be made: {why}; give another with `--run-dir`", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the operating system said.
        why: std::io::Error,
    },
    /// The run ended without saying how. Please report it.
    #[error("this is a mistake in iofilter-certs, please report it: the run ended without an ending")]
    NoEnding,
}

/// What `apply` is given besides the connection and the policy.
pub struct Apply {
    /// A plan that was made before; `None` plans now.
    pub plan: Option<Plan>,
    /// Where the journal is kept; made if it is not there.
    pub folder: PathBuf,
    /// Who approves.
    pub approver: Arc<Approver>,
}

/// The journal's file in a run's folder.
const JOURNAL: &str = "journal.jsonl";
/// The folder's name for locks, beside the folders of runs.
const LOCKS: &str = "locks";

/// Looks and judges. Changes nothing.
pub async fn check(
    connection: &Connection,
    policy: &Policy,
    clock: &impl Clock,
    stop: &Stop,
    progress: impl FnMut(Progress<'_>),
) -> Result<Report, OperationError> {
    policy.validate()?;
    let survey = survey(connection, clock, stop, progress).await?;
    let mut report = Report::of(survey.facts(), survey.stopped(), policy);
    report.facts = Some(survey.into_facts());
    Ok(report)
}

/// Looks, judges and plans. Changes nothing.
pub async fn plan(
    connection: &Connection,
    policy: &Policy,
    clock: &impl Clock,
    stop: &Stop,
    progress: impl FnMut(Progress<'_>),
) -> Result<Report, OperationError> {
    let mut report = check(connection, policy, clock, stop, progress).await?;
    if let (None, Some(facts)) = (&report.stopped, &report.facts) {
        let ways = Ways::of(&connection.job()?);
        report.plan = Some(crate::plan::plan(facts, &report.judgement(), policy, ways));
    }
    Ok(report)
}

/// Carries out a plan behind its approval, with a journal. `Err(report)` inside when there is nothing to carry out.
pub async fn apply(
    connection: &Connection,
    policy: &Policy,
    apply: Apply,
    clock: &impl Clock,
    stop: &Stop,
    mut progress: impl FnMut(Progress<'_>),
) -> Result<Result<Outcome, Box<Report>>, OperationError> {
    policy.validate()?;
    let given = if let Some(plan) = apply.plan {
        plan
    } else {
        let report = plan(connection, policy, clock, stop, &mut progress).await?;
        match &report.plan {
            Some(plan) if !plan.is_empty() => plan.clone(),
            _ => return Ok(Err(Box::new(report))),
        }
    };
    make_folder(&apply.folder)?;
    let job = connection.job()?;
    let _lock = take_lock(&apply.folder, &job.vcenter)?;
    let path = apply.folder.join(JOURNAL);
    let journal = Journal::create(&path)?;
    let run = Run::new(given, policy.clone(), job, clock.now());
    finish(connection, run, journal, path, apply.approver, clock, stop, progress).await.map(Ok)
}

/// Goes on where the journal in `folder` ends.
pub async fn resume(
    connection: &Connection,
    folder: PathBuf,
    approver: Arc<Approver>,
    clock: &impl Clock,
    stop: &Stop,
    progress: impl FnMut(Progress<'_>),
) -> Result<Outcome, OperationError> {
    let job = connection.job()?;
    let path = folder.join(JOURNAL);
    let (journal, recovered) = Journal::<JournalEntry>::resume(&path)?;
    let _lock = take_lock(&folder, &job.vcenter)?;
    let run = Run::recover(&recovered.entries, job, clock.now())?;
    finish(connection, run, journal, path, approver, clock, stop, progress).await
}

async fn survey(
    connection: &Connection,
    clock: &impl Clock,
    stop: &Stop,
    mut progress: impl FnMut(Progress<'_>),
) -> Result<Survey, OperationError> {
    let job = connection.job()?;
    raise_descriptor_limit(job.concurrency);
    let host = Arc::new(connection.host(None)?);
    let mut survey = Survey::new(job, clock.now());
    let tell = |event: SurveyEvent| {
        progress(Progress::Looking(&event));
        Ok::<(), std::convert::Infallible>(())
    };
    drive(&mut survey, &host, clock, stop, tell).await?;
    Ok(survey)
}

#[expect(clippy::too_many_arguments, reason = "each is one thing that a run needs, named where it is called")]
async fn finish(
    connection: &Connection,
    mut run: Run,
    mut journal: Journal<JournalEntry>,
    path: PathBuf,
    approver: Arc<Approver>,
    clock: &impl Clock,
    stop: &Stop,
    mut progress: impl FnMut(Progress<'_>),
) -> Result<Outcome, OperationError> {
    raise_descriptor_limit(connection.concurrency.unwrap_or(64));
    let host = Arc::new(connection.host(Some(approver))?);
    let plan = run.plan().clone();
    let record = |event: RunEvent| -> Result<(), JournalError> {
        match event {
            RunEvent::Journal(entry) => {
                journal.append(&entry)?;
                progress(Progress::Running { entry: &entry, plan: &plan });
            }
            RunEvent::Looking(event) => progress(Progress::Looking(&event)),
        }
        Ok(())
    };
    drive(&mut run, &host, clock, stop, record).await?;
    Outcome::of(&run, Some(path.display().to_string())).ok_or(OperationError::NoEnding)
}

fn make_folder(path: &Path) -> Result<(), OperationError> {
    std::fs::create_dir_all(path).map_err(|why| OperationError::Folder { path: path.to_owned(), why })
}

/// Locks stand beside the folders of runs, so that two runs with folders of their own still see each other.
fn take_lock(folder: &Path, vcenter: &str) -> Result<Lock, OperationError> {
    let locks = folder.parent().unwrap_or(folder).join(LOCKS);
    make_folder(&locks)?;
    Ok(Lock::take(locks, vcenter)?)
}
