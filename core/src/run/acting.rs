//! Sending a step's change, and following what it began to its end.

use super::act::{self, Begun, Prepared, Refused};
use super::journal::JournalEvent;
use super::saving;
use super::track::{Activity, Direction, Then, Tries, Why};
use super::{Run, RunEvent};
use crate::certificate::Fingerprint;
use crate::machine::Output;
use crate::plan::{Act, StepId, Undo};
use crate::request::{Change, Failure, FailureKind, Response, Work};
use crate::survey::{Question, Session, TaskSeen};
use crate::time::UnixTime;
use crate::wire::{MoRef, WireError};

impl Run {
    /// Sends the step's change. It was journalled before, with what is needed to go back.
    pub(super) fn act(&mut self, now: UnixTime, index: usize, id: StepId, tries: Tries) {
        let Some(act) = self.plan.step(id).map(|step| step.act.clone()) else { return };
        if !self.may_begin(index, id) {
            return self.set(index, id, None);
        }
        if tries.logins == 0 && session_of(&act).is_some_and(|session| !self.inquiry.has_session(session)) {
            return self.look(
                now,
                index,
                id,
                Why::Session { direction: Direction::Forward, tries: tries.with_login() },
            );
        }
        let saved = match saving::save(&act, &self.inquiry, self.store_before_run(id)) {
            Ok(saved) => saved,
            Err(why) => return self.refused(now, index, id, why),
        };
        let to_write = saved.clone().map(|saved| self.with_dropped(id, saved));
        match act::prepare(&act, &self.inquiry, to_write.as_ref(), self.number(), now) {
            Err(why) => self.refused(now, index, id, why),
            Ok(prepared) => {
                self.record(now, JournalEvent::Started { step: id, saved });
                match prepared {
                    Prepared::Wait => self.look(now, index, id, Why::Done { why: None }),
                    Prepared::Send(change) => {
                        self.send(index, id, *change, act.is_idempotent(), Direction::Forward, tries);
                    }
                }
            }
        }
    }

    /// What the CA store of the step's host held when the run looked around before its first act, as far as it was seen.
    fn store_before_run(&self, id: StepId) -> &[Fingerprint] {
        let host = self.plan.step(id).and_then(|step| step.host.as_ref());
        let pictures = self.before.as_ref().map_or(&[][..], |before| before.hosts.as_slice());
        let own = pictures.iter().find(|picture| Some(&picture.host) == host);
        own.and_then(|picture| picture.ca_store.as_deref()).unwrap_or_default()
    }

    /// The act could not be sent, or was refused: nothing has happened.
    pub(super) fn refused(&mut self, now: UnixTime, index: usize, id: StepId, why: String) {
        self.not_done(now, index, id, Some(why));
    }

    pub(super) fn send(
        &mut self,
        index: usize,
        id: StepId,
        change: Change,
        idempotent: bool,
        direction: Direction,
        tries: Tries,
    ) {
        let request = self.take_id();
        self.changes.insert(request, index);
        self.outbox.push_back(Output::Request(request, Work::Change { step: id.0, idempotent, change }));
        self.set(index, id, Some(Activity::Send { request, direction, tries }));
    }

    /// The answer to a change.
    pub(super) fn acted(&mut self, now: UnixTime, index: usize, answer: Result<Response, Failure>) {
        let activity = self.tracks.get(index).and_then(|track| track.activity.clone());
        let Some((id, Activity::Send { direction, tries, .. })) = activity else {
            return self.part_decided(now, index, answer);
        };
        let Some(act) = self.act_of(id, direction) else { return };
        let said = match answer {
            Ok(response) => act::read(&act, &response),
            Err(failure) => return self.failed_to_send(now, index, id, Sent { direction, tries }, failure),
        };
        if direction == Direction::Forward && said.is_ok() {
            self.unsure.remove(&id);
        }
        match said {
            Ok(Begun::Over) => self.look_at_effect(now, index, id, direction, None),
            Ok(Begun::Made(text)) => {
                // Kept before it is journalled: whoever comes back to a journal that tells of it finds it.
                let kept = self.evidence_of(id, &text).map(|kept| Output::Event(RunEvent::Evidence(kept)));
                self.outbox.extend(kept);
                self.record(now, JournalEvent::Made { step: id, text });
                self.record(now, JournalEvent::Succeeded { step: id });
                self.set(index, id, None);
            }
            Ok(Begun::VimTask(task) | Begun::SmsTask(task)) => {
                self.record(now, JournalEvent::TaskBegun { step: id, task: task.value.clone() });
                self.watch_task(now, index, id, task, direction);
            }
            Err(Refused::Wire(WireError::NotAuthenticated { .. })) if tries.logins < 2 => {
                if let Some(session) = session_of(&act) {
                    self.inquiry.lost_session(session);
                }
                self.look(now, index, id, Why::Session { direction, tries: tries.with_login() });
            }
            Err(Refused::Wire(error @ WireError::Unavailable { .. })) => {
                self.unavailable(now, index, id, Sent { direction, tries }, &error);
            }
            // The call arrived; what became of it is not in the answer.
            Err(Refused::Wire(error @ WireError::Malformed { .. })) => {
                self.unheard(now, index, id, Sent { direction, tries }, error.to_string(), None);
            }
            Err(Refused::Wire(error)) => self.said_no(now, index, id, direction, error.to_string()),
            Err(Refused::Said(why)) => self.said_no(now, index, id, direction, why),
        }
    }

