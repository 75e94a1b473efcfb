//! `apply`: show the plan, ask for approval, carry it out, and tell how it ended.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use iofilter_certs::native::{self, Apply, Approver, Clock as _, Connection, OperationError, Stop, SystemClock};
use iofilter_certs::plan::Plan;
use iofilter_certs::policy::Policy;
use iofilter_certs::report::Report;
use iofilter_certs::request::{Approval, ApprovalRequest};
use iofilter_certs::run::{Ending, Outcome};

use super::plan;
use crate::args::ApplyOptions;
use crate::failure::Failure;
use crate::files;
use crate::progress::{Show, Voice};
use crate::screen::Screen;
use crate::show;
use crate::signals::{line, with_stop};

/// The outcome's file in a run's folder, beside the journal.
pub(crate) const OUTCOME: &str = "outcome.json";

/// The exit code is the outcome's; where there is nothing to carry out, the report's.
pub(crate) fn run(options: &ApplyOptions, screen: &Screen) -> Result<u8, Failure> {
    let policy = options.limits.policy()?;
    let consent = Consent::new(options.yes, !options.connection.takes_standard_input(), *screen)?;
    let connection = options.connection.connection()?;
    let plan = match &options.plan {
        Some(path) => files::plan(path)?,
        None => {
            let mut report = plan::look(&connection, &policy, *screen)?;
            report.facts = None;
            match report.plan.take().filter(|plan| !plan.is_empty()) {
                Some(plan) => plan,
                None => return Ok(nothing_to_do(report, *screen)),
            }
        }
    };
    let by = consent.ask(&plan, *screen)?;
    let folder = options.run_dir.clone().unwrap_or_else(|| default_folder(&plan.vcenter));
    let outcome = carry_out(&connection, &policy, plan, &folder, approver(by), *screen)?;
    finish(&outcome, &folder, *screen)
}

/// Keeps the outcome beside its journal and shows it.
pub(crate) fn finish(outcome: &Outcome, folder: &Path, screen: Screen) -> Result<u8, Failure> {
    screen.result(outcome, || format!("\n{}", show::outcome::outcome(outcome)));
    if matches!(outcome.ending, Ending::Halted { .. }) {
        screen.aside(&format!("{}\n", how_to_resume(folder)));
    }
    files::save(&folder.join(OUTCOME), outcome)?;
    Ok(outcome.exit_code())
}

/// What a person is told who stops a run or loses it.
pub(crate) fn how_to_resume(folder: &Path) -> String {
    format!("go on with `iofilter-certs resume {}`", folder.display())
}

/// What is said when a run is asked to stop.
pub(crate) fn notice(folder: &Path) -> String {
    let resume = how_to_resume(folder);
    format!(
        "finishing what is in hand and beginning nothing new; the journal is in `{}`, {resume}. Again to break off",
        folder.display()
    )
}

/// Approves what the user has approved before.
pub(crate) fn approver(by: String) -> Arc<Approver> {
    Arc::new(move |request: ApprovalRequest| Approval::Approved { digest: request.digest, by: by.clone() })
}

/// A plan without steps is shown with the reasons, which are in the report.
fn nothing_to_do(report: Report, screen: Screen) -> u8 {
    screen.result(&report, || plan::in_words(&report));
    report.verdict.exit_code()
}

fn carry_out(
    connection: &Connection,
    policy: &Policy,
    plan: Plan,
    folder: &Path,
    approver: Arc<Approver>,
    screen: Screen,
) -> Result<Outcome, Failure> {
    let voice = Voice::new(screen);
    let mut show = Show::new(voice.clone());
    let apply = Apply { plan: Some(plan), folder: folder.to_owned(), approver };
    let work = async |stop: Stop| -> Result<Result<Outcome, Box<Report>>, OperationError> {
        native::apply(connection, policy, apply, &SystemClock, &stop, |progress| show.progress(&progress)).await
    };
    match with_stop(voice, notice(folder), work)? {
        Ok(Ok(outcome)) => Ok(outcome),
        Ok(Err(_)) => Err(Failure::usage("the plan has no steps", "plan again")),
        Err(error) => Err(after_begin(error, folder)),
    }
}

/// A run that was broken off can be resumed, and the failure says how.
pub(crate) fn after_begin(error: OperationError, folder: &Path) -> Failure {
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

/// Who approves, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consent {
    /// The user said so on the command line.
    Given,
    /// A person is asked on the terminal.
    Ask,
}

impl Consent {
    /// Fails before anything is looked at when nobody could approve.
    pub(crate) fn new(yes: bool, input_is_free: bool, screen: Screen) -> Result<Self, Failure> {
        match (yes, input_is_free && screen.can_ask()) {
            (true, _) => Ok(Self::Given),
            (false, true) => Ok(Self::Ask),
            (false, false) => {
                let help = "run it on a terminal, or give `--yes` with the `--ceiling` that steps may go to";
                Err(Failure::usage("nobody can be asked whether the plan may be carried out", help))
            }
        }
    }

    /// Shows the plan and says who approved it, for the journal. Only the word `yes` approves.
    pub(crate) fn ask(self, plan: &Plan, screen: Screen) -> Result<String, Failure> {
        let user = std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_default();
        let user = if user.is_empty() { "an unnamed user".to_owned() } else { format!("`{user}`") };
        if self == Self::Given {
            screen.words(&show::plan::plan(plan));
            return Ok(format!("{user} with `--yes`"));
        }
        let digest = plan.digest();
        let short = digest.get(..12).unwrap_or(&digest);
        // Nobody approves what they cannot read, however quiet it is to be.
        let aloud = Screen::new(screen.is_json(), false);
        aloud.words(&show::plan::plan(plan));
        aloud.aside(&format!("\ncarry out plan {short}? only `yes` approves: "));
        match line()?.as_deref() {
            Some("yes") => Ok(format!("{user} on a terminal")),
            _ => Err(Failure {
                code: "declined",
                message: "not approved; nothing was done".to_owned(),
                help: String::new(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn where_nobody_can_be_asked_only_yes_approves() {
        let screen = Screen::new(false, true);
        assert_eq!(Consent::new(true, false, screen).unwrap(), Consent::Given);
        assert!(Consent::new(false, false, screen).unwrap_err().help.contains("--yes"));
    }

    #[test]
    fn the_folder_of_a_run_is_named_for_time_and_vcenter() {
        let name = default_folder("[2001:db8::1]:443").display().to_string();
        assert!(name.starts_with("iofilter-certs-runs/2") && name.ends_with("Z-_2001_db8__1__443"), "{name}");
    }

    #[test]
    fn the_approver_approves_the_digest_that_it_is_asked_for() {
        let request = ApprovalRequest { digest: "ab".to_owned(), summary: String::new() };
        let wanted = Approval::Approved { digest: "ab".to_owned(), by: "`eva` with `--yes`".to_owned() };
        assert_eq!(approver("`eva` with `--yes`".to_owned())(request), wanted);
    }
}
