//! Looking whether a step is needed, has had its effect, or is taken back; and what follows from what is seen.

use super::acting::{MOST_SENDINGS, session_of};
use super::journal::{JournalEvent, Status};
use super::track::{Activity, Direction, Then, Tries, Why};
use super::{Run, look};
use crate::facts::HostId;
use crate::plan::{Condition, IfNotDone, StepId, Undo};
use crate::survey::{Question, Session};
use crate::time::UnixTime;

impl Run {
    /// Asks what tells whether the condition of `why` holds, with the step's own time to wait for it.
    pub(super) fn look(&mut self, now: UnixTime, index: usize, id: StepId, why: Why) {
        let timeout = self.plan.step(id).map_or(0, |step| step.timeout_seconds);
        self.look_anew(index);
        self.look_until(index, id, why, now.plus_seconds(timeout));
    }

    pub(super) fn look_until(&mut self, index: usize, id: StepId, why: Why, deadline: UnixTime) {
        let mut questions = match &why {
            Why::Session { direction, .. } => self.session_questions(id, *direction),
            Why::Ahead { steps } => {
                let all = self.ahead(index, id, *steps);
                let all = all.iter().flat_map(|(_, condition)| look::questions(condition, &self.inquiry.facts));
                all.fold(Vec::new(), |mut once, question| {
                    if !once.contains(&question) {
                        once.push(question);
                    }
                    once
                })
            }
            Why::InDoubt => self.doubt_questions(id),
            _ => self
                .condition(id, &why)
                .map_or_else(Vec::new, |condition| look::questions(&condition, &self.inquiry.facts)),
        };
        if matches!(why, Why::Skip | Why::Ahead { .. }) {
            questions.extend(self.unregistering_questions(id));
        }
        let tag = self.take_tag();
        self.inquiry.knock_again();
        for question in questions {
            self.inquiry.put(question, tag);
        }
        self.set(index, id, Some(Activity::Look { why, tag, deadline }));
    }

    /// A question that brings the session which the act needs.
    fn session_questions(&self, id: StepId, direction: Direction) -> Vec<Question> {
        match self.act_of(id, direction).and_then(|act| session_of(&act)) {
            Some(Session::Vim) => vec![Question::CurrentTime],
            Some(Session::Rest) => vec![Question::SpsService],
            None => Vec::new(),
        }
    }

    pub(super) fn condition(&self, id: StepId, why: &Why) -> Option<Condition> {
        let step = self.plan.step(id)?;
        match why {
            Why::Resend { direction: Direction::Forward, .. } => self.condition(id, &Why::InDoubt),
            Why::Resend { direction: Direction::Back, .. } => {
                self.condition(id, &Why::Undone { acted: false, why: None })
            }
            Why::Skip | Why::Ahead { .. } => {
                Some(self.and_nothing_dropped(id, self.without_passed_over(step.skip_when.clone())))
            }
            // What leaves no trace is only known not to be needed any more.
            Why::InDoubt if !step.act.shows() => Some(self.without_passed_over(step.skip_when.clone())),
            Why::InDoubt | Why::Done { .. } | Why::Again { .. } => {
                Some(self.and_nothing_dropped(id, step.done_when.clone()))
            }
            Why::Undone { .. } => match (&step.undo, &step.act) {
                (Undo::By { done_when, .. }, _) => Some(done_when.clone()),
                (Undo::PutBackCaStore, _) => {
                    let host = &step.host.as_ref()?.id;
                    let saved = self.saved.get(&id)?;
                    let all = saved.certificates.iter();
                    let names = all.filter_map(|pem| crate::certificate::Certificate::from_pem(pem).ok());
                    Some(Condition::CaStoreIsBack {
                        host: host.clone(),
                        certificates: names.map(|one| one.fingerprint).collect(),
                        added: saved.adds.clone(),
                    })
                }
                _ => None,
            },
            Why::Session { .. } => None,
        }
    }

    pub(super) fn holds(&self, id: StepId, why: &Why, now: UnixTime) -> Option<bool> {
        self.is_so(&self.condition(id, why)?, now)
    }

    /// The number by which this run knows what it has set aside on machines, in a journal that is resumed too: the time of
    /// what its plan was made from.
    pub(super) fn number(&self) -> i64 {
        self.plan.facts_at.0.max(0)
    }

    pub(super) fn is_so(&self, condition: &Condition, now: UnixTime) -> Option<bool> {
        let on_disk = |host: &HostId| self.inquiry.on_disk.get(host).map(|found| found.as_seen_by(self.number()));
        let ahead = self.inquiry.facts.vcenter.clock_ahead_seconds.value().copied().unwrap_or(0);
        condition.holds(&self.inquiry.facts, on_disk, now.plus_seconds(ahead))
    }

    /// A look at a step that has not begun: the more steps before it were not needed, the more are looked at with it.
    pub(super) fn look_ahead(&self, index: usize) -> Why {
        Why::Ahead { steps: self.tracks.get(index).map_or(1, |track| track.unneeded.clamp(1, MOST_AHEAD)) }
    }

