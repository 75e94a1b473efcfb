//! What comes next in a track: forwards by the order of the plan, and back by its reverse.

use super::journal::Status;
use super::track::{Direction, Next, Track, TrackStage, Unit};
use super::{Part, Run};
use crate::facts::HostId;
use crate::plan::StepId;

impl Run {
    /// What a track does next; `None` when it must wait for other tracks.
    pub(super) fn next_of(&self, index: usize) -> Option<Next> {
        let track = self.tracks.get(index)?;
        let is_before = |stage: TrackStage| match self.direction {
            Direction::Forward => stage < track.stage,
            Direction::Back => stage > track.stage,
        };
        if !self.tracks.iter().filter(|other| is_before(other.stage)).all(|other| other.ended) {
            return None;
        }
        match self.direction {
            Direction::Forward => self.next_forward(track),
            Direction::Back => self.next_back(track),
        }
    }

    fn next_forward(&self, track: &Track) -> Option<Next> {
        for unit in &track.units {
            if self.must_go_back(unit) {
                match self.last_to_undo(unit) {
                    Some(id) => return Some(Next::Back(id)),
                    None => continue,
                }
            }
            if unit.steps.iter().any(|id| self.left_off.contains(id)) {
                continue;
            }
            let Some(next) = unit.steps.iter().copied().find(|id| !self.status(*id).is_behind()) else {
                match self.host_to_prove(unit) {
                    Some(proof) => return Some(proof),
                    None => continue,
                }
            };
            // Whoever said no is not asked again.
            if self.declined.contains(&Part::Step(next)) {
                continue;
            }
            if !self.is_finished_all_the_same(unit) || self.is_passed_over_with(unit) {
                match self.owed(unit) {
                    None => continue,
                    Some(_) if self.is_new(unit) && self.is_full() => return None,
                    Some(owed) => return Some(Next::Forward(owed)),
                }
            }
            let is_new = self.is_new(unit);
            if let Some(why) = self.held_first(unit).filter(|_| is_new) {
                match (&unit.host, track.stage) {
                    (Some(host), TrackStage::Lane) => return Some(Next::PassOver(host.clone(), why)),
                    _ if self.stopping.is_none() => return Some(Next::Hold(why)),
                    _ => continue,
                }
            }
            if is_new && self.is_full() {
                return None;
            }
            return Some(self.first_of(unit, next, is_new));
        }
        Some(Next::End)
    }

    /// Before a new unit begins it is asked for, and the gates of its host are read; and once more wherever people were asked
    /// on the way, who take their time.
    fn first_of(&self, unit: &Unit, next: StepId, is_new: bool) -> Next {
        if is_new
            && self.stopping.is_none()
            && let Some(part) = self.part_before_host(unit.host.as_ref())
        {
            return Next::Ask(next, part);
        }
        let is_unread = |host: &&HostId| !self.let_in.contains(*host) && (is_new || !self.granted.is_empty());
        match unit.host.as_ref().filter(is_unread).filter(|_| self.stopping.is_none()) {
            Some(host) => Next::Gates(next, host.clone()),
            None => Next::Forward(next),
        }
    }

    /// Whether nothing of the unit has been begun. A step that was seen not to be needed is no beginning, nor is one by which
    /// the host was only told of a new certificate.
    pub(super) fn is_new(&self, unit: &Unit) -> bool {
        let is_unbegun = |id: &StepId| matches!(self.status(*id), Status::Waiting | Status::Skipped);
        unit.steps.iter().all(|id| is_unbegun(id) || self.out_of_turn.contains(id))
    }

    /// Whether a step that was looked at may act still: while it was looked at, or asked for, the run may have begun to
    /// stop.
    pub(super) fn may_begin(&self, index: usize, id: StepId) -> bool {
        let is_finished = || {
            let unit = self.unit_of(index, id);
            unit.is_some_and(|unit| self.is_finished_all_the_same(unit) || self.owed(unit) == Some(id))
        };
        self.status(id) != Status::Waiting || (!self.is_passed_over(id) && is_finished())
    }

    fn next_back(&self, track: &Track) -> Option<Next> {
        for unit in track.units.iter().rev() {
            let Some(id) = self.last_to_undo(unit) else { continue };
            let is_begun = |id: &StepId| matches!(self.status(*id), Status::UndoStarted | Status::Undone);
            if !unit.steps.iter().any(is_begun) {
                if self.stopping.is_some() {
                    return Some(Next::End);
                }
                if self.is_full() {
                    return None;
                }
            }
            return Some(Next::Back(id));
        }
        Some(Next::End)
    }

    /// True when a step of the unit failed or the host is not well after all of them.
    fn must_go_back(&self, unit: &Unit) -> bool {
        let is_failed = |id: &StepId| {
            matches!(self.status(*id), Status::Failed | Status::UndoStarted | Status::Undone | Status::UndoFailed)
        };
        unit.steps.iter().any(is_failed) || unit.host.as_ref().is_some_and(|host| self.unwell.contains_key(host))
    }

