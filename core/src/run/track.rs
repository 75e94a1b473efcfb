//! Working through the steps: what one sequence of hosts is at, and how a step goes from one state to the next.

use serde::{Deserialize, Serialize};

use super::journal::{JournalEvent, Status};
use super::{Part, Run, StopCause};
use crate::facts::HostId;
use crate::machine::RequestId;
use crate::plan::{HostSteps, Plan, Safety, Step, StepId};
use crate::survey::Tag;
use crate::time::UnixTime;
use crate::wire::MoRef;

/// A sequence that is worked through by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Track {
    /// Its units, one after the other.
    pub(super) units: Vec<Unit>,
    /// Whether it comes before, among or after the lanes.
    pub(super) stage: TrackStage,
    /// What it is at.
    pub(super) activity: Option<(StepId, Activity)>,
    /// How often it has paused before looking for the same thing again.
    #[serde(default)]
    pub(super) pauses: u32,
    /// How many steps in a row were not needed.
    #[serde(default)]
    pub(super) unneeded: u32,
    /// There is nothing left to do in it, or nothing that may be done.
    pub(super) ended: bool,
}

/// Steps that succeed or are taken back together: those of one host, or one step on the vCenter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Unit {
    pub(super) steps: Vec<StepId>,
    /// The host that is looked at when its steps are behind.
    pub(super) host: Option<HostId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum TrackStage {
    First,
    /// One host alone, before any other.
    Canary,
    Lane,
    Last,
}

/// What a step is at. Each names what it waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Activity {
    /// Answers to the questions of a condition.
    Look { why: Why, tag: Tag, deadline: UnixTime },
    /// A while, before looking again; 0 seconds are a moment, which the next wake ends.
    Pause { since: UnixTime, seconds: i64, then: Then, deadline: UnixTime },
    /// The answer to a change.
    Send { request: RequestId, direction: Direction, tries: Tries },
    /// An approval.
    Ask { part: Part },
    /// Answers about a host whose steps are behind.
    Prove { host: HostId, tag: Tag, deadline: UnixTime },
    /// Answers about the gates before a host whose turn has come.
    Gates { host: HostId, tag: Tag, deadline: UnixTime },
    /// The answer to whether what a step began has ended, before the step is taken back; without a task that is known,
    /// whether any runs on its host.
    Settle { task: Option<MoRef>, tag: Tag, deadline: UnixTime },
    /// The answer to how far a task is.
    Task { task: MoRef, tag: Tag, direction: Direction, deadline: UnixTime },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Direction {
    Forward,
    Back,
}

/// What a track does next.
pub(super) enum Next {
    /// A part is asked for, before its first step.
    Ask(StepId, Part),
    /// The gates before the host are read for its turn; the step is its first.
    Gates(StepId, HostId),
    /// The host's steps wait, because a gate before it is closed.
    PassOver(HostId, String),
    /// Nothing new is begun from now on, because a gate before this track is closed.
    Hold(String),
    Forward(StepId),
    Back(StepId),
    /// The host whose steps are behind is looked at; the step is one of them.
    Prove(StepId, HostId),
    End,
}

/// How often one change was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Tries {
    /// How often it was sent again.
    pub(super) sendings: u32,
    /// How often a session was begun for this sending.
    pub(super) logins: u32,
    /// When the first sending was told not to have arrived.
    pub(super) since: Option<UnixTime>,
}

impl Tries {
    /// With one session more.
    pub(super) fn with_login(self) -> Self {
        Self { logins: self.logins.saturating_add(1), ..self }
    }

    /// With one sending more, which may need a session of its own.
    pub(super) fn with_sending(self) -> Self {
        Self { sendings: self.sendings.saturating_add(1), logins: 0, ..self }
    }
}

/// What a look is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Why {
    /// Is the step needed? Everything is asked that its act may have to know.
    Skip,
    /// Are this step, and those after it, so many in all, needed? Asked without a login where that can be enough.
    Ahead { steps: u32 },
    /// The run was interrupted here: has it happened?
    InDoubt,
    /// Has it had its effect? `why` is what the act said if it did not say yes.
    Done { why: Option<String> },
    /// Is it as it was before? Asked before undoing, when `acted` is false, and after.
    Undone { acted: bool, why: Option<String> },
    /// The change may not have arrived and leaves no trace by which that could be told: has what it acts on come to
    /// rest, so that it can be sent again? `why` is what was heard instead of an answer.
    Again { tries: Tries, why: String },
    /// The change has not arrived: is it still needed, before it is sent again? `why` is what was heard.
    Resend { direction: Direction, tries: Tries, why: String },
    /// A new session, to send the change again with.
    Session { direction: Direction, tries: Tries },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Then {
    Look(Why),
    Task(MoRef, Direction),
    Prove(HostId),
    Gates(HostId),
    Settle(Option<MoRef>),
}

