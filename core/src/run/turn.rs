//! A host's turn: what its gates need is asked once more just before, since a run may go on for hours. A host before which
//! one has closed is passed over, and others go on.

use super::journal::{JournalEvent, Status};
use super::proof::only;
use super::rollback::{closed_before, connected_by};
use super::track::{Activity, Direction, Then, TrackStage, Unit};
use super::{Run, StopCause};
use crate::case::Case;
use crate::facts::HostId;
use crate::gates::{GateReading, GateState, read_for_turn};
use crate::plan::{Condition, Step, StepId, Undo};
use crate::survey::Question;
use crate::time::UnixTime;
use crate::wire::MoRef;

/// Seconds for which a gate is looked at again that opens by itself, if a step is given as many.
const PATIENCE_SECONDS: i64 = 60;
/// Gates that the work on another host of the cluster closes for a moment: HA sets itself up again.
const PASSING: [&str; 2] = ["failover-capacity", "host-busy"];
/// Steps of a host that a gate holds at its turn.
#[derive(Default)]
struct ClosedForTurn {
    /// Each with the reason.
    steps: Vec<(StepId, String)>,
    /// Nothing holds them that would not pass by itself.
    may_pass: bool,
}

/// Hosts that were passed over and are named with the reason when the run ends.
const MOST_NAMED: usize = 5;

impl Run {
    /// Asks what the gates before a host need to know.
    pub(super) fn look_at_gates(&mut self, now: UnixTime, index: usize, id: StepId, host: HostId) {
        let patience = self.policy.step_timeout_seconds.min(PATIENCE_SECONDS);
        self.look_anew(index);
        self.ask_gates(index, id, host, now.plus_seconds(patience));
    }

    pub(super) fn ask_gates(&mut self, index: usize, id: StepId, host: HostId, deadline: UnixTime) {
        let tag = self.take_tag();
        self.inquiry.knock_again();
        for question in self.gate_questions(&host) {
            self.inquiry.put(question, tag);
        }
        self.set(index, id, Some(Activity::Gates { host, tag, deadline }));
    }

    fn gate_questions(&self, id: &HostId) -> Vec<Question> {
        let hosts = Question::Hosts { hosts: vec![id.clone()] };
        let mut questions = vec![Question::CurrentTime, Question::CertificateSettings, hosts];
        let Some(host) = self.inquiry.facts.hosts.get(id) else { return questions };
        questions.extend(host.is_connected().then(|| Question::HostClock { host: id.clone() }));
        let cluster = host.cluster_id.value().and_then(|cluster| {
            let kind = self.inquiry.cluster_kinds.get(cluster)?;
            (kind == "ClusterComputeResource").then(|| MoRef::new(kind, cluster))
        });
        questions.extend(cluster.map(|cluster| Question::Failover { clusters: vec![cluster] }));
        questions
    }

    /// What the gates before a host need is known.
    pub(super) fn gates_seen(
        &mut self,
        now: UnixTime,
        index: usize,
        id: StepId,
        host: &HostId,
        deadline: UnixTime,
    ) -> bool {
        self.asked_at = now;
        let waiting: Vec<StepId> = self.unit_of(index, id).map_or_else(Vec::new, |unit| {
            unit.steps.iter().copied().filter(|one| self.status(*one) == Status::Waiting).collect()
        });
        let closed = self.closed_for_turn(now, host, &waiting);
        if closed.steps.is_empty() {
            self.let_in.insert(host.clone());
        } else if closed.may_pass && !self.is_late(now, index, id, Direction::Forward, deadline) {
            self.pause(now, index, id, Then::Gates(host.clone()), deadline);
            return true;
        }
        let is_new = self.unit_of(index, id).is_some_and(|unit| self.is_new(unit));
        if !is_new {
            // It is half done: what is held is seen step by step, and is read once for this approval.
            self.held.retain(|step, _| !waiting.contains(step));
            self.let_in.insert(host.clone());
        }
        self.held.extend(closed.steps);
        self.set(index, id, None);
        true
    }

    /// Which of the steps are held now: each by a gate before it, or all while the host cannot be looked at.
    fn closed_for_turn(&self, now: UnixTime, host: &HostId, steps: &[StepId]) -> ClosedForTurn {
        let facts = only(&self.inquiry.facts, now, host);
        let case = Case::new(&facts, &self.policy);
        let Some(seen) = case.facts.hosts.get(host) else { return ClosedForTurn::default() };
        if let Err(missing) = seen.connection.known() {
            let why = format!("`{}` could not be looked at when its turn came: {}", seen.name, missing.message);
            return ClosedForTurn { steps: steps.iter().map(|one| (*one, why.clone())).collect(), may_pass: true };
        }
        let closed: Vec<GateReading> = read_for_turn(&case)
            .into_iter()
            .filter(|reading| !reading.passes() && !self.is_own_doing(reading))
            .collect();
        let (passing, lasting): (Vec<GateReading>, Vec<GateReading>) = closed.into_iter().partition(|reading| {
            PASSING.contains(&reading.gate.as_str()) || matches!(reading.state, GateState::Unknown(_))
        });
        let connects = connected_by(&self.plan).contains(host);
        let held_by = |readings: &[GateReading]| -> Vec<(StepId, String)> {
            let steps = steps.iter().filter_map(|one| self.plan.step(*one));
            steps.filter_map(|step| Some((step.id, closed_before(readings, Some(seen), step, connects)?))).collect()
        };
        let (lasting, passing) = (held_by(&lasting), held_by(&passing));
        // The reason that lasts is the one that is told, so it comes last.
        let may_pass = lasting.is_empty();
        ClosedForTurn { steps: passing.into_iter().chain(lasting).collect(), may_pass }
    }