    /// There is no answer to a change: it never left, or nobody knows what became of it.
    fn failed_to_send(&mut self, now: UnixTime, index: usize, id: StepId, sent: Sent, failure: Failure) {
        match failure.kind {
            FailureKind::Refused
            | FailureKind::Unreachable
            | FailureKind::NameUnknown
            | FailureKind::TimedOut
            | FailureKind::Closed => self.not_arrived(now, index, id, sent, failure.message),
            FailureKind::OutcomeUnknown | FailureKind::TooLarge | FailureKind::Protocol => {
                self.unheard(now, index, id, sent, failure.message, None);
            }
            FailureKind::Denied
            | FailureKind::Tls
            | FailureKind::Untrusted
            | FailureKind::Authentication
            | FailureKind::HostKey
            | FailureKind::Cancelled => {
                self.never_left(id, sent.direction);
                self.said_no(now, index, id, sent.direction, failure.message);
            }
        }
    }

    /// The proxy answered for a service that is down. Where it says that it could not hand the call over, nothing has
    /// happened; otherwise whether the call ran is not known.
    fn unavailable(&mut self, now: UnixTime, index: usize, id: StepId, sent: Sent, error: &WireError) {
        let why = error.to_string();
        if error.has_not_arrived() {
            self.not_arrived(now, index, id, sent, why);
        } else {
            self.unheard(now, index, id, sent, why.clone(), Some(why));
        }
    }

    /// The change has certainly not been carried out: it is sent again after a while that doubles, for as long as there is
    /// patience. One bad moment of a proxy must not take a host back, and must not leave it disconnected.
    fn not_arrived(&mut self, now: UnixTime, index: usize, id: StepId, sent: Sent, why: String) {
        let Sent { direction, tries } = sent;
        let timeout = self.plan.step(id).map_or(0, |step| step.timeout_seconds);
        let patience = match direction {
            Direction::Forward => timeout.min(PATIENCE_SECONDS),
            // Giving up here leaves the host worse than it was.
            Direction::Back => timeout,
        };
        let first = tries.since.unwrap_or(now);
        let wait = 1_i64.checked_shl(tries.sendings).unwrap_or(i64::MAX).clamp(1, LONGEST_WAIT_SECONDS);
        let deadline = first.plus_seconds(patience);
        let is_over = now.plus_seconds(wait) > deadline || tries.sendings >= MOST_WAITS;
        if is_over || (direction == Direction::Forward && self.is_hurried(now, index, id)) {
            self.never_left(id, direction);
            return self.said_no(now, index, id, direction, why);
        }
        let tries = Tries { since: Some(first), ..tries.with_sending() };
        let then = Then::Look(Why::Resend { direction, tries, why });
        self.set(index, id, Some(Activity::Pause { since: now, seconds: wait, then, deadline }));
    }

    /// No sending of the step's change has left this machine, or got past the proxy.
    fn never_left(&mut self, id: StepId, direction: Direction) {
        if direction == Direction::Forward && !self.unsure.contains(&id) {
            self.never_sent.insert(id);
        }
    }

    /// Nobody knows whether the change ran. Where its effect shows, it is looked for; `blame` is what is said if it does
    /// not show. A change that leaves no trace is sent once more, or has not been done: being well is no proof of it.
    fn unheard(&mut self, now: UnixTime, index: usize, id: StepId, sent: Sent, why: String, blame: Option<String>) {
        let Sent { direction, tries } = sent;
        self.unsure.insert(id);
        let act = self.act_of(id, direction);
        if direction == Direction::Back && tries.sendings < MOST_SENDINGS {
            self.unsure_back.insert(id);
            // What SPS has loaded does not show, so that a restart which was cut off is never seen to be missing.
            if matches!(act, Some(Act::RestoreClientEntry { .. })) {
                return self.look(now, index, id, Why::Resend { direction, tries: tries.with_sending(), why });
            }
        }
        if direction == Direction::Back || act.as_ref().is_some_and(Act::shows) {
            return self.look_at_effect(now, index, id, direction, blame);
        }
        if tries.sendings >= MOST_SENDINGS || !act.is_some_and(|act| act.is_idempotent()) {
            return self.not_done(now, index, id, Some(why));
        }
        self.look(now, index, id, Why::Again { tries: tries.with_sending(), why });
    }

