//! `apply`: show the plan, ask for approval, carry it out, and tell how it ended.

use std::path::{Path, PathBuf};

use iofilter_certs::native::{self, Apply, Clock as _, Connection, OperationError, Stop, SystemClock};
use iofilter_certs::policy::Policy;
use iofilter_certs::report::Report;
use iofilter_certs::run::{Ending, Outcome};

use super::plan;
use crate::args::ApplyOptions;
use crate::consent::Consent;
use crate::failure::Failure;
use crate::files;
use crate::progress::{Show, Voice};
use crate::screen::Screen;
use crate::show;
use crate::signals::with_stop;

/// The exit code is the outcome's; where there is nothing to carry out, the report's.
pub(crate) fn run(options: &ApplyOptions, screen: Screen) -> Result<u8, Failure> {
    let policy = options.limits.policy()?;
    let consent = Consent::new(options.yes, !options.connection.takes_standard_input())?;
    let connection = options.connection.connection()?;
    let plan = if let Some(path) = &options.plan {
        files::plan(path)?
    } else {
        let mut report = plan::look(&connection, &policy, screen)?;
        report.facts = None;
        match report.plan.take_if(|plan| !plan.is_empty()) {
            Some(plan) => plan,
            None => return Ok(nothing_to_do(&report, screen)),
        }
    };
    // A given plan without steps is for nobody to approve; the world is looked at, and what is wrong there is told.
    let given = (!plan.is_empty()).then(|| consent.ask(&plan, options.plan.is_some(), screen)).transpose()?;
    let folder = options.run_dir.clone().unwrap_or_else(|| default_folder(&plan.vcenter));
    let voice = Voice::new(screen);
    let approver = consent.approver(given, voice.clone(), screen);
    let apply = Apply { plan: Some(plan), folder: folder.clone(), locks: options.locks.lock_dir.clone(), approver };
    match carry_out(&connection, &policy, apply, &folder, voice)? {
        Ok(Ok(outcome)) => finish(Ok(outcome), &folder, screen),
        Ok(Err(report)) => {
            if options.plan.is_some() {
                screen.aside("the given plan has no steps, so nothing was done; this is what there is now\n");
            }
            Ok(nothing_to_do(&report, screen))
        }
        Err(error) => finish(Err(error), &folder, screen),
    }
}

/// Shows the outcome, which stands also where it could not be kept beside its journal.
pub(crate) fn finish(ended: Result<Outcome, OperationError>, folder: &Path, screen: Screen) -> Result<u8, Failure> {
    let (outcome, failure) = match ended {
        Ok(outcome) => (outcome, None),
        Err(error) => {
            let kept =
                if let OperationError::Changes { outcome, .. } = &error { Some((**outcome).clone()) } else { None };
            let failure = after_begin(error, folder);
            match kept {
                Some(outcome) => (outcome, Some(failure)),
                None => return Err(failure),
            }
        }
    };
    screen.result(&outcome, || format!("\n{}", show::outcome::outcome(&outcome)));
    if matches!(outcome.ending, Ending::Halted { .. }) {
        screen.tell(&format!("{}\n", how_to_resume(folder)));
    }
    if let Some(failure) = failure {
        screen.complain(&failure);
    }
    Ok(outcome.exit_code())
}

/// What a person is told who stops a run or loses it.
pub(crate) fn how_to_resume(folder: &Path) -> String {
    format!("the journal is in `{0}`; go on with `iofilter-certs resume {0}`", folder.display())
}

/// What is said when a run is asked to stop.
pub(crate) fn notice(folder: &Path) -> String {
    format!(
        "finishing or taking back what is in hand, and beginning nothing new; {}. Again to break off",
        how_to_resume(folder)
    )
}

/// A plan without steps is shown with the reasons, which are in the report.
fn nothing_to_do(report: &Report, screen: Screen) -> u8 {
    screen.result(report, || plan::in_words(report));
    report.verdict.exit_code()
}

fn carry_out(
    connection: &Connection,
    policy: &Policy,
    apply: Apply,
    folder: &Path,
    voice: Voice,
) -> Result<Result<Result<Outcome, Box<Report>>, OperationError>, Failure> {
    let mut show = Show::new(voice.clone());
    let work = async |stop: Stop| -> Result<Result<Outcome, Box<Report>>, OperationError> {
        Box::pin(native::apply(connection, policy, apply, &SystemClock, &stop, |progress| show.progress(&progress)))
            .await
    };
    with_stop(voice, notice(folder), work)
}

/// A run that was broken off can be resumed, and the failure says how.
fn after_begin(error: OperationError, folder: &Path) -> Failure {
    let is_begun = matches!(error, OperationError::Run(_));
    let failure = Failure::from(error);
    if is_begun { failure.with_help(how_to_resume(folder)) } else { failure }
}

/// `./iofilter-certs-runs/20260204T101500Z-vc.example.com_443`.
fn default_folder(vcenter: &str) -> PathBuf {
    let kept = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '_' };
    let time: String = SystemClock.now().to_string().chars().filter(|c| !matches!(c, '-' | ':')).collect();
    let name: String = vcenter.chars().map(kept).collect();
    Path::new("iofilter-certs-runs").join(format!("{time}-{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_a_run_is_named_for_time_and_vcenter() {
        let name = default_folder("[2001:db8::1]:443").display().to_string();
        assert!(name.starts_with("iofilter-certs-runs/2") && name.ends_with("Z-_2001_db8__1__443"), "{name}");
    }
}
