//! Working through the steps: what one sequence of hosts is at, and how a step goes from one state to the next.

use serde::{Deserialize, Serialize};

use super::acting::session_of;
use super::journal::{JournalEvent, Status};
use super::{Run, look};
use crate::machine::RequestId;
use crate::plan::{Act, Condition, IfNotDone, Plan, Step, StepId, Undo};
use crate::survey::{Question, Session, Tag};
use crate::time::UnixTime;
use crate::wire::MoRef;

/// A sequence that is worked through by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Track {
    /// Its steps, host by host; the steps of one host succeed or are taken back together.
    hosts: Vec<Vec<StepId>>,
    /// Whether it comes before, among or after the lanes.
    stage: TrackStage,
    /// What it is at.
    pub(super) activity: Option<(StepId, Activity)>,
    /// There is nothing left to do in it, or nothing that may be done.
    ended: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum TrackStage {
    First,
    Lane,
    Last,
}

/// What a step is at. Each names what it waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Activity {
    /// Answers to the questions of a condition.
    Look { why: Why, tag: Tag, deadline: UnixTime },
    /// A moment, before looking again.
    Pause { until: UnixTime, then: Then, deadline: UnixTime },
    /// The answer to a change.
    Send { request: RequestId, direction: Direction, attempts: u32 },
    /// The answer to how far a task is.
    Task { task: MoRef, tag: Tag, direction: Direction, deadline: UnixTime },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Direction {
    Forward,
    Back,
}

