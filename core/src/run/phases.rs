//! From one phase of a run to the next: the look before, the work, the looks after.

use super::journal::JournalEvent;
use super::track::Direction;
use super::{Ending, Phase, Run, RunEvent, ending};
use crate::machine::Output;
use crate::report::Report;
use crate::rules::judge;
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
            let found = judge(&self.inquiry.facts, &self.policy).findings;
            let picture = Box::new(self.picture(&self.inquiry.facts, &found));
            self.record(now, JournalEvent::Before { picture });
            let evidence = self.evidence();
            self.outbox.push_back(Output::Event(RunEvent::Evidence(evidence)));
        } else {
            self.read_held();
        }
        self.phase = Phase::Working;
    }

    /// A survey that is over gives its facts.
    pub(super) fn take_survey(&mut self, now: UnixTime) {
        match std::mem::replace(&mut self.phase, Phase::Over) {
            Phase::Checking(survey) if survey.is_over() => {
                self.looked_around(now, *survey);
                self.advance(now);
            }
            Phase::Proving(survey) if survey.is_over() => self.proved(now, *survey),
            phase => self.phase = phase,
        }
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
        self.after = Some(self.picture(&facts, &report.findings));
        let ending = match self.direction {
            Direction::Forward => ending::of(self, &facts, &report, stopped.as_ref()),
            Direction::Back => ending::of_rollback(self),
        };
        self.proof = Some(report);
        if self.is_to_settle(&ending) {
            self.looked_twice = true;
            // Whoever asked to stop is not made to wait.
            let seconds = if self.hurry.is_some() { 0 } else { self.policy.proof_seconds };
            self.phase = Phase::Settling(now.plus_seconds(seconds));
        } else {
            if let Some(picture) = self.after.clone().map(Box::new) {
                self.record(now, JournalEvent::After { picture });
            }
            self.end(now, ending);
        }
    }

    /// What SMS says is as old as its last look at a provider: where something was changed and all that is open is
    /// whether it holds, it is looked at once more.
    fn is_to_settle(&self, ending: &Ending) -> bool {
        let is_open = matches!(ending, Ending::Cured | Ending::Stuck { step: None, .. });
        let has_changed = self.plan.steps().any(|step| self.has_acted(step.id));
        is_open && has_changed && !self.looked_twice && self.policy.proof_seconds > 0
    }

    pub(super) fn end(&mut self, now: UnixTime, ending: Ending) {
        self.record(now, JournalEvent::Ended { ending });
        self.phase = Phase::Over;
    }

    /// There was nothing to begin: the journal stays as it is, and what it is a journal of can be gone on with.
    pub(super) fn end_unbegun(&mut self, why: &str) {
        self.ending = Some(Ending::Refused { why: why.to_owned() });
        self.phase = Phase::Over;
    }
}