    pub(super) fn act_of(&self, id: StepId, direction: Direction) -> Option<Act> {
        let step = self.plan.step(id)?;
        match (direction, &step.undo) {
            (Direction::Back, Undo::By { act, .. }) => Some(act.clone()),
            _ => Some(step.act.clone()),
        }
    }

    /// Refused. It is looked at once all the same, since what was wanted may be so already.
    pub(super) fn said_no(&mut self, now: UnixTime, index: usize, id: StepId, direction: Direction, why: String) {
        let is_proof = self.act_of(id, direction).is_some_and(|act| act.shows());
        let why = match direction {
            Direction::Forward if !is_proof => return self.not_done(now, index, id, Some(why)),
            Direction::Forward => Why::Done { why: Some(why) },
            Direction::Back => Why::Undone { acted: true, why: Some(why) },
        };
        self.look_until(index, id, why, now);
    }

    pub(super) fn look_at_effect(
        &mut self,
        now: UnixTime,
        index: usize,
        id: StepId,
        direction: Direction,
        why: Option<String>,
    ) {
        match direction {
            Direction::Forward => self.look(now, index, id, Why::Done { why }),
            Direction::Back => self.look(now, index, id, Why::Undone { acted: true, why }),
        }
    }

    pub(super) fn task_reference(&self, id: StepId, task: String) -> MoRef {
        let is_sms = self.plan.step(id).is_some_and(|step| {
            matches!(
                step.act,
                Act::SyncProvider { .. }
                    | Act::ReconnectProvider { .. }
                    | Act::UnregisterProvider { .. }
                    | Act::RegisterProvider { .. }
            )
        });
        MoRef::new(if is_sms { "SmsTask" } else { "Task" }, task)
    }

    pub(super) fn watch_task(&mut self, now: UnixTime, index: usize, id: StepId, task: MoRef, direction: Direction) {
        let timeout = self.plan.step(id).map_or(0, |step| step.timeout_seconds);
        self.look_anew(index);
        self.ask_task(index, id, task, direction, now.plus_seconds(timeout));
    }

    pub(super) fn ask_task(&mut self, index: usize, id: StepId, task: MoRef, direction: Direction, deadline: UnixTime) {
        let tag = self.take_tag();
        self.inquiry.knock_again();
        self.inquiry.put(Question::of_task(&task), tag);
        self.set(index, id, Some(Activity::Task { task, tag, direction, deadline }));
    }

    pub(super) fn task_seen(
        &mut self,
        now: UnixTime,
        index: usize,
        id: StepId,
        task: &MoRef,
        direction: Direction,
        deadline: UnixTime,
    ) -> bool {
        self.asked_at = now;
        let seen = self.inquiry.tasks.get(&task.value).cloned();
        if direction == Direction::Forward && !matches!(seen, Some(TaskSeen::Going) | None) {
            self.unsure.remove(&id);
        }
        match seen {
            Some(TaskSeen::Error(why)) => self.said_no(now, index, id, direction, format!("the task failed: {why}")),
            Some(TaskSeen::Success | TaskSeen::Gone) => self.look_at_effect(now, index, id, direction, None),
            Some(TaskSeen::Going) | None if self.is_late(now, index, id, direction, deadline) => {
                if direction == Direction::Forward && self.leave_off(now, index, id) {
                    return true;
                }
                self.unsure.insert(id);
                self.said_no(now, index, id, direction, format!("the task `{}` did not end in time", task.value));
            }
            Some(TaskSeen::Going) | None => {
                self.pause(now, index, id, Then::Task(task.clone(), direction), deadline);
            }
        }
        true
    }
}

/// A change that was sent: which way, and the how-manieth time.
#[derive(Clone, Copy)]
struct Sent {
    direction: Direction,
    tries: Tries,
}

/// How often a change that leaves no trace is sent again when nobody answers.
pub(super) const MOST_SENDINGS: u32 = 3;
/// Seconds for which a change that has not arrived is sent again on the way forward, if the step has them.
const PATIENCE_SECONDS: i64 = 60;
/// The longest wait between two sendings, in seconds.
const LONGEST_WAIT_SECONDS: i64 = 30;
/// How often a change that has not arrived is sent again at most, however long the step may take.
const MOST_WAITS: u32 = 30;

/// The session that an act is sent with.
pub(super) fn session_of(act: &Act) -> Option<Session> {
    match act {
        Act::RestartSps | Act::StartSps => Some(Session::Rest),
        Act::Shell { .. }
        | Act::AwaitProvider { .. }
        | Act::DeleteClientEntry { .. }
        | Act::RestoreClientEntry { .. }
        | Act::PinProvider { .. }
        | Act::UnpinProvider { .. } => None,
        _ => Some(Session::Vim),
    }
}
