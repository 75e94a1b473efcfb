//! Who approves, and how: the command line beforehand, or a person on the terminal who is shown what it is about.

use std::sync::{Arc, Mutex, PoisonError};

use iofilter_certs::native::Approver;
use iofilter_certs::plan::Plan;
use iofilter_certs::request::{Approval, ApprovalRequest, Subject};
use iofilter_certs::run::{JournalEntry, JournalEvent};

use crate::failure::Failure;
use crate::progress::Voice;
use crate::screen::{Screen, can_ask};
use crate::show;
use crate::signals::line;

/// Who approves, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consent {
    /// The user said so on the command line.
    Given,
    /// A person is asked on the terminal.
    Ask,
    /// There is nobody to ask, and what has to be asked is not approved.
    Nobody,
}

/// The plan that was approved before the run began.
#[derive(Debug, Clone)]
pub(crate) struct Approved {
    digest: String,
    by: String,
    /// It was approved for itself, as the plan of a file or by an earlier part of the run, and `--yes` is for that one.
    is_of_file: bool,
}

impl Approved {
    /// What an earlier part of a run was given. Whatever takes its place is not approved unseen.
    pub(crate) fn before(entries: &[JournalEntry]) -> Option<Self> {
        entries.iter().rev().find_map(|entry| match &entry.event {
            JournalEvent::Approved { by, digest } => {
                Some(Self { digest: digest.clone(), by: by.clone(), is_of_file: true })
            }
            _ => None,
        })
    }
}

impl Consent {
    /// Fails before anything is looked at when nobody could approve.
    pub(crate) fn new(yes: bool, input_is_free: bool) -> Result<Self, Failure> {
        match (yes, input_is_free && can_ask()) {
            (true, _) => Ok(Self::Given),
            (false, true) => Ok(Self::Ask),
            (false, false) => {
                let help = "run it on a terminal, or give `--yes` with the `--ceiling` that steps may go to";
                Err(Failure::usage("nobody can be asked whether the plan may be carried out", help))
            }
        }
    }

    /// Shows the plan and asks for it. Only the word `yes` approves.
    pub(crate) fn ask(self, plan: &Plan, is_of_file: bool, screen: Screen) -> Result<Approved, Failure> {
        let digest = plan.digest();
        let by = self.put(&show::plan::plan(plan), &format!("carry out plan {}", short(&digest)), screen)?;
        let by = by.ok_or_else(|| Failure {
            code: "declined",
            message: "not approved; nothing was done".to_owned(),
            help: String::new(),
        })?;
        Ok(Approved { digest, by, is_of_file })
    }

    /// Answers what a run asks on its way: what was approved before is not asked for twice, and one question is put at a
    /// time.
    pub(crate) fn approver(self, approved: Option<Approved>, voice: Voice, screen: Screen) -> Arc<Approver> {
        let one_at_a_time = Mutex::new(());
        Arc::new(move |request: ApprovalRequest| {
            let _turn = one_at_a_time.lock().unwrap_or_else(PoisonError::into_inner);
            self.answer(&request, approved.as_ref(), &voice, screen)
        })
    }

    fn answer(self, request: &ApprovalRequest, approved: Option<&Approved>, voice: &Voice, screen: Screen) -> Approval {
        let digest = request.digest.clone();
        if let Some(before) = approved.filter(|before| before.digest == digest) {
            return Approval::Approved { digest, by: before.by.clone() };
        }
        let is_other_file = approved.is_some_and(|before| before.is_of_file);
        if self == Self::Given && is_other_file && matches!(request.subject, Subject::Plan(_) | Subject::PlanAgain(_)) {
            let reason =
                "the plan that was approved does not fit the world any more, and `--yes` is for that one; plan again";
            return Approval::Rejected { reason: reason.to_owned() };
        }
        let question = format!("{}; go on with {}", request.summary, short(&digest));
        match voice.silently(|| self.put(&in_words(&request.subject), &question, screen)) {
            Ok(Some(by)) => Approval::Approved { digest, by },
            Ok(None) => Approval::Rejected { reason: "whoever was asked said no".to_owned() },
            Err(failure) => Approval::Rejected { reason: failure.message },
        }
    }

    /// Who approves, or nothing for a no.
    fn put(self, words: &str, question: &str, screen: Screen) -> Result<Option<String>, Failure> {
        let user = std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_default();
        let user = if user.is_empty() { "an unnamed user".to_owned() } else { format!("`{user}`") };
        match self {
            Self::Given => {
                screen.words(words);
                return Ok(Some(format!("{user} with `--yes`")));
            }
            Self::Nobody => return Ok(None),
            Self::Ask => {}
        }
        // Nobody approves what they cannot read, however quiet it is to be.
        let aloud = Screen::new(screen.is_json(), false);
        aloud.words(words);
        aloud.aside(&format!("\n{question}? only `yes` approves: "));
        Ok((line()?.as_deref() == Some("yes")).then(|| format!("{user} on a terminal")))
    }
}

fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}

fn in_words(subject: &Subject) -> String {
    match subject {
        Subject::Plan(plan) | Subject::PlanAgain(plan) => show::plan::plan(plan),
        Subject::Host(host) => show::plan::host(host),
        Subject::Step(step) => show::plan::step(step, &whose(step)),
        Subject::Rollback(steps) => steps.iter().map(|step| show::plan::step(step, &whose(step))).collect(),
    }
}

fn whose(step: &iofilter_certs::plan::Step) -> String {
    step.host.as_ref().map(|host| format!(" on {}", host.name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

    use super::*;
    use iofilter_certs::time::UnixTime;

    #[test]
    fn where_nobody_can_be_asked_only_yes_approves() {
        assert_eq!(Consent::new(true, false).unwrap(), Consent::Given);
        assert!(Consent::new(false, false).unwrap_err().help.contains("--yes"));
    }

    fn answer(is_of_file: bool, digest: &str) -> Approval {
        let screen = Screen::new(true, true);
        let approved = Approved { digest: "ab".to_owned(), by: "`eva` with `--yes`".to_owned(), is_of_file };
        let decide = Consent::Given.approver(Some(approved), Voice::Lines(screen), screen);
        let plan = serde_json::from_str(include_str!("../tests/golden/plan.json")).unwrap();
        let subject = Subject::PlanAgain(plan);
        decide(ApprovalRequest { digest: digest.to_owned(), summary: String::new(), subject })
    }

    #[test]
    fn whoever_resumes_stands_for_what_was_approved_last() {
        let at = UnixTime(1_770_000_000);
        let given = |digest: &str| JournalEvent::Approved { by: "eva".to_owned(), digest: digest.to_owned() };
        let entries = [given("ab"), given("cd"), JournalEvent::Fits].map(|event| JournalEntry { at, event });
        assert_eq!(Approved::before(&entries).unwrap().digest, "cd");
        assert!(Approved::before(&entries).unwrap().is_of_file, "whatever takes its place is refused");
        assert!(Approved::before(&[]).is_none());
    }

    #[test]
    fn what_was_approved_is_not_asked_for_again() {
        let wanted = Approval::Approved { digest: "ab".to_owned(), by: "`eva` with `--yes`".to_owned() };
        assert_eq!(answer(true, "ab"), wanted);
    }

    #[test]
    fn yes_for_a_file_is_for_no_other_plan() {
        let Approval::Rejected { reason } = answer(true, "cd") else { panic!("another plan was approved") };
        assert!(reason.contains("plan again"), "{reason}");
        assert!(matches!(answer(false, "cd"), Approval::Approved { .. }));
    }
}
