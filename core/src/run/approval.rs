//! Approval: of the plan, of the plan that takes its place, and of its parts.

use serde::{Deserialize, Serialize};

use super::journal::{JournalEvent, Status};
use super::track::{Activity, Direction};
use super::{Ending, Phase, Run, StopCause};
use crate::certificate::Fingerprint;
use crate::facts::HostId;
use crate::machine::{Output, RequestId};
use crate::plan::{Plan, Step, StepId, Ways};
use crate::policy::Approve;
use crate::request::{Approval, ApprovalRequest, Failure, Response, Subject, Work};
use crate::rules::judge;
use crate::time::UnixTime;

/// A part of a plan that is approved by itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// All steps of one host.
    Host(HostId),
    /// One step.
    Step(StepId),
}

/// An approval that was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenApproval {
    /// When.
    pub at: UnixTime,
    /// By whom.
    pub by: String,
    /// Of what, in words.
    pub of: String,
}

/// How often the world may change between an approval and the first act before the run gives up.
const MOST_ROUNDS: u32 = 3;

impl Run {
    /// Asks for the plan, or for what is taken back.
    pub(super) fn begin(&mut self, now: UnixTime) {
        if self.direction == Direction::Back {
            return self.begin_taking_back(now);
        }
        if self.plan.is_empty() {
            return self.end_unbegun("the plan has no steps, so nothing was done; plan again");
        }
        let digest = self.plan.digest();
        let plan = Box::new(self.plan.clone());
        let policy = Box::new(self.policy.clone());
        if !self.is_begun {
            self.record(now, JournalEvent::Begun { digest: digest.clone(), plan, policy });
        }
        self.ask(digest, self.plan.summary(), Subject::Plan(self.plan.clone()));
    }

    pub(super) fn ask(&mut self, digest: String, summary: String, subject: Subject) {
        self.asked.clone_from(&digest);
        let id = self.put_approval(digest, summary, subject);
        self.phase = Phase::Approving(id);
    }

    fn put_approval(&mut self, digest: String, summary: String, subject: Subject) -> RequestId {
        let id = self.take_id();
        let request = Box::new(ApprovalRequest { digest, summary, subject });
        self.outbox.push_back(Output::Request(id, Work::Approve(request)));
        id
    }

    /// The answer about the plan as a whole.
    pub(super) fn decided(&mut self, now: UnixTime, answer: Result<Response, Failure>) {
        match decision(answer, &self.asked) {
            Ok(by) => {
                let digest = self.asked.clone();
                self.record(now, JournalEvent::Approved { by, digest });
                self.look_around(now);
            }
            Err(reason) => {
                self.record(now, JournalEvent::Rejected { reason: reason.clone() });
                self.end(now, Ending::Refused { why: format!("not approved: {reason}") });
            }
        }
    }

    /// What would be planned now, when that is not what was approved. `Err` when the run cannot go on at all.
    pub(super) fn replan(&self) -> Result<Option<Plan>, String> {
        let facts = &self.inquiry.facts;
        let now = crate::plan::plan(facts, &judge(facts, &self.policy), &self.policy, Ways::of(&self.job));
        let steps = |plan: &Plan| (plan.first.clone(), plan.lanes.clone(), plan.last.clone(), plan.canary.clone());
        if steps(&self.plan) == steps(&now) {
            return Ok(None);
        }
        if now.is_empty() {
            return Err(
                "nothing was done: the world has changed since the plan was made, and now there is nothing to do; check again"
                    .to_owned(),
            );
        }
        if self.round >= MOST_ROUNDS {
            return Err(format!(
                "nothing was done: the world changed {MOST_ROUNDS} times between the approval and the first step; wait until it is quiet, then plan again"
            ));
        }
        Ok(Some(now))
    }

    /// The new plan takes the place of the old one, and is asked for.
    pub(super) fn ask_again(&mut self, now: UnixTime, plan: Plan) {
        let before = self.plan.steps().count();
        let digest = plan.digest();
        let summary = format!("the world has changed since {before} steps were approved; now: {}", plan.summary());
        self.record(now, JournalEvent::Replanned { digest: digest.clone(), plan: Box::new(plan.clone()) });
        self.ask(digest, summary, Subject::PlanAgain(plan));
    }

    /// The part that needs an approval before the first step of a host is looked at.
    pub(super) fn part_before_host(&self, host: Option<&HostId>) -> Option<Part> {
        let part = Part::Host(host.filter(|_| self.policy.approve == Approve::Host)?.clone());
        (!self.granted.contains(&part)).then_some(part)
    }

    /// The same before a step acts that was seen to be needed.
    pub(super) fn part_before_act(&self, index: usize, id: StepId) -> Option<Part> {
        let is_of_host = self.unit_of(index, id).is_some_and(|unit| unit.host.is_some());
        let is_asked = match self.policy.approve {
            Approve::Plan => false,
            Approve::Host => !is_of_host,
            Approve::Step => true,
        };
        let part = Part::Step(id);
        (is_asked && !self.granted.contains(&part)).then_some(part)
    }

