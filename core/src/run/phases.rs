//! From one phase of a run to the next: approval, the look before, the work, the look after.

use super::journal::JournalEvent;
use super::{Phase, Run, ending};
use crate::machine::Output;
use crate::plan::Plan;
use crate::report::Report;
use crate::request::{Approval, ApprovalRequest, Failure, Response, Work};
use crate::rules::judge;
use crate::run::Ending;
use crate::survey::{Question, Session, Survey};
use crate::time::UnixTime;

impl Run {
    pub(super) fn begin(&mut self, now: UnixTime) {
        let digest = self.plan.digest();
        let plan = Box::new(self.plan.clone());
        let policy = Box::new(self.policy.clone());
        self.record(now, JournalEvent::Begun { digest: digest.clone(), plan, policy });
        let id = self.take_id();
        let summary = self.plan.summary();
        self.outbox.push_back(Output::Request(id, Work::Approve(ApprovalRequest { digest, summary })));
        self.phase = Phase::Approving(id);
    }

    pub(super) fn decided(&mut self, now: UnixTime, answer: Result<Response, Failure>) {
        match answer {
            Ok(Response::Approval(Approval::Approved { digest, by })) if digest == self.plan.digest() => {
                self.record(now, JournalEvent::Approved { by, digest });
                self.look_around(now);
            }
            Ok(Response::Approval(Approval::Approved { digest, .. })) => {
                self.rejected(now, &format!("another plan was approved: its digest is `{digest}`"));
            }
            Ok(Response::Approval(Approval::Rejected { reason })) => self.rejected(now, &reason),
            Ok(_) => self.rejected(now, "the answer was no decision"),
            Err(failure) => self.rejected(now, &failure.message),
        }
    }

    pub(super) fn rejected(&mut self, now: UnixTime, reason: &str) {
        self.record(now, JournalEvent::Rejected { reason: reason.to_owned() });
        self.end(now, Ending::Refused { why: format!("not approved: {reason}") });
    }

    /// Looks at the world before the first act.
    pub(super) fn look_around(&mut self, now: UnixTime) {
        self.phase = Phase::Checking(Box::new(Survey::starting_at(self.job.clone(), now, self.next_id)));
    }

    /// The world was looked at: does the plan still fit? A run that was begun before is past that question.
    pub(super) fn looked_around(&mut self, now: UnixTime, survey: Survey) {
        self.next_id = survey.next_id();
        if let Some(stop) = survey.stopped().cloned() {
            self.end(now, Ending::Refused { why: format!("nothing was done: {}", stop.message) });
            return;
        }
        let is_fresh = self.status.is_empty();
        self.inquiry = survey.into_inquiry();
        self.asked_at = now;
        if is_fresh && let Some(why) = self.misfit() {
            self.end(now, Ending::Refused { why });
            return;
        }
        if is_fresh {
            self.record(now, JournalEvent::Fits);
        }
        self.phase = Phase::Working;
    }

    /// Why the plan does not fit the world any more, if so: what would be planned now is something else.
    pub(super) fn misfit(&self) -> Option<String> {
        let facts = &self.inquiry.facts;
        let now = crate::plan::plan(facts, &judge(facts, &self.policy), &self.policy, self.job.esxi_ssh.is_some());
        let steps = |plan: &Plan| (plan.first.clone(), plan.lanes.clone(), plan.last.clone());
        let is_other_vcenter = self.plan.instance_uuid.is_some() && self.plan.instance_uuid != now.instance_uuid;
        if is_other_vcenter {
            return Some("the plan is for another vCenter: the instance uuid differs".to_owned());
        }
        (steps(&self.plan) != steps(&now)).then(|| {
            format!(
                "nothing was done: the world has changed since the plan was made ({} steps were planned, {} would be now); plan again",
                self.plan.steps().count(),
                now.steps().count()
            )
        })
    }

    /// The work is over: leave, and look once more.
    pub(super) fn leave(&mut self, now: UnixTime) {
        self.phase = Phase::Leaving;
        let leave = [(Session::Vim, Question::Logout), (Session::Rest, Question::RestLogout)];
        for (session, question) in leave {
            if self.inquiry.has_session(session) {
                self.inquiry.put(question, 0);
            }
        }
        self.asked_at = now;
    }

    pub(super) fn prove(&mut self, now: UnixTime) {
        self.phase = Phase::Proving(Box::new(Survey::starting_at(self.job.clone(), now, self.next_id)));
    }

    pub(super) fn proved(&mut self, now: UnixTime, survey: Survey) {
        self.next_id = survey.next_id();
        let stopped = survey.stopped().cloned();
        let facts = survey.into_facts();
        let report = Report::of(&facts, stopped.as_ref(), &self.policy);
        let ending = ending::of(self, &facts, &report, stopped.as_ref());
        self.proof = Some(report);
        self.end(now, ending);
    }

    pub(super) fn end(&mut self, now: UnixTime, ending: Ending) {
        self.record(now, JournalEvent::Ended { ending: ending.clone() });
        self.ending = Some(ending);
        self.phase = Phase::Over;
    }
}