    /// A host goes on trusting the certificate that SPS shows, whatever else is taken back.
    fn last_to_undo(&self, unit: &Unit) -> Option<StepId> {
        let is_needed =
            |id: StepId| self.status(id) == Status::Succeeded && self.trusts_client(id) && self.shows_new_client();
        unit.steps.iter().rev().copied().find(|id| self.can_be_undone(*id) && !is_needed(*id))
    }

    /// True when there is something to take back, or it is not known. A step in doubt is taken back only with the whole
    /// run: otherwise it is looked at and finished.
    pub(super) fn can_be_undone(&self, id: StepId) -> bool {
        match self.status(id) {
            Status::Failed | Status::Succeeded | Status::NotReached | Status::UndoStarted => true,
            Status::Started => self.direction == Direction::Back,
            Status::Waiting | Status::Skipped | Status::Undone | Status::UndoFailed => false,
        }
    }

    /// A host is looked at once, if anything was done there. Whoever wants to stop is not made to wait for it: the look
    /// at the end sees it too.
    fn host_to_prove(&self, unit: &Unit) -> Option<Next> {
        let host = unit.host.as_ref().filter(|host| !self.proved.contains(*host) && self.hurry.is_none())?;
        let acted = |id: &&StepId| matches!(self.status(**id), Status::Succeeded | Status::NotReached);
        let id = unit.steps.iter().find(acted)?;
        Some(Next::Prove(*id, host.clone()))
    }

    fn is_full(&self) -> bool {
        let at_once = usize::try_from(self.policy.clusters_at_once.max(1)).unwrap_or(usize::MAX);
        let is_at_work = |track: &&Track| track.stage == TrackStage::Lane && track.activity.is_some();
        self.tracks.iter().filter(is_at_work).count() >= at_once
    }

    /// The unit that a step of a track belongs to.
    pub(super) fn unit_of(&self, index: usize, id: StepId) -> Option<&Unit> {
        self.tracks.get(index)?.units.iter().find(|unit| unit.steps.contains(&id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Step;
    use crate::run::journal::JournalEvent;
    use crate::run::testing::{first_lane, plan, run};
    use crate::run::track::{Activity, Then};
    use crate::run::{StopCause, track};
    use crate::time::UnixTime;

    const NOW: UnixTime = UnixTime(1_770_000_000);

    #[test]
    fn a_step_that_was_left_off_is_not_begun_again_in_the_same_run() {
        let mut run = run(plan(), NOW);
        let lane = first_lane(&mut run);
        let step = StepId(0);
        run.apply(NOW, &JournalEvent::Started { step, saved: None });
        run.apply(NOW, &JournalEvent::Stopping { why: "a person asked to stop".to_owned(), cause: StopCause::Person });
        assert!(matches!(run.next_of(lane), Some(Next::Forward(StepId(0)))), "it is in doubt, so it is finished");
        run.apply(NOW, &JournalEvent::LeftOff { step, why: "a person asked to stop".to_owned() });
        assert!(matches!(run.next_of(lane), Some(Next::End)));
        run.apply(NOW, &JournalEvent::Resumed { until: None });
        assert!(matches!(run.next_of(lane), Some(Next::Forward(StepId(0)))));
    }

    #[test]
    fn no_more_clusters_are_worked_on_than_the_policy_allows() {
        let mut run = run(plan(), NOW);
        run.policy.clusters_at_once = 1;
        let lane = first_lane(&mut run);
        for host in run.plan.hosts().map(|host| host.host.id.clone()).collect::<Vec<_>>() {
            run.let_in.insert(host);
        }
        assert!(matches!(run.next_of(lane + 1), Some(Next::Forward(StepId(2)))));
        let host = HostId("host-0".to_owned());
        run.set(
            lane,
            StepId(0),
            Some(Activity::Pause { since: NOW, seconds: 1, then: Then::Gates(host), deadline: NOW }),
        );
        assert!(run.next_of(lane + 1).is_none());
        // Neither does a host begin of which no more was done than to tell it of a new certificate.
        run.status.insert(StepId(2), Status::Succeeded);
        run.out_of_turn.insert(StepId(2));
        let unit = run.unit_of(lane + 1, StepId(2)).cloned();
        assert!(unit.is_some_and(|unit| run.is_new(&unit)));
    }

    #[test]
    fn a_gate_before_a_host_that_is_passed_over_does_not_hold_the_end_of_the_plan() {
        let mut plan = plan();
        let at_the_end = |step: &Step, id: u32| Step { id: StepId(id), ..step.clone() };
        plan.last = plan.steps().take(2).zip(4..).map(|(step, id)| at_the_end(step, id)).collect();
        let mut run = run(plan, NOW);
        let last = track::of(&run.plan).pop().and_then(|mut track| track.units.pop());
        let Some(last) = last else { return assert_eq!(last, None) };
        run.held.insert(StepId(4), "gate `maintenance` is closed".to_owned());
        assert!(run.held_first(&last).is_some());
        run.apply(NOW, &JournalEvent::HostPassedOver { host: HostId("host-0".to_owned()), why: "a gate".to_owned() });
        assert_eq!(run.held_first(&last), None);
        run.held.insert(StepId(5), "gate `maintenance` is closed".to_owned());
        assert!(run.held_first(&last).is_some(), "the other host is not passed over");
    }
}
