//! Beginning nothing new: why a run stops, what it still finishes, and how long that may take.

use serde::{Deserialize, Serialize};

use super::journal::{JournalEvent, Status};
use super::track::{Direction, Unit};
use super::{Ending, Part, Phase, Run};
use crate::facts::HostId;
use crate::machine::{Input, Machine as _, Misuse};
use crate::plan::{Act, ClientEntry, Condition, Step, StepId, Undo};
use crate::policy::Approve;
use crate::request::SshChange;
use crate::time::UnixTime;

/// Why nothing new is begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopCause {
    /// A step failed, or a host is not well after its steps. Hosts in hand are finished.
    Failure,
    /// The maintenance window is over. The step in hand is finished, and its host only if it would be left worse.
    Window,
    /// A person asked to. As for the window, and what only waits is left off soon.
    Person,
    /// A part of the plan was not approved. As for the window.
    Declined,
    /// All that could be done is done, and hosts are left that were passed over because a gate is closed.
    Gate,
}

/// A run that begins nothing new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stopping {
    pub(super) why: String,
    pub(super) cause: StopCause,
}

/// How many times longer a host is waited for that would be left worse than before.
const MORE_PATIENCE: i64 = 4;

impl Run {
    /// A person asks to stop.
    pub(super) fn stop(&mut self, now: UnixTime) -> Result<(), Misuse> {
        let why = "a person asked to stop".to_owned();
        match &mut self.phase {
            Phase::New | Phase::Approving(_) => self.end(now, Ending::Refused { why }),
            Phase::Checking(survey) => {
                survey.handle(now, Input::Stop)?;
                let ending = self.nothing_more(why);
                self.end(now, ending);
            }
            Phase::Working => {
                self.hurry.get_or_insert(now);
                if self.stopping.is_none() {
                    self.record(now, JournalEvent::Stopping { why, cause: StopCause::Person });
                }
            }
            // The second look is what is left, and it need not wait.
            Phase::Settling(until) => *until = now,
            // Proving is in hand; nothing is waited for after it.
            Phase::Leaving | Phase::Proving(_) => {
                self.hurry.get_or_insert(now);
            }
            Phase::Over => {}
        }
        Ok(())
    }

    /// How a run ends that is stopped while it looks before the work: a fresh one has done nothing, another one waits on.
    pub(super) fn nothing_more(&self, why: String) -> Ending {
        if self.status.is_empty() {
            Ending::Refused { why }
        } else {
            Ending::Halted { remaining: self.remaining(), why }
        }
    }

    /// Steps whose turn has not come, and those in doubt.
    pub(super) fn remaining(&self) -> u32 {
        let is_open = |status: Status| matches!(status, Status::Waiting | Status::Started);
        let open = self.plan.steps().filter(|step| is_open(self.status(step.id))).count();
        u32::try_from(open).unwrap_or(u32::MAX)
    }

    /// Stops when the maintenance window is over.
    pub(super) fn watch_window(&mut self, now: UnixTime) {
        let Some(until) = self.policy.until.filter(|until| now >= *until && self.stopping.is_none()) else { return };
        let why = format!("the maintenance window ended at {until}");
        self.record(now, JournalEvent::Stopping { why, cause: StopCause::Window });
    }

    /// Whether the next step of `unit` may begin although nothing new is begun.
    pub(super) fn is_finished_all_the_same(&self, unit: &Unit) -> bool {
        let Some(stopping) = &self.stopping else { return true };
        let is_begun = |id: &StepId| {
            !matches!(self.status(*id), Status::Waiting | Status::Skipped) && !self.out_of_turn.contains(id)
        };
        let is_in_hand = unit.steps.iter().any(is_begun);
        let is_soon = stopping.cause != StopCause::Failure || self.hurry.is_some();
        let is_in_doubt = || unit.steps.iter().any(|id| self.status(*id) == Status::Started);
        if is_in_hand && (!is_soon || is_in_doubt() || self.would_be_left_worse(unit)) {
            return true;
        }
        unit.steps.iter().any(|id| self.brings_back(*id))
    }