    /// Why a unit of which nothing has been begun is held: all of it, or none. Steps at the end of the plan for a host that
    /// is passed over are left out of it.
    pub(super) fn held_first(&self, unit: &Unit) -> Option<String> {
        let is_left_out = |id: StepId| {
            let host = self.plan.step(id).and_then(|step| step.host.as_ref());
            unit.host.is_none() && host.is_some_and(|host| self.passed_over.contains_key(&host.id))
        };
        let is_ahead = |id: StepId| self.status(id) == Status::Waiting && !is_left_out(id);
        let mut waiting = unit.steps.iter().filter(|id| is_ahead(**id));
        waiting.find_map(|id| self.held.get(id)).cloned()
    }

    /// Why a step that is seen to be needed is held all the same. What closes again what an earlier one opened never is.
    pub(super) fn held_now(&self, index: usize, id: StepId) -> Option<String> {
        let why = self.held.get(&id).filter(|_| self.direction == Direction::Forward)?;
        let (step, unit) = (self.plan.step(id)?, self.unit_of(index, id)?);
        let has_acted = |one: StepId| matches!(self.status(one), Status::Started | Status::Succeeded);
        let mut opened = unit.steps.iter().filter(|one| **one < id && has_acted(**one));
        let closes = opened.any(|one| {
            let undo = self.plan.step(*one).map(|step| &step.undo);
            matches!(undo, Some(Undo::By { act, .. }) if *act == step.act)
        });
        (!closes).then(|| why.clone())
    }

    /// A gate has closed before a host that is half done: it is taken back where it would be left worse, and is passed over
    /// otherwise.
    pub(super) fn hold_half_way(&mut self, now: UnixTime, index: usize, id: StepId, why: String) {
        let Some(unit) = self.unit_of(index, id) else { return };
        let host = unit.host.clone();
        let is_worse = self.would_be_left_worse(unit);
        let is_lane = self.tracks.get(index).is_some_and(|track| track.stage == TrackStage::Lane);
        self.set(index, id, None);
        match host {
            _ if is_worse => self.failed(now, id, &why),
            Some(host) if is_lane => self.record(now, JournalEvent::HostPassedOver { host, why }),
            _ => {
                if self.stopping.is_none() {
                    self.record(now, JournalEvent::Stopping { why, cause: StopCause::Failure });
                }
                self.end_track(index);
            }
        }
    }

    /// Whether a unit is passed over: its host is, or all hosts that it is for.
    pub(super) fn is_passed_over_with(&self, unit: &Unit) -> bool {
        if let Some(host) = &unit.host {
            return self.passed_over.contains_key(host);
        }
        let mut steps = unit.steps.iter().filter_map(|id| self.plan.step(*id));
        !self.passed_over.is_empty() && self.is_new(unit) && steps.all(|step| self.is_for_passed_over(step))
    }

    fn is_for_passed_over(&self, step: &Step) -> bool {
        let all = match (&step.host, &step.skip_when) {
            (Some(host), _) => std::slice::from_ref(&host.id),
            (None, Condition::ProvidersWell { hosts }) => hosts.as_slice(),
            (None, _) => return false,
        };
        all.iter().all(|host| self.passed_over.contains_key(host))
    }

    /// Why a step at the end of the plan is not reached: what it would finish was not begun at its host. Such steps are not
    /// made up for later, since the service that they rely on restarts once a run.
    pub(super) fn not_at_the_end(&self, index: usize, id: StepId) -> Option<String> {
        let host = self.plan.step(id).filter(|_| self.status(id) == Status::Waiting)?.host.as_ref()?;
        self.unit_of(index, id).filter(|unit| unit.host.is_none())?;
        let why = self.passed_over.get(&host.id)?;
        Some(format!("the host was passed over: {why}"))
    }

    /// A condition without the hosts that are passed over: nobody waits for them, and nothing is done for their sake.
    pub(super) fn without_passed_over(&self, condition: Condition) -> Condition {
        match condition {
            Condition::ProvidersWell { mut hosts } => {
                hosts.retain(|host| !self.passed_over.contains_key(host));
                Condition::ProvidersWell { hosts }
            }
            other => other,
        }
    }

    /// Says at the end which hosts were passed over, and why.
    pub(super) fn name_passed_over(&mut self, now: UnixTime) {
        if self.stopping.is_some() || self.passed_over.is_empty() {
            return;
        }
        let named: Vec<&str> = self.passed_over.values().take(MOST_NAMED).map(String::as_str).collect();
        let more = match self.passed_over.len().saturating_sub(named.len()) {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        let hosts = if self.passed_over.len() == 1 { "host was" } else { "hosts were" };
        let why = format!("{} {hosts} passed over: {}{more}", self.passed_over.len(), named.join("; "));
        self.record(now, JournalEvent::Stopping { why, cause: StopCause::Gate });
    }
}
