//! Taking a whole run back, in the reverse of its order, as far as its steps can be.
//!
//! It is asked for, stands behind the same gates, and goes on in the same journal; what cannot be taken back is said with
//! what to do by hand.

use std::collections::{BTreeMap, BTreeSet};

use super::approval::digest;
use super::journal::{IllegalEntry, JournalEntry, JournalEvent, Status};
use super::track::Direction;
use super::{Ending, Phase, Run, kept};
use crate::case::Case;
use crate::facts::{Host, HostId};
use crate::gates::{GateReading, connected, read_gates};
use crate::job::Job;
use crate::plan::{Act, Plan, Step, StepId, Undo};
use crate::request::Subject;
use crate::time::UnixTime;

impl Run {
    /// A run that takes back what the run of this journal did, ended or not. `waivers` let pass gates besides those that
    /// its policy lets pass. `Err` when the journal tells of something that cannot have happened.
    pub fn roll_back(
        entries: &[JournalEntry],
        job: Job,
        waivers: BTreeMap<String, String>,
        now: UnixTime,
    ) -> Result<Self, IllegalEntry> {
        let mut run = Self::replay(entries, job, now)?.0;
        run.policy.waivers.extend(waivers);
        run.begin_again_backwards();
        Ok(run)
    }

    /// From here on the order is the reverse, and nothing of how it ended before counts.
    pub(super) fn begin_again_backwards(&mut self) {
        self.direction = Direction::Back;
        self.phase = Phase::New;
        self.stopping = None;
        self.hurry = None;
        self.policy.until = None;
        self.passed_over.clear();
        self.left_off.clear();
        self.ending = None;
        self.after = None;
        // What could not be taken back then may be taken back now.
        for status in self.status.values_mut().filter(|status| **status == Status::UndoFailed) {
            *status = Status::Failed;
        }
    }

    pub(super) fn begin_taking_back(&mut self, now: UnixTime) {
        let steps = self.to_take_back();
        if steps.is_empty() {
            return self.end_unbegun("there is nothing to take back");
        }
        let digest = digest(&steps);
        let lasting = steps.iter().filter(|step| matches!(step.undo, Undo::Nothing(_))).count();
        let summary = format!("{} steps to take back, {lasting} of them with nothing to be done", steps.len());
        let waivers = self.policy.waivers.clone();
        self.record(now, JournalEvent::TakingBack { digest: digest.clone(), waivers });
        self.ask(digest, summary, Subject::Rollback(steps));
    }

    /// What there is to take back, in the order in which it is.
    fn to_take_back(&self) -> Vec<Step> {
        let mut steps: Vec<Step> = self.plan.steps().filter(|step| self.can_be_undone(step.id)).cloned().collect();
        steps.reverse();
        // What hosts were told of a new certificate of SPS is taken back once SPS shows the earlier one.
        steps.sort_by_key(|step| self.trusts_client(step.id) && self.shows_new_client());
        steps
    }

    /// Steps before which a gate is closed now: those that are still to begin, or still to be taken back.
    pub(super) fn read_held(&mut self) {
        let case = Case::new(&self.inquiry.facts, &self.policy);
        let is_closed = |reading: &GateReading| !reading.passes() && !self.is_own_doing(reading);
        let readings: Vec<GateReading> = read_gates(&case).into_iter().filter(is_closed).collect();
        let is_ahead = |id: StepId| match self.direction {
            // One in doubt may have to act once more.
            Direction::Forward => matches!(self.status(id), Status::Waiting | Status::Started),
            Direction::Back => self.can_be_undone(id),
        };
        let connected = connected_by(&self.plan);
        let held = self.plan.steps().filter(|step| is_ahead(step.id)).filter_map(|step| {
            let host = step.host.as_ref().and_then(|host| case.facts.hosts.get(&host.id));
            let connects = host.is_some_and(|host| connected.contains(&host.id));
            Some((step.id, closed_before(&readings, host, step, connects)?))
        });
        self.held = held.collect();
    }

    /// Why a step that would have to change something is not taken back, if a gate is closed.
    pub(super) fn held_back(&self, id: StepId) -> Option<String> {
        (self.direction == Direction::Back).then(|| self.held.get(&id).cloned()).flatten()
    }

    /// How a run that was taken back ended.
    pub(super) fn taken_back(&self) -> Ending {
        let undone = self.plan.steps().filter(|step| self.status(step.id) == Status::Undone).count();
        Ending::TakenBack { steps: u32::try_from(undone).unwrap_or(u32::MAX), kept: kept::of(self) }
    }
}

/// Hosts that the plan connects itself: their steps are not held for want of a connection, forth or back.
pub(super) fn connected_by(plan: &Plan) -> BTreeSet<HostId> {
    let hosts = plan.steps().filter_map(|step| match &step.act {
        Act::ReconnectHost { host, .. } => Some(host.clone()),
        _ => None,
    });
    hosts.collect()
}

pub(super) fn closed_before(
    readings: &[GateReading],
    host: Option<&Host>,
    step: &Step,
    connects: bool,
) -> Option<String> {
    let mut readings = readings.iter().filter(|reading| !(connects && reading.gate == connected::GATE.name));
    let closed = readings.find(|reading| {
        let is_before = host.map_or(reading.place.host.is_none(), |host| reading.stands_before(host));
        is_before && step.touched().any(|one| reading.holds_back(one))
    })?;
    let name = step.host.as_ref().map_or("vCenter", |host| host.name.as_str());
    Some(format!(
        "gate `{}` is closed before `{name}`: {}; open it, or waive it with a reason",
        closed.gate,
        closed.reason()
    ))
}