    /// True while something stands open on the host that a later step closes: a service that was started, a connection
    /// that was ended, a certificate that was set aside; a CA store that a push of roots has written anew, or a new
    /// certificate that the provider does not serve yet.
    pub(super) fn would_be_left_worse(&self, unit: &Unit) -> bool {
        let steps = || unit.steps.iter().filter_map(|id| self.plan.step(*id));
        steps().filter(|step| self.may_have_acted(step)).any(|open| {
            let later = || steps().filter(|other| other.id > open.id);
            let is_done = |step: &Step| matches!(self.status(step.id), Status::Succeeded | Status::Skipped);
            if later().any(|other| follows_from(&open.act, &other.act) && !self.status(other.id).is_behind()) {
                return true;
            }
            let mut closers = later().filter(|other| closes(open, &other.act)).peekable();
            match closers.peek() {
                Some(_) => !closers.any(is_done),
                None => stands_open_to_the_end(&open.act),
            }
        })
    }

    /// Whether a step has had an effect, or may have. A push of roots may have dropped certificates even where it did not
    /// bring what it was for.
    pub(super) fn may_have_acted(&self, step: &Step) -> bool {
        match self.status(step.id) {
            Status::Started | Status::Succeeded => true,
            Status::NotReached => matches!(step.act, Act::PushRoots { .. }) && !self.never_sent.contains(&step.id),
            _ => false,
        }
    }

    /// Whether a step has a host trust the certificate that SPS shows by then.
    pub(super) fn trusts_client(&self, id: StepId) -> bool {
        self.plan.step(id).is_some_and(|step| matches!(step.act, Act::TrustClientCertificate { .. }))
    }

    /// Whether SPS shows another certificate since this run, which every host refuses that was not told of it.
    fn has_new_client(&self) -> bool {
        let acted = |id: StepId| matches!(self.status(id), Status::Started | Status::Succeeded | Status::UndoFailed);
        let makes_anew = |act: &Act| matches!(act, Act::DeleteClientEntry { .. } | Act::RestartSps);
        self.plan.first.iter().any(|step| makes_anew(&step.act) && acted(step.id))
    }

    /// Whether SPS shows, or may show, another certificate than before this run. An entry that was missing is not taken
    /// away again, so one that SPS has made in its place stays.
    pub(super) fn shows_new_client(&self) -> bool {
        let own = Act::DeleteClientEntry { entry: ClientEntry::SmsSelfSigned };
        let mut first = self.plan.first.iter();
        match first.find(|step| step.act == own) {
            Some(step) => !matches!(self.status(step.id), Status::Waiting | Status::Skipped | Status::Undone),
            None => self.plan.first.iter().any(|step| step.act == Act::RestartSps && self.acted.contains(&step.id)),
        }
    }

    /// What a host is owed although nothing new is begun, or it is passed over: it refuses SPS because of this run, until
    /// this one step of its is done. Not where a person would have been asked first, nor behind a gate that has closed.
    /// One that was cut off is looked at in any case.
    pub(super) fn owed(&self, unit: &Unit) -> Option<StepId> {
        let is_cut_off = |id: &StepId| self.status(*id) == Status::Started && self.out_of_turn.contains(id);
        if let Some(id) = unit.steps.iter().copied().find(is_cut_off) {
            return Some(id);
        }
        let is_asked = |id: &StepId| self.policy.approve == Approve::Step && !self.granted.contains(&Part::Step(*id));
        let is_free = self.part_before_host(unit.host.as_ref()).is_none();
        let is_open = |id: &StepId| self.status(*id) == Status::Waiting && !self.held.contains_key(id) && !is_asked(id);
        let mut steps = unit.steps.iter().copied();
        steps.find(|id| is_free && self.trusts_client(*id) && is_open(id)).filter(|_| self.has_new_client())
    }

    /// The hosts that refuse SPS since this run, if any, for the end of a sentence.
    pub(super) fn refusing(&self) -> Option<String> {
        let is_behind = |id: StepId| matches!(self.status(id), Status::Succeeded | Status::Skipped);
        let is_told = |host: &HostId| {
            let mut own = self.plan.steps().filter(|step| step.host.as_ref().is_some_and(|one| one.id == *host));
            own.any(|step| self.trusts_client(step.id) && is_behind(step.id))
        };
        let is_open =
            |step: &&Step| self.trusts_client(step.id) && !step.host.as_ref().is_some_and(|one| is_told(&one.id));
        let mut open: Vec<&Step> = self.plan.steps().filter(is_open).collect();
        open.dedup_by_key(|step| step.host.as_ref().map(|host| &host.id));
        let open = open.into_iter();
        let names: Vec<&str> = open.filter_map(|step| Some(step.host.as_ref()?.name.as_str())).collect();
        (!names.is_empty() && self.has_new_client()).then(|| {
            format!(
                "`{}`: refuses SPS until its CA store holds the new certificate of SPS; plan again",
                names.join("`, `")
            )
        })
    }

