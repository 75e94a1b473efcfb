//! A run's journal in words, one line an entry; also what is told while it is written.

use iofilter_certs::facts::HostId;
use iofilter_certs::plan::{Plan, StepId};
use iofilter_certs::run::{JournalEntry, JournalEvent, Part};

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
        JournalEvent::Replanned { plan, .. } => {
            format!("the world has changed, and the plan with it: {}", plan.summary())
        }
        JournalEvent::Before { .. } => "what is needed to go back was kept".to_owned(),
        JournalEvent::PartApproved { part, by } => format!("approved by {by}: {}", self::part(part, plan)),
        JournalEvent::PartRejected { part, reason } => format!("not approved, {}: {reason}", self::part(part, plan)),
        JournalEvent::HostPassedOver { host, why } => {
            format!("{}  {}: {why}", paint(style::STRONG, &named(host, plan)), paint(style::WARNING, "is passed over"))
        }
        JournalEvent::HostProved { host, left } if left.is_empty() => {
            format!("{}  {}", paint(style::STRONG, &named(host, plan)), paint(style::GOOD, "is well, as was seen"))
        }
        JournalEvent::HostProved { host, left } => {
            let left = left.join(", ");
            format!(
                "{}  has no new trouble; for the steps at the end: {left}",
                paint(style::STRONG, &named(host, plan))
            )
        }
        JournalEvent::HostUnwell { host, why } => {
            format!("{}  {}: {why}", paint(style::STRONG, &named(host, plan)), paint(style::BAD, "is not well"))
        }
        JournalEvent::LeftOff { step: id, why } => step(id, format!("{}: {why}", paint(style::WARNING, "in doubt"))),
        JournalEvent::Resumed { until: None } => "resumed".to_owned(),
        JournalEvent::Resumed { until: Some(until) } => format!("resumed, until {until}"),
        JournalEvent::TakingBack { .. } => "taking back what was done".to_owned(),
        JournalEvent::Fits => "the plan still fits what was seen now".to_owned(),
        JournalEvent::Started { step: id, .. } => step(id, "begun".to_owned()),
        JournalEvent::TaskBegun { .. } | JournalEvent::After { .. } => return None,
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
        JournalEvent::Stopping { why, .. } => format!("nothing new is begun: {why}"),
        JournalEvent::Ended { ending } => format!("ended {}", outcome::ending(ending).trim_end()),
    };
    Some(format!("{} {text}", paint(style::FAINT, &entry.at.to_string())))
}

fn named(host: &HostId, plan: &Plan) -> String {
    plan.hosts().find(|one| one.host.id == *host).map_or_else(|| host.0.clone(), |one| one.host.name.clone())
}

fn part(part: &Part, plan: &Plan) -> String {
    match part {
        Part::Host(host) => format!("host {}", named(host, plan)),
        Part::Step(id) => {
            plan.step(*id).map_or_else(String::new, |step| format!("step {}, {}", number(step), step.act.title()))
        }
    }
}

/// The plan that a journal ends with.
pub(crate) fn plan(entries: &[JournalEntry]) -> Option<&Plan> {
    entries.iter().rev().find_map(|entry| match &entry.event {
        JournalEvent::Begun { plan, .. } | JournalEvent::Replanned { plan, .. } => Some(plan.as_ref()),
        _ => None,
    })
}

/// A whole journal.
pub(crate) fn story(entries: &[JournalEntry]) -> String {
    let Some(plan) = plan(entries) else { return "the journal holds no run\n".to_owned() };
    entries.iter().filter_map(|entry| self::entry(entry, plan)).map(|line| line + "\n").collect()
}