    pub(super) fn ask_part(&mut self, index: usize, id: StepId, part: Part) {
        let Some((digest, summary, subject)) = self.subject(&part) else { return };
        let request = self.put_approval(digest, summary, subject);
        self.changes.insert(request, index);
        self.set(index, id, Some(Activity::Ask { part }));
    }

    fn subject(&self, part: &Part) -> Option<(String, String, Subject)> {
        let name = |step: &Step| step.host.as_ref().map_or("vCenter", |host| host.name.as_str()).to_owned();
        Some(match part {
            Part::Host(id) => {
                let host = self.plan.hosts().find(|host| host.host.id == *id)?.clone();
                let summary = format!("`{}`: {} steps", host.host.name, host.steps.len());
                (digest(&host), summary, Subject::Host(host))
            }
            Part::Step(id) => {
                let step = self.plan.step(*id)?.clone();
                (digest(&step), format!("`{}`: {}", name(&step), step.act.title()), Subject::Step(Box::new(step)))
            }
        })
    }

    /// The answer about a part.
    pub(super) fn part_decided(&mut self, now: UnixTime, index: usize, answer: Result<Response, Failure>) {
        let activity = self.tracks.get(index).and_then(|track| track.activity.clone());
        let Some((id, Activity::Ask { part })) = activity else { return };
        let Some((asked, summary, _)) = self.subject(&part) else { return };
        match decision(answer, &asked) {
            Ok(by) => {
                self.record(now, JournalEvent::PartApproved { part, by });
                // People take their time: what was seen before they were asked is looked at anew.
                self.let_in.clear();
                self.set(index, id, None);
            }
            Err(reason) => self.part_rejected(now, index, id, part, &summary, reason),
        }
    }

    /// Nothing new is begun; a host that is half done is taken back.
    fn part_rejected(&mut self, now: UnixTime, index: usize, id: StepId, part: Part, what: &str, reason: String) {
        let why = format!("not approved, {what}: {reason}");
        self.record(now, JournalEvent::PartRejected { part, reason });
        let has_acted = |one: &StepId| {
            let is_behind = matches!(self.status(*one), Status::Succeeded | Status::NotReached);
            is_behind && !self.never_sent.contains(one) && !self.out_of_turn.contains(one)
        };
        let is_half_done = self.unit_of(index, id).is_some_and(|unit| unit.steps.iter().any(has_acted));
        if self.stopping.is_none() {
            self.record(now, JournalEvent::Stopping { why: why.clone(), cause: StopCause::Declined });
        }
        if is_half_done {
            self.failed(now, id, &why);
        }
        self.set(index, id, None);
    }
}

/// Who approved what was asked, or why not.
fn decision(answer: Result<Response, Failure>, asked: &str) -> Result<String, String> {
    match answer {
        Ok(Response::Approval(Approval::Approved { digest, by })) if digest == asked => Ok(by),
        Ok(Response::Approval(Approval::Approved { digest, .. })) => {
            Err(format!("something else was approved: its digest is `{digest}`"))
        }
        Ok(Response::Approval(Approval::Rejected { reason })) => Err(reason),
        Ok(_) => Err("the answer was no decision".to_owned()),
        Err(failure) => Err(failure.message),
    }
}

/// SHA-256 of something's JSON, lower-case hex.
pub(super) fn digest(what: &impl Serialize) -> String {
    Fingerprint::of(&serde_json::to_vec(what).unwrap_or_default()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Approve;
    use crate::run::testing::{first_lane, run, two_steps};

    const NOW: UnixTime = UnixTime(1_770_000_000);

    /// The state of the second step after a no to it, when this happened with the first.
    fn after_a_no(first: &[JournalEvent]) -> Status {
        let mut run = run(two_steps(), NOW);
        run.policy.approve = Approve::Step;
        let lane = first_lane(&mut run);
        for event in first {
            assert!(run.apply(NOW, event), "{event:?}");
        }
        run.ask_part(lane, StepId(1), Part::Step(StepId(1)));
        run.part_decided(NOW, lane, Ok(Response::Approval(Approval::Rejected { reason: "not now".to_owned() })));
        assert!(run.stopping.is_some());
        run.status(StepId(1))
    }

    #[test]
    fn a_no_takes_a_host_back_only_where_something_was_done() {
        let step = StepId(0);
        let started = || JournalEvent::Started { step, saved: None };
        let why = || "it was refused".to_owned();
        assert_eq!(after_a_no(&[started(), JournalEvent::Succeeded { step }]), Status::Failed);
        assert_eq!(after_a_no(&[started(), JournalEvent::NotReached { step, why: why() }]), Status::Failed);
        for nothing in [JournalEvent::Skipped { step }, JournalEvent::NotReached { step, why: why() }] {
            assert_eq!(after_a_no(&[nothing]), Status::Waiting);
        }
    }
}