    /// The steps of a unit from `id` on that have not begun, so many at most, each with what is asked of it first.
    fn ahead(&self, index: usize, id: StepId, steps: u32) -> Vec<(StepId, Condition)> {
        let steps = usize::try_from(steps).unwrap_or(usize::MAX);
        let all = self.unit_of(index, id).map_or(&[][..], |unit| unit.steps.as_slice());
        let open = all.iter().skip_while(|one| **one != id).filter(|one| self.status(**one) == Status::Waiting);
        let asked = |one: &StepId| {
            let condition = self.condition(*one, &Why::Skip)?;
            let narrow = look::without_login(&condition, &self.inquiry.facts).cloned();
            Some((*one, narrow.unwrap_or(condition)))
        };
        open.take(steps).filter_map(asked).collect()
    }

    /// Passes over the steps that are seen not to be needed, up to the first that may be. Only the first of all may act
    /// by this look; those after it are looked at again when their turn comes.
    fn looked_ahead(&mut self, now: UnixTime, index: usize, id: StepId, steps: u32) {
        for (step, condition) in self.ahead(index, id, steps) {
            let is_first = step == id;
            if self.is_so(&condition, now) != Some(true) {
                if !is_first {
                    break;
                }
                let is_whole = self.condition(id, &Why::Skip).as_ref() == Some(&condition);
                return if is_whole { self.needed(now, index, id) } else { self.look(now, index, id, Why::Skip) };
            }
            // Out of its turn no more than the one step is looked at: the others are looked at when their host has its turn.
            if !is_first
                && (self.stopping.is_some()
                    || self.unit_of(index, id).is_some_and(|unit| self.is_passed_over_with(unit)))
            {
                break;
            }
            self.record(now, JournalEvent::Skipped { step });
            if let Some(track) = self.tracks.get_mut(index) {
                track.unneeded = track.unneeded.saturating_add(1);
            }
        }
        self.set(index, id, None);
    }

    /// The step is needed, or it cannot be told that it is not.
    fn needed(&mut self, now: UnixTime, index: usize, id: StepId) {
        if let Some(track) = self.tracks.get_mut(index) {
            track.unneeded = 0;
        }
        if !self.may_begin(index, id) {
            return self.set(index, id, None);
        }
        if let Some((host, why)) = self.why_not_unregister(now, id) {
            self.record(now, JournalEvent::HostPassedOver { host, why });
            return self.set(index, id, None);
        }
        if let Some(why) = self.held_now(index, id) {
            return self.hold_half_way(now, index, id, why);
        }
        match self.part_before_act(index, id) {
            Some(part) => self.ask_part(index, id, part),
            None => self.act(now, index, id, Tries::default()),
        }
    }

    /// All questions of a look are answered.
    pub(super) fn looked(&mut self, now: UnixTime, index: usize, id: StepId, why: Why, deadline: UnixTime) -> bool {
        self.asked_at = now;
        if let Why::Ahead { steps } = why {
            self.looked_ahead(now, index, id, steps);
            return true;
        }
        let holds = self.holds(id, &why, now);
        let is_over = now >= deadline;
        match (why, holds) {
            (Why::Skip, Some(true)) => {
                self.record(now, JournalEvent::Skipped { step: id });
                self.set(index, id, None);
            }
            (Why::Skip | Why::Ahead { .. }, _) => self.needed(now, index, id),
            // What leaves no trace cannot be seen to be done by its not being needed.
            (Why::Resend { direction: Direction::Forward, why, .. }, Some(true)) if !self.shows(id) => {
                let why = format!("{why}; and then it was not needed any more");
                self.record(now, JournalEvent::NotReached { step: id, why });
                self.set(index, id, None);
            }
            (Why::InDoubt | Why::Done { .. } | Why::Resend { direction: Direction::Forward, .. }, Some(true)) => {
                self.record(now, JournalEvent::Succeeded { step: id });
                self.set(index, id, None);
            }
            (Why::InDoubt, seen) => self.still_in_doubt(now, index, id, seen, deadline),
            (Why::Again { tries, .. }, Some(true)) => self.act(now, index, id, tries),
            (Why::Done { why }, _) if self.is_late(now, index, id, Direction::Forward, deadline) => {
                self.not_done(now, index, id, why);
            }
            (Why::Again { why, .. }, _) if self.is_late(now, index, id, Direction::Forward, deadline) => {
                self.not_done(now, index, id, Some(why));
            }
            (why @ (Why::Done { .. } | Why::Again { .. }), _) => {
                self.pause(now, index, id, Then::Look(why), deadline);
            }
            (Why::Undone { acted: false, .. }, Some(true)) if self.is_undone_once_more(now, id) => {
                self.act_back(now, index, id, Tries::default());
            }
            (Why::Resend { direction: Direction::Back, tries, .. }, Some(true))
                if self.is_undone_once_more(now, id) =>
            {
                self.act_back(now, index, id, tries);
            }
            (Why::Undone { .. } | Why::Resend { direction: Direction::Back, .. }, Some(true)) => {
                self.record(now, JournalEvent::UndoFinished { step: id });
                self.set(index, id, None);
            }
            (Why::Undone { acted: false, .. }, Some(false)) => self.act_back(now, index, id, Tries::default()),
            // It was sent, nobody heard what became of it, and it has not come to its end by itself.
            (Why::Undone { acted: true, .. }, Some(false)) if is_over && self.was_undoing_cut_off(id) => {
                self.act_back(now, index, id, Tries { sendings: MOST_SENDINGS, ..Tries::default() });
            }
            (Why::Undone { why, .. }, _) if is_over => {
                let unseen = holds.is_none();
                let what = if unseen {
                    "whether it is as it was before could not be seen"
                } else {
                    "it is not as it was before"
                };
                self.not_undone(now, index, id, why.unwrap_or_else(|| what.to_owned()));
            }
            (why @ Why::Undone { .. }, _) => self.pause(now, index, id, Then::Look(why), deadline),
            // Nothing is put back over what cannot be seen.
            (Why::Resend { direction: Direction::Back, why, .. }, None) if is_over => {
                self.not_undone(now, index, id, why);
            }
            (why @ Why::Resend { direction: Direction::Back, .. }, None) => {
                self.pause(now, index, id, Then::Look(why), deadline);
            }
            (Why::Session { direction, tries } | Why::Resend { direction, tries, .. }, _) => match direction {
                Direction::Forward => self.act(now, index, id, tries),
                Direction::Back => self.act_back(now, index, id, tries),
            },
        }
        true
    }

