//! Apply, resume, roll back: a run driven to its end, with its journal, its evidence and its lock.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::evidence::{keep, replace};
use super::operations::plan_with;
use super::{
    Approver, Clock, Connection, Host, Journal, JournalError, Lock, OperationError, Progress, Stop, drive, lock_folder,
    raise_descriptor_limit,
};
use crate::document;
use crate::gates::check_waivers;
use crate::job::Job;
use crate::plan::Plan;
use crate::policy::Policy;
use crate::report::Report;
use crate::run::{Changes, EVIDENCE_FOLDER, IllegalEntry, JournalEntry, JournalEvent, Outcome, Run, RunEvent};
use crate::time::UnixTime;

/// What `apply` is given besides the connection and the policy.
pub struct Apply {
    /// A plan that was made before; `None` plans now.
    pub plan: Option<Plan>,
    /// Where the run keeps its journal, its evidence and what it changed; made if it is not there.
    pub folder: PathBuf,
    /// Where locks are kept, when not in the user's own folder for state. A folder that a team shares keeps its members
    /// from acting on one vCenter at the same time.
    pub locks: Option<PathBuf>,
    /// Who approves.
    pub approver: Arc<Approver>,
}

/// What `resume` is given besides the connection.
pub struct Resume {
    /// The run's folder.
    pub folder: PathBuf,
    /// As for [`Apply`].
    pub locks: Option<PathBuf>,
    /// Who approves what was not approved yet.
    pub approver: Arc<Approver>,
    /// The end of the maintenance window that it goes on in; `None` for none, whatever the first one was.
    pub until: Option<UnixTime>,
}

/// What `rollback` is given besides the connection.
pub struct Rollback {
    /// The folder of the run that is taken back.
    pub folder: PathBuf,
    /// As for [`Apply`].
    pub locks: Option<PathBuf>,
    /// Who approves.
    pub approver: Arc<Approver>,
    /// Gates that are passed besides those that the run passed, each with the reason.
    pub waivers: BTreeMap<String, String>,
}

/// The journal's file in a run's folder.
const JOURNAL: &str = "journal.jsonl";
/// What is told of a run that is over, in its folder: what it changed, for programs and in words, and at last how it ended.
const FILES: [&str; 3] = ["changes.json", "changes.txt", OUTCOME];
const OUTCOME: &str = "outcome.json";