/// What a look is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Why {
    /// Is the step needed?
    Skip,
    /// The run was interrupted here: has it happened?
    InDoubt,
    /// Has it had its effect? `why` is what the act said if it did not say yes.
    Done { why: Option<String> },
    /// Is it as it was before? Asked before undoing, when `acted` is false, and after.
    Undone { acted: bool, why: Option<String> },
    /// The change may not have arrived and leaves no trace by which that could be told: has what it acts on come to
    /// rest, so that it can be sent again? `why` is what was heard instead of an answer.
    Again { attempts: u32, why: String },
    /// A new session, to send the change again with.
    Session { direction: Direction, attempts: u32 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Then {
    Look(Why),
    Task(MoRef, Direction),
}

/// The tracks of a plan.
pub(super) fn of(plan: &Plan) -> Vec<Track> {
    let ids = |steps: &[Step]| steps.iter().map(|step| step.id).collect::<Vec<_>>();
    let track = |stage, hosts| Track { hosts, stage, activity: None, ended: false };
    let mut tracks = vec![track(TrackStage::First, plan.first.iter().map(|step| vec![step.id]).collect())];
    tracks.extend(
        plan.lanes.iter().map(|lane| track(TrackStage::Lane, lane.hosts.iter().map(|host| ids(&host.steps)).collect())),
    );
    tracks.push(track(TrackStage::Last, plan.last.iter().map(|step| vec![step.id]).collect()));
    tracks
}

impl Track {
    pub(super) fn is_at_end(&self) -> bool {
        self.ended
    }
}

/// What a track does next.
enum Next {
    Forward(StepId),
    Back(StepId),
    End,
}

impl Run {
    /// Takes every track as far as it goes without another input.
    pub(super) fn work(&mut self, now: UnixTime) {
        for index in 0..self.tracks.len() {
            while self.move_on(now, index) {}
        }
        // A track that has just ended may have let in another.
        for index in 0..self.tracks.len() {
            while self.move_on(now, index) {}
        }
    }

    /// The earliest time at which something is due.
    pub(super) fn next_time(&self) -> Option<UnixTime> {
        let paused = self.tracks.iter().filter_map(|track| match &track.activity {
            Some((_, Activity::Pause { until, .. })) => Some(*until),
            _ => None,
        });
        let alive = self.asked_at.plus_seconds(super::KEEP_ALIVE_SECONDS);
        paused.chain(self.inquiry.next_time()).chain(std::iter::once(alive)).min()
    }

    /// One move of one track. False when it waits, or is at its end.
    fn move_on(&mut self, now: UnixTime, index: usize) -> bool {
        let Some(track) = self.tracks.get(index) else { return false };
        if track.ended {
            return false;
        }
        match track.activity.clone() {
            None => self.begin_next(now, index),
            Some((step, Activity::Look { why, tag, deadline })) => {
                self.inquiry.is_answered(tag) && self.looked(now, index, step, why, deadline)
            }
            Some((step, Activity::Pause { until, then, deadline })) => {
                now >= until && self.pause_over(index, step, then, deadline)
            }
            Some((_, Activity::Send { .. })) => false,
            Some((step, Activity::Task { task, tag, direction, deadline })) => {
                self.inquiry.is_answered(tag) && self.task_seen(now, index, step, &task, direction, deadline)
            }
        }
    }

    fn begin_next(&mut self, now: UnixTime, index: usize) -> bool {
        match self.next_of(index) {
            None => false,
            Some(Next::End) => {
                self.end_track(index);
                true
            }
            Some(Next::Forward(id)) => {
                let in_doubt = self.status(id) == Status::Started;
                let why = if in_doubt { Why::InDoubt } else { Why::Skip };
                match self.tasks.get(&id).cloned().filter(|_| in_doubt) {
                    Some(task) => self.watch_task(now, index, id, self.task_reference(id, task), Direction::Forward),
                    None => self.look(now, index, id, why),
                }
                true
            }
            Some(Next::Back(id)) => {
                if self.status(id) != Status::UndoStarted {
                    self.record(now, JournalEvent::UndoStarted { step: id });
                }
                self.begin_undo(now, index, id);
                true
            }
        }
    }

    /// What a track does next; `None` when it must wait for other tracks.
    fn next_of(&self, index: usize) -> Option<Next> {
        let track = self.tracks.get(index)?;
        let is_over =
            |stage: TrackStage| self.tracks.iter().filter(|other| other.stage < stage).all(|other| other.ended);
        if !is_over(track.stage) {
            return None;
        }
        for host in &track.hosts {
            let statuses: Vec<Status> = host.iter().map(|id| self.status(*id)).collect();
            let must_go_back = |status: &Status| {
                matches!(status, Status::Failed | Status::UndoStarted | Status::Undone | Status::UndoFailed)
            };
            if statuses.iter().any(must_go_back) {
                let undo = host.iter().rev().find(|id| {
                    matches!(
                        self.status(**id),
                        Status::Failed | Status::Succeeded | Status::NotReached | Status::UndoStarted
                    )
                });
                return Some(undo.map_or(Next::End, |id| Next::Back(*id)));
            }
            let Some(next) = host.iter().find(|id| !self.status(**id).is_behind()) else { continue };
            // Nothing new is begun once the run is stopping; a host in hand is finished.
            let is_in_hand = statuses.iter().any(|status| *status != Status::Waiting);
            if self.stopping.is_some() && !is_in_hand {
                return Some(Next::End);
            }
            let at_once = usize::try_from(self.policy.clusters_at_once.max(1)).unwrap_or(usize::MAX);
            let is_new = !is_in_hand && track.activity.is_none();
            return (!is_new || self.lanes_at_work() < at_once).then_some(Next::Forward(*next));
        }
        Some(Next::End)
    }

    fn lanes_at_work(&self) -> usize {
        self.tracks.iter().filter(|track| track.stage == TrackStage::Lane && track.activity.is_some()).count()
    }

    fn end_track(&mut self, index: usize) {
        if let Some(track) = self.tracks.get_mut(index) {
            track.ended = true;
            track.activity = None;
        }
    }

    pub(super) fn set(&mut self, index: usize, step: StepId, activity: Option<Activity>) {
        if let Some(track) = self.tracks.get_mut(index) {
            track.activity = activity.map(|activity| (step, activity));
        }
    }

    pub(super) fn take_tag(&mut self) -> Tag {
        let tag = self.next_tag;
        self.next_tag = self.next_tag.saturating_add(1);
        tag
    }

    /// Asks what tells whether the condition of `why` holds, with the step's own time to wait for it.
    pub(super) fn look(&mut self, now: UnixTime, index: usize, id: StepId, why: Why) {
        let timeout = self.plan.step(id).map_or(0, |step| step.timeout_seconds);
        self.look_until(index, id, why, now.plus_seconds(timeout));
    }

    pub(super) fn look_until(&mut self, index: usize, id: StepId, why: Why, deadline: UnixTime) {
        let questions = match &why {
            Why::Session { direction, .. } => self.session_questions(id, *direction),
            _ => self
                .condition(id, &why)
                .map_or_else(Vec::new, |condition| look::questions(&condition, &self.inquiry.facts)),
        };
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
            Why::Skip => Some(step.skip_when.clone()),
            // What leaves no trace is only known not to be needed any more.
            Why::InDoubt if !step.act.shows() => Some(step.skip_when.clone()),
            Why::InDoubt | Why::Done { .. } | Why::Again { .. } => Some(step.done_when.clone()),
            Why::Undone { .. } => match (&step.undo, &step.act) {
                (Undo::By { done_when, .. }, _) => Some(done_when.clone()),
                (Undo::PutBackCaStore, Act::AddToCaStore { host, .. }) => {
                    let saved = self.saved.get(&id)?;
                    let all = saved.certificates.iter();
                    let names = all.filter_map(|pem| crate::certificate::Certificate::from_pem(pem).ok());
                    Some(Condition::CaStoreIs {
                        host: host.clone(),
                        certificates: names.map(|one| one.fingerprint).collect(),
                    })
                }
                _ => None,
            },
            Why::Session { .. } => None,
        }
    }

    pub(super) fn holds(&self, id: StepId, why: &Why, now: UnixTime) -> Option<bool> {
        let on_disk = |host: &crate::facts::HostId| self.inquiry.on_disk.get(host).cloned();
        let ahead = self.inquiry.facts.vcenter.clock_ahead_seconds.value().copied().unwrap_or(0);
        self.condition(id, why)?.holds(&self.inquiry.facts, on_disk, now.plus_seconds(ahead))
    }

    /// All questions of a look are answered.
    fn looked(&mut self, now: UnixTime, index: usize, id: StepId, why: Why, deadline: UnixTime) -> bool {
        let holds = self.holds(id, &why, now);
        self.asked_at = now;
        match (why, holds) {
            (Why::Skip, Some(true)) => {
                self.record(now, JournalEvent::Skipped { step: id });
                self.set(index, id, None);
            }
            (Why::Skip, _) => self.act(now, index, id, 0),
            (Why::InDoubt | Why::Done { .. }, Some(true)) => {
                self.record(now, JournalEvent::Succeeded { step: id });
                self.set(index, id, None);
            }
            (Why::InDoubt, _) => self.act(now, index, id, 0),
            (Why::Again { attempts, .. }, Some(true)) => self.act(now, index, id, attempts),
            (Why::Done { why }, _) if now >= deadline => self.not_done(now, index, id, why),
            (Why::Again { why, .. }, _) if now >= deadline => self.not_done(now, index, id, Some(why)),
            (why @ (Why::Done { .. } | Why::Again { .. }), _) => {
                self.pause(now, index, id, Then::Look(why), deadline);
            }
            (Why::Undone { .. }, Some(true)) => {
                self.record(now, JournalEvent::UndoFinished { step: id });
                self.set(index, id, None);
            }
            (Why::Undone { acted: false, .. }, _) => self.act_back(now, index, id, 0),
            (Why::Undone { why, .. }, _) if now >= deadline => {
                let why = why.unwrap_or_else(|| "it is not as it was before".to_owned());
                self.record(now, JournalEvent::UndoFailed { step: id, why });
                self.set(index, id, None);
            }
            (why @ Why::Undone { .. }, _) => self.pause(now, index, id, Then::Look(why), deadline),
            (Why::Session { direction, attempts }, _) => match direction {
                Direction::Forward => self.act(now, index, id, attempts),
                Direction::Back => self.act_back(now, index, id, attempts),
            },
        }
        true
    }

    pub(super) fn pause(&mut self, now: UnixTime, index: usize, id: StepId, then: Then, deadline: UnixTime) {
        let until = now.plus_seconds(self.policy.poll_seconds.max(1)).min(deadline);
        self.set(index, id, Some(Activity::Pause { until, then, deadline }));
    }

    fn pause_over(&mut self, index: usize, id: StepId, then: Then, deadline: UnixTime) -> bool {
        match then {
            Then::Look(why) => self.look_until(index, id, why, deadline),
            Then::Task(task, direction) => self.ask_task(index, id, task, direction, deadline),
        }
        true
    }

    /// The step's effect did not show.
    pub(super) fn not_done(&mut self, now: UnixTime, index: usize, id: StepId, why: Option<String>) {
        let Some(step) = self.plan.step(id) else { return };
        let waited = format!("after {} seconds it was not so that {}", step.timeout_seconds, step.done_when.in_words());
        let why = why.unwrap_or(waited);
        match step.if_not_done {
            IfNotDone::GoOn => self.record(now, JournalEvent::NotReached { step: id, why }),
            IfNotDone::Stop => self.failed(now, id, &why),
        }
        self.set(index, id, None);
    }

    pub(super) fn failed(&mut self, now: UnixTime, id: StepId, why: &str) {
        self.record(now, JournalEvent::Failed { step: id, why: why.to_owned() });
        if self.stopping.is_none() {
            let host =
                self.plan.step(id).and_then(|step| step.host.as_ref()).map_or("vCenter", |host| host.name.as_str());
            let why = format!("a step failed on `{host}`: {why}");
            self.record(now, JournalEvent::Stopping { why });
        }
    }
}
