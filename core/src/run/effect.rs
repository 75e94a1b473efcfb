//! The effect of journal entries on what a run knows; the same for a live and a recovered run.

use super::journal::{JournalEntry, JournalEvent, Status};
use super::stopping::Stopping;
use super::{GivenApproval, Run, RunEvent, StopCause, track};
use crate::machine::Output;
use crate::plan::StepId;
use crate::time::UnixTime;

impl Run {
    /// Writes an entry, and lets it have its effect through the one transition table.
    pub(super) fn record(&mut self, now: UnixTime, event: JournalEvent) {
        self.apply(now, &event);
        self.outbox.push_back(Output::Event(RunEvent::Journal(JournalEntry { at: now, event })));
    }

    /// The same for an entry after which nothing new is begun. That follows from the entry itself, since a crash may come
    /// between it and the one that says so.
    pub(super) fn record_and_stop(&mut self, now: UnixTime, event: JournalEvent) {
        let is_new = self.stopping.is_none();
        self.record(now, event);
        if let Some(Stopping { why, cause }) = self.stopping.clone().filter(|_| is_new) {
            self.record(now, JournalEvent::Stopping { why, cause });
        }
    }

    /// The effect of an entry. False when it cannot follow what was before.
    pub(super) fn apply(&mut self, at: UnixTime, event: &JournalEvent) -> bool {
        if let Some(step) = event.step() {
            let before = self.status(step);
            let Some(status) = before.after(event) else { return false };
            self.status.insert(step, status);
            self.note_beginning(step, before);
        }
        match event {
            JournalEvent::Started { step, saved } => {
                self.tasks.remove(step);
                self.acted.insert(*step);
                // What was saved first is what was there before anything was done.
                if let Some(saved) = saved {
                    self.saved.entry(*step).or_insert_with(|| saved.clone());
                }
            }
            JournalEvent::TaskBegun { step, task } => {
                self.tasks.insert(*step, task.clone());
            }
            JournalEvent::Made { step, text } => {
                self.made.insert(*step, text.clone());
            }
            JournalEvent::NotReached { step, why } | JournalEvent::UndoFailed { step, why } => {
                self.why_failed.insert(*step, why.clone());
            }
            JournalEvent::Failed { step, why } => {
                self.failed.insert(*step);
                self.why_failed.insert(*step, why.clone());
                let host = self.plan.step(*step).and_then(|step| step.host.as_ref());
                let host = host.map_or("vCenter", |host| host.name.as_str());
                self.begin_nothing_new(format!("a step failed on `{host}`: {why}"));
            }
            JournalEvent::LeftOff { step, .. } => {
                self.left_off.insert(*step);
            }
            JournalEvent::Stopping { why, cause } => {
                self.stopping.get_or_insert_with(|| Stopping { why: why.clone(), cause: *cause });
            }
            _ => self.apply_to_run(at, event),
        }
        true
    }

    /// What is to be known of a step that has just left the state `before`, if that was of one whose turn had not come.
    fn note_beginning(&mut self, id: StepId, before: Status) {
        if before != Status::Waiting {
            return;
        }
        // It came to its end without a beginning: it was refused, or not approved, before anything was sent.
        if matches!(self.status(id), Status::Failed | Status::NotReached) {
            self.never_sent.insert(id);
        }
        let host = self.plan.step(id).and_then(|step| step.host.as_ref());
        let is_passed_over = host.is_some_and(|host| self.passed_over.contains_key(&host.id));
        if (self.stopping.is_some() || is_passed_over) && self.trusts_client(id) {
            self.out_of_turn.insert(id);
        }
    }