/// Carries out a plan behind its approval, with a journal. `Err(report)` inside when there is nothing to carry out, which of
/// a given plan without steps says nothing of the world: that is looked at all the same.
pub async fn apply(
    connection: &Connection,
    policy: &Policy,
    apply: Apply,
    clock: &impl Clock,
    stop: &Stop,
    mut progress: impl FnMut(Progress<'_>),
) -> Result<Result<Outcome, Box<Report>>, OperationError> {
    check_waivers(policy)?;
    let host = Arc::new(connection.host(Some(apply.approver))?);
    let given = match apply.plan {
        Some(plan) if !plan.is_empty() => plan,
        given => {
            let report = plan_with(&host, connection, policy, clock, stop, &mut progress).await?;
            match &report.plan {
                Some(plan) if !plan.is_empty() && given.is_none() => plan.clone(),
                _ => return Ok(Err(Box::new(report))),
            }
        }
    };
    make_folder(&apply.folder)?;
    let job = connection.job()?;
    let _locks = take_locks(apply.locks, &apply.folder, &job.vcenter, &given, clock)?;
    let journal = Journal::create(apply.folder.join(JOURNAL))?;
    let run = Run::new(given, policy.clone(), job, clock.now());
    let work = Work { run, journal, folder: apply.folder, host };
    work.finish(connection, clock, stop, progress).await.map(Ok)
}

/// Goes on where the journal in a run's folder ends, be it on the way or back. Of a run that is over, what its process could
/// not write down any more is written, and nobody is asked.
pub async fn resume(
    connection: &Connection,
    resume: Resume,
    clock: &impl Clock,
    stop: &Stop,
    progress: impl FnMut(Progress<'_>),
) -> Result<Outcome, OperationError> {
    let Resume { folder, locks, approver, until } = resume;
    let (job, host) = (connection.job()?, Arc::new(connection.host(Some(approver))?));
    if let Some(outcome) = tell_of_what_is_over(&folder, locks.clone(), &job, clock)? {
        return Ok(outcome);
    }
    let recover = |entries: &[JournalEntry]| Run::recover(entries, job.clone(), until, clock.now());
    let (run, journal, _locks) = reopen(&folder, locks, &job.vcenter, clock, recover)?;
    Work { run, journal, folder, host }.finish(connection, clock, stop, progress).await
}

/// Takes back what the run in a folder did, in the reverse of its order, as far as its steps can be; in the same journal.
pub async fn rollback(
    connection: &Connection,
    rollback: Rollback,
    clock: &impl Clock,
    stop: &Stop,
    progress: impl FnMut(Progress<'_>),
) -> Result<Outcome, OperationError> {
    let Rollback { folder, locks, approver, waivers } = rollback;
    let (job, host) = (connection.job()?, Arc::new(connection.host(Some(approver))?));
    let recover = |entries: &[JournalEntry]| Run::roll_back(entries, job.clone(), waivers.clone(), clock.now());
    let (run, journal, _locks) = reopen(&folder, locks, &job.vcenter, clock, recover)?;
    check_waivers(run.policy())?;
    Work { run, journal, folder, host }.finish(connection, clock, stop, progress).await
}

/// A run, and where it keeps what it does.
struct Work {
    run: Run,
    journal: Journal<JournalEntry>,
    folder: PathBuf,
    host: Arc<Host>,
}

impl Work {
    async fn finish(
        self,
        connection: &Connection,
        clock: &impl Clock,
        stop: &Stop,
        mut progress: impl FnMut(Progress<'_>),
    ) -> Result<Outcome, OperationError> {
        let Self { mut run, mut journal, folder, host } = self;
        raise_descriptor_limit(connection.concurrency.unwrap_or(64));
        let mut plan = run.plan().clone();
        let record = |events: Vec<RunEvent>| -> Result<(), JournalError> {
            // Evidence first: what a line of the journal says was kept, is.
            for event in &events {
                if let RunEvent::Evidence(evidence) = event {
                    keep(&folder.join(EVIDENCE_FOLDER), evidence)?;
                }
            }
            journal.append_all(events.iter().filter_map(|event| match event {
                RunEvent::Journal(entry) => Some(entry),
                RunEvent::Evidence(_) | RunEvent::Looking(_) => None,
            }))?;
            for event in &events {
                match event {
                    RunEvent::Journal(entry) => {
                        if let JournalEvent::Replanned { plan: new, .. } = &entry.event {
                            plan.clone_from(new);
                        }
                        progress(Progress::Running { entry, plan: &plan });
                    }
                    RunEvent::Evidence(_) => {}
                    RunEvent::Looking(event) => progress(Progress::Looking(event)),
                }
            }
            Ok(())
        };
        drive(&mut run, &host, clock, stop, record).await?;
        if run.is_as_it_was() {
            return outcome(&run, &folder);
        }
        write_down(&run, &folder)
    }
}

fn outcome(run: &Run, folder: &Path) -> Result<Outcome, OperationError> {
    Outcome::of(run, Some(folder.join(JOURNAL).display().to_string())).ok_or(OperationError::NoEnding)
}

/// Keeps what is told of a run that is over, each file whole or not at all.
fn write_down(run: &Run, folder: &Path) -> Result<Outcome, OperationError> {
    let outcome = outcome(run, folder)?;
    let changes = Changes::of(run).ok_or(OperationError::NoEnding)?;
    for (name, text) in FILES.iter().zip([document::text(&changes), changes.in_words(), document::text(&outcome)]) {
        let path = folder.join(name);
        if let Err(why) = replace(&path, &text) {
            return Err(OperationError::Changes { path, why, outcome: Box::new(outcome) });
        }
    }
    Ok(outcome)
}

/// The outcome of a run that is over, when its process ended before all was written that is told of it. `None` for one that
/// can be gone on with.
fn tell_of_what_is_over(
    folder: &Path,
    locks: Option<PathBuf>,
    job: &Job,
    clock: &impl Clock,
) -> Result<Option<Outcome>, OperationError> {
    let path = folder.join(JOURNAL);
    let read = || -> Result<Option<Run>, OperationError> {
        Ok(Run::ended(&Journal::<JournalEntry>::read(&path)?.entries, job.clone(), clock.now())?)
    };
    let Some(seen) = read()? else { return Ok(None) };
    // Those of an earlier part of the run tell how that one ended.
    let told = std::fs::read_to_string(folder.join(OUTCOME)).ok();
    let told = told.and_then(|text| document::read_outcome(&text).ok());
    let is_told = told.is_some_and(|told| Some(&told.ending) == seen.ending());
    if is_told && FILES.iter().all(|name| folder.join(name).exists()) {
        return Err(OperationError::Over { folder: folder.to_owned() });
    }
    let _locks = take_locks(locks, folder, &job.vcenter, seen.plan(), clock)?;
    // Until the locks are held another process may have begun to take it back.
    read()?.map(|run| write_down(&run, folder)).transpose()
}

fn make_folder(path: &Path) -> Result<(), OperationError> {
    std::fs::create_dir_all(path).map_err(|why| OperationError::Folder { path: path.to_owned(), why })
}

/// The run in a folder, its journal open to be continued, and the locks. The journal is only read before the locks are
/// held: until then another process may be writing it.
fn reopen(
    folder: &Path,
    locks: Option<PathBuf>,
    vcenter: &str,
    clock: &impl Clock,
    recover: impl Fn(&[JournalEntry]) -> Result<Run, IllegalEntry>,
) -> Result<(Run, Journal<JournalEntry>, Vec<Lock>), OperationError> {
    let path = folder.join(JOURNAL);
    let seen = recover(&Journal::<JournalEntry>::read(&path)?.entries)?;
    let locks = take_locks(locks, folder, vcenter, seen.plan(), clock)?;
    let (journal, recovered) = Journal::<JournalEntry>::resume(&path)?;
    Ok((recover(&recovered.entries)?, journal, locks))
}

/// By the vCenter's own uuid, and by the address that it is called by: one who does not know the uuid is kept out too.
fn take_locks(
    locks: Option<PathBuf>,
    folder: &Path,
    vcenter: &str,
    plan: &Plan,
    clock: &impl Clock,
) -> Result<Vec<Lock>, OperationError> {
    let beside = || folder.parent().unwrap_or(folder).join("locks");
    let locks = locks.or_else(lock_folder).unwrap_or_else(beside);
    make_folder(&locks)?;
    let targets = std::iter::once(vcenter).chain(plan.instance_uuid.as_deref());
    let taken: Result<Vec<Lock>, _> = targets.map(|target| Lock::take(&locks, target, folder, clock.now())).collect();
    Ok(taken?)
}
