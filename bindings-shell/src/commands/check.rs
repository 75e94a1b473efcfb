//! `check`: look and judge.

use std::path::PathBuf;

use iofilter_certs::native::{self, Clock as _, Connection, OperationError, Stop, SystemClock};
use iofilter_certs::policy::Policy;
use iofilter_certs::report::Report;

use crate::args::CheckOptions;
use crate::failure::Failure;
use crate::files;
use crate::progress::{Show, Voice};
use crate::screen::Screen;
use crate::show::report::{Depth, report as in_words};
use crate::signals::with_stop;

/// The exit code is that of the report's verdict.
pub(crate) fn run(options: &CheckOptions, screen: Screen) -> Result<u8, Failure> {
    let policy = options.thresholds.policy()?;
    let mut report = match (&options.facts, options.from.as_slice()) {
        (Some(path), _) => Report::of(&files::facts(path)?, None, &policy),
        (None, []) => look(&options.connection.connection()?, &policy, screen)?,
        (None, saved) => from_files(saved, &policy)?,
    };
    // Facts are many times longer than what they come to; who wants them says so.
    let facts = report.facts.take();
    if let (Some(path), Some(facts)) = (&options.save_facts, &facts) {
        files::save(path, facts)?;
    }
    let depth = if options.all { Depth::All } else { Depth::Causes };
    screen.result(&report, || in_words(&report, depth));
    Ok(report.verdict.exit_code())
}

/// Judges files. They change nothing, so Ctrl-C may end it anywhere.
fn from_files(paths: &[PathBuf], policy: &Policy) -> Result<Report, Failure> {
    let facts = native::saved_facts(paths, SystemClock.now(), || true)?;
    let mut report = Report::of(&facts, None, policy);
    report.facts = Some(facts);
    Ok(report)
}

fn look(connection: &Connection, policy: &Policy, screen: Screen) -> Result<Report, Failure> {
    let voice = Voice::new(screen);
    let mut show = Show::new(voice.clone());
    let work = async |stop: Stop| -> Result<Report, OperationError> {
        native::check(connection, policy, &SystemClock, &stop, |progress| show.progress(&progress)).await
    };
    Ok(with_stop(voice, NOTICE.to_owned(), work)??)
}

/// What is said when a look is asked to stop.
pub(crate) const NOTICE: &str = "asking no more questions; what was not asked is told as unknown. Again to break off";