    /// The effect of an entry that is about no step.
    fn apply_to_run(&mut self, at: UnixTime, event: &JournalEvent) {
        match event {
            JournalEvent::Begun { .. } => self.is_begun = true,
            JournalEvent::Approved { by, digest } => {
                self.approvals.push(GivenApproval { at, by: by.clone(), of: self.in_words(digest) });
            }
            JournalEvent::Replanned { plan, .. } => {
                // What was granted was granted for steps of the plan before.
                self.granted.clear();
                self.plan = (**plan).clone();
                self.tracks = track::of(&self.plan);
                self.round = self.round.saturating_add(1);
            }
            JournalEvent::Before { picture } => self.before = Some((**picture).clone()),
            JournalEvent::After { picture } => self.after = Some((**picture).clone()),
            JournalEvent::Ended { ending } => self.ending = Some(ending.clone()),
            JournalEvent::PartApproved { part, by } => {
                self.granted.insert(part.clone());
                self.approvals.push(GivenApproval { at, by: by.clone(), of: self.part_in_words(part) });
            }
            JournalEvent::PartRejected { part, .. } => {
                self.declined.insert(part.clone());
            }
            JournalEvent::HostPassedOver { host, why } => {
                self.passed_over.insert(host.clone(), why.clone());
            }
            JournalEvent::HostProved { host, .. } => {
                self.proved.insert(host.clone());
            }
            JournalEvent::HostUnwell { host, why } => {
                self.unwell.insert(host.clone(), why.clone());
                let name = self.plan.hosts().find(|one| one.host.id == *host).map_or("", |one| one.host.name.as_str());
                let is_first = self.plan.canary.as_ref().is_some_and(|canary| canary.id == *host);
                let went = if is_first { " went first, alone, and" } else { "" };
                self.begin_nothing_new(format!("`{name}`{went} is not well after its steps: {why}"));
            }
            JournalEvent::Resumed { until } => {
                self.forgive();
                self.declined.clear();
                self.left_off.clear();
                self.policy.until = *until;
                self.passed_over.clear();
                self.ending = None;
                self.after = None;
            }
            JournalEvent::TakingBack { waivers, .. } => {
                self.policy.waivers.clone_from(waivers);
                self.begin_again_backwards();
            }
            _ => {}
        }
    }

    fn begin_nothing_new(&mut self, why: String) {
        self.stopping.get_or_insert(Stopping { why, cause: StopCause::Failure });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::HostId;
    use crate::policy::Approve;
    use crate::run::Part;
    use crate::run::testing::{first_lane, plan, run};

    const NOW: UnixTime = UnixTime(1_770_000_000);

    #[test]
    fn what_was_granted_of_a_plan_is_not_granted_of_the_one_that_takes_its_place() {
        let mut run = run(plan(), NOW);
        run.policy.approve = Approve::Step;
        let lane = first_lane(&mut run);
        let part = Part::Step(StepId(0));
        run.apply(NOW, &JournalEvent::PartApproved { part: part.clone(), by: "eva".to_owned() });
        assert_eq!(run.part_before_act(lane, StepId(0)), None);
        let new = Box::new(plan());
        run.apply(NOW, &JournalEvent::Replanned { digest: new.digest(), plan: new });
        assert_eq!(run.part_before_act(lane, StepId(0)), Some(part), "its number may be another step's now");
    }

    #[test]
    fn whoever_resumes_takes_a_wish_to_stop_back_and_not_a_failure() {
        let stopping = || JournalEvent::Stopping { why: "a person asked to stop".to_owned(), cause: StopCause::Person };
        let mut stopped = run(plan(), NOW);
        stopped.apply(NOW, &JournalEvent::Started { step: StepId(0), saved: None });
        stopped.apply(NOW, &stopping());
        stopped.apply(NOW, &JournalEvent::HostPassedOver { host: HostId("host-2".to_owned()), why: "busy".to_owned() });
        stopped.apply(NOW, &JournalEvent::Resumed { until: None });
        assert_eq!(stopped.stopping, None);
        assert!(stopped.passed_over.is_empty(), "its gates are read again");
        let mut failed = run(plan(), NOW);
        failed.apply(NOW, &JournalEvent::Started { step: StepId(0), saved: None });
        failed.apply(NOW, &JournalEvent::Failed { step: StepId(0), why: "vCenter said no".to_owned() });
        failed.apply(NOW, &JournalEvent::Resumed { until: None });
        assert_eq!(failed.stopping.map(|stopping| stopping.cause), Some(StopCause::Failure));
    }
}
