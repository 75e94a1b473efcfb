//! A run's journal in words, one line an entry; also what is told while it is written.

use iofilter_certs::plan::{Plan, StepId};
use iofilter_certs::run::{JournalEntry, JournalEvent};

use super::outcome;
use super::plan::number;
use super::style::{self, paint};

/// One entry, without a line end. `None` for what tells people nothing.
pub(crate) fn entry(entry: &JournalEntry, plan: &Plan) -> Option<String> {
    let step = |id: &StepId, what: String| {
        let found = plan.step(*id);
        let host = found.and_then(|step| step.host.as_ref()).map_or("vCenter", |host| host.name.as_str());
        let (number, title) = found.map(|step| (number(step), step.act.title())).unwrap_or_default();
        format!("{}  {number}/{}  {title}: {what}", paint(style::STRONG, host), plan.steps().count())
    };
    let text = match &entry.event {
        JournalEvent::Begun { plan, .. } => format!("begun: {}", plan.summary()),
        JournalEvent::Approved { by, .. } => format!("approved by {by}"),
        JournalEvent::Rejected { reason } => format!("not approved: {reason}"),
        JournalEvent::Fits => "the plan still fits what was seen now".to_owned(),
        JournalEvent::Started { step: id, .. } => step(id, "begun".to_owned()),
        JournalEvent::TaskBegun { .. } => return None,
        JournalEvent::Made { step: id, .. } => {
            step(id, "made; the text is in the journal and in the outcome".to_owned())
        }
        JournalEvent::Succeeded { step: id } => step(id, paint(style::GOOD, "done")),
        JournalEvent::Skipped { step: id } => step(id, paint(style::GOOD, "not needed")),
        JournalEvent::NotReached { step: id, why } => step(id, format!("not reached, a stronger step follows: {why}")),
        JournalEvent::Failed { step: id, why } => step(id, format!("{}: {why}", paint(style::BAD, "failed"))),
        JournalEvent::UndoStarted { step: id } => step(id, paint(style::WARNING, "being taken back")),
        JournalEvent::UndoFinished { step: id } => step(id, paint(style::WARNING, "taken back")),
        JournalEvent::UndoFailed { step: id, why } => {
            step(id, format!("{}: {why}", paint(style::BAD, "could not be taken back")))
        }
        JournalEvent::Stopping { why } => format!("nothing new is begun: {why}"),
        JournalEvent::Ended { ending } => format!("ended {}", outcome::ending(ending).trim_end()),
    };
    Some(format!("{} {text}", paint(style::FAINT, &entry.at.to_string())))
}

/// A whole journal.
pub(crate) fn story(entries: &[JournalEntry]) -> String {
    let plan = entries.iter().find_map(|entry| match &entry.event {
        JournalEvent::Begun { plan, .. } => Some(plan.as_ref()),
        _ => None,
    });
    let Some(plan) = plan else { return "the journal holds no run\n".to_owned() };
    entries.iter().filter_map(|entry| self::entry(entry, plan)).map(|line| line + "\n").collect()
}