/// The tracks of a plan. The canary leaves its lane for a track of its own.
pub(super) fn of(plan: &Plan) -> Vec<Track> {
    let track = |stage, units| Track { units, stage, activity: None, pauses: 0, unneeded: 0, ended: false };
    let together = |steps: Vec<&Step>| Unit { steps: steps.into_iter().map(|step| step.id).collect(), host: None };
    let whole = |host: &HostSteps| {
        let steps: Vec<StepId> = host.steps.iter().map(|step| step.id).collect();
        Unit { host: (!steps.is_empty()).then(|| host.host.id.clone()), steps }
    };
    let is_canary = |host: &HostSteps| plan.canary.as_ref() == Some(&host.host);
    let mut tracks = vec![track(TrackStage::First, vec![together(plan.first.iter().collect())])];
    tracks.extend(plan.hosts().filter(|host| is_canary(host)).map(|host| track(TrackStage::Canary, vec![whole(host)])));
    tracks.extend(
        plan.lanes.iter().map(|lane| {
            track(TrackStage::Lane, lane.hosts.iter().filter(|host| !is_canary(host)).map(whole).collect())
        }),
    );
    // What is taken away for good stands alone; all else of the end belongs together, so that what was unregistered to come
    // back is registered again if the rest fails.
    let (alone, rest): (Vec<&Step>, Vec<&Step>) = plan.last.iter().partition(|step| step.safety == Safety::AskFirst);
    let mut last: Vec<Unit> = alone.into_iter().map(|step| together(vec![step])).collect();
    last.push(together(rest));
    tracks.push(track(TrackStage::Last, last));
    tracks
}

impl Track {
    pub(super) fn is_at_end(&self) -> bool {
        self.ended
    }
}

impl Run {
    /// Takes every track as far as it goes without another input.
    pub(super) fn work(&mut self, now: UnixTime) {
        self.watch_window(now);
        // A track that has just ended may let in another.
        let mut has_moved = true;
        while has_moved {
            has_moved = false;
            for index in 0..self.tracks.len() {
                while self.move_on(now, index) {
                    has_moved = true;
                }
            }
        }
    }

    /// The earliest time at which something is due.
    pub(super) fn next_time(&self) -> Option<UnixTime> {
        let paused = self.tracks.iter().filter_map(|track| match &track.activity {
            Some((_, Activity::Pause { since, seconds, .. })) => Some(since.plus_seconds(*seconds)),
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
            Some((step, Activity::Pause { since, seconds, then, deadline })) => {
                let is_over = now.seconds_since(since) >= seconds.max(1) || (seconds == 0 && self.woken);
                is_over && self.pause_over(index, step, then, deadline)
            }
            Some((_, Activity::Send { .. } | Activity::Ask { .. })) => false,
            Some((step, Activity::Prove { host, tag, deadline })) => {
                self.inquiry.is_answered(tag) && self.host_seen(now, index, step, &host, deadline)
            }
            Some((step, Activity::Gates { host, tag, deadline })) => {
                self.inquiry.is_answered(tag) && self.gates_seen(now, index, step, &host, deadline)
            }
            Some((step, Activity::Settle { task, tag, deadline })) => {
                self.inquiry.is_answered(tag) && self.settled(now, index, step, task, deadline)
            }
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
            Some(Next::Prove(id, host)) => {
                self.begin_host_proof(now, index, id, host);
                true
            }
            Some(Next::Ask(id, part)) => {
                self.ask_part(index, id, part);
                true
            }
            Some(Next::Gates(id, host)) => {
                self.look_at_gates(now, index, id, host);
                true
            }
            Some(Next::PassOver(host, why)) => {
                self.record(now, JournalEvent::HostPassedOver { host, why });
                true
            }
            Some(Next::Hold(why)) => {
                self.record(now, JournalEvent::Stopping { why, cause: StopCause::Failure });
                true
            }
            Some(Next::Forward(id)) => {
                self.begin_step(now, index, id);
                true
            }
            Some(Next::Back(id)) => {
                if self.status(id) == Status::UndoStarted {
                    self.unsure_back.insert(id);
                } else {
                    self.record(now, JournalEvent::UndoStarted { step: id });
                }
                self.begin_undo(now, index, id);
                true
            }
        }
    }

    fn begin_step(&mut self, now: UnixTime, index: usize, id: StepId) {
        if let Some(host) = self.unit_of(index, id).and_then(|unit| unit.host.clone()) {
            self.remember_host(now, &host);
        }
        if self.is_passed_over(id) {
            let why = "the run stopped before its turn".to_owned();
            return self.record(now, JournalEvent::NotReached { step: id, why });
        }
        if let Some(why) = self.not_at_the_end(index, id) {
            return self.record(now, JournalEvent::NotReached { step: id, why });
        }
        if self.status(id) == Status::Waiting && self.was_open_before(id) {
            return self.record(now, JournalEvent::Skipped { step: id });
        }
        let in_doubt = self.status(id) == Status::Started;
        if in_doubt {
            self.unsure.insert(id);
        }
        let why = if in_doubt { Why::InDoubt } else { self.look_ahead(index) };
        match self.tasks.get(&id).cloned().filter(|_| in_doubt) {
            Some(task) => self.watch_task(now, index, id, self.task_reference(id, task), Direction::Forward),
            None => self.look(now, index, id, why),
        }
    }

    pub(super) fn end_track(&mut self, index: usize) {
        let Some(track) = self.tracks.get_mut(index) else { return };
        track.ended = true;
        track.activity = None;
        if track.stage == TrackStage::First && self.direction == Direction::Back {
            self.let_hosts_forget();
        }
    }

    /// Once SPS shows its earlier certificate again, what hosts were told of the other is taken back too. Before that they
    /// would refuse SPS, for good if its entry cannot be brought back.
    fn let_hosts_forget(&mut self) {
        let waits = |unit: &Unit| unit.steps.iter().any(|id| self.trusts_client(*id) && self.can_be_undone(*id));
        let waiting: Vec<bool> = self.tracks.iter().map(|track| track.units.iter().any(waits)).collect();
        for (track, waits) in self.tracks.iter_mut().zip(waiting) {
            track.ended &= !waits || track.stage == TrackStage::First;
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
}
