//! From one phase of a run to the next: the look before, the work, the looks after.

use super::journal::{JournalEvent, Status};
use super::track::Direction;
use super::{Ending, Phase, Run, RunEvent, ending};
use crate::case::PlaceKind;
use crate::machine::Output;
use crate::report::Report;
use crate::survey::{Question, Session, Survey};
use crate::time::UnixTime;

impl Run {
    /// Looks at the world before the first act.
    pub(super) fn look_around(&mut self, now: UnixTime) {
        self.phase = Phase::Checking(Box::new(Survey::starting_at(self.job.clone(), now, self.next_id)));
    }

    /// The world was looked at: does the plan still fit? A run that was begun before is past that question.
    pub(super) fn looked_around(&mut self, now: UnixTime, survey: Survey) {
        self.next_id = survey.next_id();
        if let Some(stop) = survey.stopped().cloned() {
            let ending = self.nothing_more(format!("vCenter could not be asked: {}", stop.message));
            return self.end(now, ending);
        }
        self.inquiry = survey.into_inquiry();
        self.asked_at = now;
        if let Some(why) = self.elsewhere() {
            return self.turn_away(why);
        }
        if self.status.is_empty() {
            match self.replan() {
                Err(why) => return self.end(now, Ending::Refused { why }),
                Ok(Some(plan)) => return self.ask_again(now, plan),
                Ok(None) => self.record(now, JournalEvent::Fits),
            }
            let found = self.found_at_vcenter(&self.inquiry.facts);
            let picture = Box::new(self.picture(&self.inquiry.facts, found));
            self.record(now, JournalEvent::Before { picture });
            let evidence = self.evidence();
            self.outbox.push_back(Output::Event(RunEvent::Evidence(evidence)));
        } else {
            self.read_held();
        }
        self.phase = Phase::Working;
    }

    /// The work is over: leave, and look once more.
    pub(super) fn leave(&mut self, now: UnixTime) {
        self.name_passed_over(now);
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
        let at_vcenter = report.findings.iter().filter(|finding| finding.place.kind == PlaceKind::Vcenter);
        let found = at_vcenter.map(|finding| finding.diagnostic.code.clone()).collect();
        self.after = Some(self.picture(&facts, found));
        let ending = match self.direction {
            Direction::Forward => ending::of(self, &facts, &report, stopped.as_ref()),
            Direction::Back => ending::of_rollback(self),
        };
        self.proof = Some(report);
        if self.is_to_settle(&ending) {
            self.looked_twice = true;
            self.phase = Phase::Settling(now.plus_seconds(self.policy.proof_seconds));
        } else {
            self.end(now, ending);
        }
    }

    /// What SMS says is as old as its last look at a provider: where something was changed and all that is open is
    /// whether it holds, it is looked at once more.
    fn is_to_settle(&self, ending: &Ending) -> bool {
        let is_open = matches!(ending, Ending::Cured | Ending::Stuck { step: None, .. });
        let has_changed = self.plan.steps().any(|step| self.status(step.id) == Status::Succeeded);
        is_open && has_changed && !self.looked_twice && self.policy.proof_seconds > 0
    }

    pub(super) fn end(&mut self, now: UnixTime, ending: Ending) {
        self.record(now, JournalEvent::Ended { ending: ending.clone() });
        self.ending = Some(ending);
        self.phase = Phase::Over;
    }
}