    pub(super) fn shows(&self, id: StepId) -> bool {
        self.plan.step(id).is_some_and(|step| step.act.shows())
    }

    pub(super) fn pause(&mut self, now: UnixTime, index: usize, id: StepId, then: Then, deadline: UnixTime) {
        let Some(track) = self.tracks.get_mut(index) else { return };
        let seconds = pause_seconds(track.pauses, self.policy.poll_seconds).min(deadline.seconds_since(now)).max(0);
        track.pauses = track.pauses.saturating_add(1);
        self.set(index, id, Some(Activity::Pause { since: now, seconds, then, deadline }));
    }

    /// What is looked for from here on is new: it is looked for soon, and then more and more seldom.
    pub(super) fn look_anew(&mut self, index: usize) {
        if let Some(track) = self.tracks.get_mut(index) {
            track.pauses = 0;
        }
    }

    pub(super) fn pause_over(&mut self, index: usize, id: StepId, then: Then, deadline: UnixTime) -> bool {
        match then {
            Then::Look(why) => self.look_until(index, id, why, deadline),
            Then::Task(task, direction) => self.ask_task(index, id, task, direction, deadline),
            Then::Prove(host) => self.ask_host(index, id, host, deadline),
            Then::Gates(host) => self.ask_gates(index, id, host, deadline),
            Then::Settle(task) => self.ask_whether_settled(index, id, task, deadline),
        }
        true
    }

    /// The step's effect did not show.
    pub(super) fn not_done(&mut self, now: UnixTime, index: usize, id: StepId, why: Option<String>) {
        if why.is_none() && self.leave_off(now, index, id) {
            return;
        }
        let Some(step) = self.plan.step(id) else { return };
        let waited = format!("after {} seconds it was not so that {}", step.timeout_seconds, step.done_when.in_words());
        let why = why.unwrap_or(waited);
        match step.if_not_done {
            IfNotDone::GoOnIfEnded if self.unsure.contains(&id) => self.failed(now, id, &why),
            IfNotDone::GoOn | IfNotDone::GoOnIfEnded => self.record(now, JournalEvent::NotReached { step: id, why }),
            IfNotDone::Stop => self.failed(now, id, &why),
        }
        self.set(index, id, None);
    }

    pub(super) fn failed(&mut self, now: UnixTime, id: StepId, why: &str) {
        self.record_and_stop(now, JournalEvent::Failed { step: id, why: why.to_owned() });
    }
}

/// How many steps are looked at together at most.
const MOST_AHEAD: u32 = 64;
/// How many pauses are only a moment: most of what is short is over within a second.
const MOMENTS: u32 = 4;
/// How many pauses are equally long before they grow by a second: what has taken long may take longer.
const PAUSES_ALIKE: u32 = 8;

/// Seconds of the next pause after so many, `most` of them at most; 0 is a moment.
fn pause_seconds(pauses: u32, most: i64) -> i64 {
    match pauses.checked_sub(MOMENTS) {
        None => 0,
        Some(more) => i64::from(more / PAUSES_ALIKE).saturating_add(1).min(most.max(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_looks_soon_at_first_and_then_more_and_more_seldom_up_to_what_is_allowed() {
        let pauses = |most| (0..40).map(|pauses| pause_seconds(pauses, most)).collect::<Vec<_>>();
        assert_eq!(pauses(3).get(..6), Some(&[0, 0, 0, 0, 1, 1][..]));
        assert!(pauses(3).is_sorted() && pauses(3).last() == Some(&3));
        assert!(pauses(0).iter().all(|seconds| *seconds <= 1), "it never waits for nothing");
    }
}