    /// A reason, and the hosts that refuse SPS since this run.
    pub(super) fn and_who_refuses(&self, why: &str) -> String {
        self.refusing().map_or_else(|| why.to_owned(), |who| format!("{why}; {who}"))
    }

    /// True when this step brings back what an earlier one took away from a host for a while: a provider that was
    /// unregistered is registered again only when `sps` restarts.
    fn brings_back(&self, id: StepId) -> bool {
        let Some(step) = self.plan.step(id).filter(|step| step.act == Act::RestartSps) else { return false };
        let Condition::ProvidersWell { hosts } = &step.skip_when else { return false };
        self.plan.last.iter().any(|other| {
            matches!(other.act, Act::UnregisterProvider { .. })
                && matches!(self.status(other.id), Status::Started | Status::Succeeded)
                && other.host.as_ref().is_some_and(|host| hosts.contains(&host.id))
        })
    }

    /// Whether a step is passed over because the run stops: what would only come back with `sps` is not unregistered.
    pub(super) fn is_passed_over(&self, id: StepId) -> bool {
        let is_unregistering = |step: &Step| matches!(step.act, Act::UnregisterProvider { .. });
        self.stopping.is_some()
            && self.status(id) == Status::Waiting
            && self.plan.last.iter().any(|step| step.id == id && is_unregistering(step))
    }

    /// Whether a wait is over. On the way back a stop shortens nothing.
    pub(super) fn is_late(
        &self,
        now: UnixTime,
        index: usize,
        id: StepId,
        direction: Direction,
        until: UnixTime,
    ) -> bool {
        now >= until || (direction == Direction::Forward && self.is_hurried(now, index, id))
    }

    /// Whether a person asked to stop so long ago that a step which only waits is left off.
    pub(super) fn is_hurried(&self, now: UnixTime, index: usize, id: StepId) -> bool {
        let Some(asked) = self.hurry else { return false };
        let patience = self.policy.stop_seconds.max(0);
        let is_worse = self.unit_of(index, id).is_some_and(|unit| self.would_be_left_worse(unit));
        let patience = if is_worse { patience.saturating_mul(MORE_PATIENCE) } else { patience };
        now >= asked.plus_seconds(patience)
    }

    /// Leaves a step off that has not shown its effect, when a person wants to stop and the host is no worse for it.
    /// False when it must be brought to an end all the same.
    pub(super) fn leave_off(&mut self, now: UnixTime, index: usize, id: StepId) -> bool {
        let is_worse = self.unit_of(index, id).is_some_and(|unit| self.would_be_left_worse(unit));
        if is_worse || !self.is_hurried(now, index, id) || self.status(id) != Status::Started {
            return false;
        }
        let why = "a person asked to stop, and its effect has not shown yet".to_owned();
        self.record(now, JournalEvent::LeftOff { step: id, why });
        self.set(index, id, None);
        true
    }
}

/// Whether `later` brings to rest what `open` leaves open. After a push of roots the list that was there before is written
/// again; all else is closed by what would take it back.
fn closes(open: &Step, later: &Act) -> bool {
    match &open.act {
        Act::PushRoots { .. } => matches!(later, Act::AddToCaStore { .. }),
        _ => matches!(&open.undo, Undo::By { act, .. } if act == later),
    }
}

/// Whether `later` must come after `act` for the host not to be worse than before: its provider serves an earlier
/// certificate until its daemon is told, and its CA store may be another one with a new certificate.
fn follows_from(act: &Act, later: &Act) -> bool {
    let is_new_certificate = matches!(
        act,
        Act::RenewHostCertificate { .. } | Act::InstallHostCertificate { .. } | Act::ReconnectHost { .. }
    );
    let follows = matches!(
        later,
        Act::NotifyServices { .. }
            | Act::AddToCaStore { .. }
            | Act::Shell { command: SshChange::RestartProviderDaemon, .. }
    );
    is_new_certificate && follows
}

/// What no single later step closes, but all of them together.
fn stands_open_to_the_end(act: &Act) -> bool {
    matches!(
        act,
        Act::UnregisterProvider { .. }
            | Act::DeleteClientEntry { .. }
            | Act::Shell { command: SshChange::SetHostCertificateAside | SshChange::SetRemainsAside, .. }
    )
}
