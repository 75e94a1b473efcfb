//! `plan`: look, judge, and say what would be done.

use iofilter_certs::native::{self, Connection, OperationError, Stop, SystemClock};
use iofilter_certs::plan::plan as make;
use iofilter_certs::policy::Policy;
use iofilter_certs::report::{Report, Verdict};

use super::check::NOTICE;
use crate::args::PlanOptions;
use crate::failure::Failure;
use crate::files;
use crate::progress::{Show, Voice};
use crate::screen::Screen;
use crate::show;
use crate::show::report::Depth;
use crate::signals::with_stop;

/// The exit code is that of the report's verdict: a plan is made where something was found.
pub(crate) fn run(options: &PlanOptions, screen: Screen) -> Result<u8, Failure> {
    let policy = options.limits.policy()?;
    let mut report = match &options.facts {
        Some(path) => {
            let facts = files::facts(path)?;
            let mut report = Report::of(&facts, None, &policy);
            report.plan = Some(make(&facts, &report.judgement(), &policy, options.connection.ways()));
            report
        }
        None => look(&options.connection.connection()?, &policy, screen)?,
    };
    report.facts = None;
    if let (Some(path), Some(plan)) = (&options.out, &report.plan) {
        files::save(path, plan)?;
    }
    screen.result(&report, || in_words(&report));
    if let (Some(path), Some(_)) = (&options.out, report.plan.as_ref().filter(|plan| !plan.is_empty())) {
        screen.aside(&format!("carry it out with `iofilter-certs apply --plan {}`\n", path.display()));
    }
    Ok(report.verdict.exit_code())
}

/// Looks, judges and plans.
pub(crate) fn look(connection: &Connection, policy: &Policy, screen: Screen) -> Result<Report, Failure> {
    let voice = Voice::new(screen);
    let mut show = Show::new(voice.clone());
    let work = async |stop: Stop| -> Result<Report, OperationError> {
        native::plan(connection, policy, &SystemClock, &stop, |progress| show.progress(&progress)).await
    };
    Ok(with_stop(voice, NOTICE.to_owned(), work)??)
}

/// The plan where there is one, and otherwise why there is none.
pub(crate) fn in_words(report: &Report) -> String {
    let has_work = |report: &Report| report.verdict == Verdict::Findings;
    match &report.plan {
        Some(plan) if has_work(report) => show::plan::plan(plan),
        _ => show::report::report(report, Depth::Causes) + "there is nothing to do\n",
    }
}
