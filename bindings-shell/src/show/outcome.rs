//! The outcome of a run in words: the ending first, and first of all what a person must do.

use iofilter_certs::run::{Ending, Kept, Outcome, Status, StepOutcome};

use super::count;
use super::report::{self, Depth};
use super::style::{self, paint};
use super::table::{self, Cell};

/// The whole outcome.
pub(crate) fn outcome(outcome: &Outcome) -> String {
    let mut text = ending(&outcome.ending);
    text += &steps(&outcome.steps);
    for step in &outcome.steps {
        if let Some(made) = &step.made {
            let host = step.host.as_deref().unwrap_or("vCenter");
            let kept =
                step.kept.as_ref().map(|path| format!(", kept as `{path}` in the run's folder")).unwrap_or_default();
            text += &format!("\n`{host}`: {}{kept}\n{made}", step.title);
        }
    }
    if let Some(journal) = &outcome.journal {
        text += &format!("\njournal `{journal}`\n");
    }
    if let Some(after) = &outcome.after {
        text += &format!("\n{}\n", paint(style::STRONG, "afterwards:"));
        text += &report::report(after, Depth::Causes);
    }
    text
}

/// How it ended, and what is left to do.
pub(crate) fn ending(ending: &Ending) -> String {
    match ending {
        Ending::Cured => {
            format!("{}: everything that the plan cures is gone, as was seen\n", paint(style::GOOD, "cured"))
        }
        Ending::RolledBack { step, why, kept } => format!(
            "{}: step {} failed, and its host is as it was{}: {why}\n{}",
            paint(style::WARNING, "rolled back"),
            step.0.saturating_add(1),
            but_for(kept),
            lines_of(kept)
        ),
        Ending::Stuck { left_behind, by_hand, .. } => {
            let mut text = format!("{}: a person must look\n", paint(style::BAD, "stuck"));
            text.extend(left_behind.iter().map(|line| format!("  left behind: {line}\n")));
            text += &format!("{}\n", paint(style::STRONG, "do by hand, in this order:"));
            text.extend(by_hand.iter().map(|line| format!("  {line}\n")));
            text
        }
        Ending::Halted { remaining, why } => {
            let (stopped, many) = (paint(style::WARNING, "stopped"), count(u64::from(*remaining), "step"));
            format!("{stopped}: {why}; {many} left, and no host is worse than before\n")
        }
        Ending::TakenBack { steps, kept } => {
            let (taken, many) = (paint(style::GOOD, "taken back"), count(u64::from(*steps), "step"));
            format!("{taken}: {many}, as was seen{}\n{}", but_for(kept), lines_of(kept))
        }
        Ending::Refused { why } => format!("{}: {why}\n", paint(style::BAD, "refused")),
    }
}

fn but_for(kept: &[Kept]) -> &'static str {
    if kept.is_empty() { "" } else { ", but for what is named below" }
}

fn lines_of(kept: &[Kept]) -> String {
    let line = |one: &Kept| {
        let host = one.host.as_deref().unwrap_or("vCenter");
        format!("  not as before: `{host}`, {}: {}\n", one.what.words(), one.why)
    };
    kept.iter().map(line).collect()
}

fn steps(steps: &[StepOutcome]) -> String {
    if steps.is_empty() {
        return String::new();
    }
    let rows: Vec<[Cell; 4]> = steps
        .iter()
        .map(|step| {
            let (style, word) = status(step.status);
            let why = step.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
            [
                Cell::new(format!("  {:>3}", step.id.saturating_add(1))),
                Cell::styled(style, word),
                Cell::new(step.host.clone().unwrap_or_else(|| "vCenter".to_owned())),
                Cell::new(format!("{}{why}", step.title)),
            ]
        })
        .collect();
    let lines: String = table::lines(&rows).into_iter().map(|line| line + "\n").collect();
    format!("\n{lines}")
}

/// A step's standing in one word.
pub(crate) fn status(status: Status) -> (anstyle::Style, &'static str) {
    let style = match status {
        Status::Waiting | Status::NotReached => style::FAINT,
        Status::Succeeded | Status::Skipped => style::GOOD,
        Status::Started | Status::UndoStarted | Status::Undone => style::WARNING,
        Status::Failed | Status::UndoFailed => style::BAD,
    };
    (style, status.word())
}
