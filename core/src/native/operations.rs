//! Check and plan: the survey driven to its end with real sockets. Every face calls these, and those of `runs`.

use std::path::PathBuf;
use std::sync::Arc;

use super::failure::plain;
use super::{
    Clock, Connection, ConnectionError, DriveError, Host, JournalError, LockError, Stop, drive, raise_descriptor_limit,
};
use crate::gates::check_waivers;
use crate::plan::{Plan, Ways};
use crate::policy::Policy;
use crate::report::Report;
use crate::run::{IllegalEntry, JournalEntry, Outcome};
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
    Policy(#[from] crate::gates::NoSuchGate),
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
    /// The run is over, and what is told of it cannot be written down.
    #[error("the run is over and its journal is whole, but `{}` cannot be written: {why}; free or change what stands in the way, then run `resume`, which writes it", path.display(), why = plain(.why))]
    Changes {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        why: std::io::Error,
        /// What cannot be written.
        outcome: Box<Outcome>,
    },
    /// A run that is over was to be gone on with.
    #[error("the run in `{0}` is over, and there is nothing to resume; how it ended is in `{0}/outcome.json`", folder.display())]
    Over {
        /// The run's folder.
        folder: PathBuf,
    },
    /// The folder for the run, or for locks, cannot be made.
    #[error("the folder `{}` cannot be made: {why}; give another by the setting `run_dir` or the setting `lock_dir`", path.display())]
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

/// Looks and judges. Changes nothing.
pub async fn check(
    connection: &Connection,
    policy: &Policy,
    clock: &impl Clock,
    stop: &Stop,
    progress: impl FnMut(Progress<'_>),
) -> Result<Report, OperationError> {
    let host = Arc::new(connection.host(None)?);
    check_with(&host, connection, policy, clock, stop, progress).await
}

async fn check_with(
    host: &Arc<Host>,
    connection: &Connection,
    policy: &Policy,
    clock: &impl Clock,
    stop: &Stop,
    progress: impl FnMut(Progress<'_>),
) -> Result<Report, OperationError> {
    check_waivers(policy)?;
    let survey = survey(host, connection, clock, stop, progress).await?;
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
    let host = Arc::new(connection.host(None)?);
    plan_with(&host, connection, policy, clock, stop, progress).await
}

/// The same with a host program that is used for more than this.
pub(super) async fn plan_with(
    host: &Arc<Host>,
    connection: &Connection,
    policy: &Policy,
    clock: &impl Clock,
    stop: &Stop,
    progress: impl FnMut(Progress<'_>),
) -> Result<Report, OperationError> {
    let mut report = check_with(host, connection, policy, clock, stop, progress).await?;
    if let (None, Some(facts)) = (&report.stopped, &report.facts) {
        let ways = Ways::of(&connection.job()?);
        report.plan = Some(crate::plan::plan(facts, &report.judgement(), policy, ways));
    }
    Ok(report)
}

async fn survey(
    host: &Arc<Host>,
    connection: &Connection,
    clock: &impl Clock,
    stop: &Stop,
    mut progress: impl FnMut(Progress<'_>),
) -> Result<Survey, OperationError> {
    let job = connection.job()?;
    raise_descriptor_limit(job.concurrency);
    let mut survey = Survey::new(job, clock.now());
    let tell = |events: Vec<SurveyEvent>| {
        for event in &events {
            progress(Progress::Looking(event));
        }
        Ok::<(), std::convert::Infallible>(())
    };
    drive(&mut survey, host, clock, stop, tell).await?;
    Ok(survey)
}
