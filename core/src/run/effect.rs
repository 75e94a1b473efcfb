//! The effect of journal entries that are about the run and not about a step; the same for a live and a recovered run.

use super::journal::JournalEvent;
use super::{GivenApproval, Run, track};
use crate::time::UnixTime;

impl Run {
    /// The effect of an entry that is about no step.
    pub(super) fn apply_to_run(&mut self, at: UnixTime, event: &JournalEvent) {
        match event {
            JournalEvent::Begun { .. } => self.is_begun = true,
            JournalEvent::Approved { by, digest } => {
                self.approvals.push(GivenApproval { at, by: by.clone(), of: self.in_words(digest) });
            }
            JournalEvent::Replanned { plan, .. } => {
                self.plan = (**plan).clone();
                self.tracks = track::of(&self.plan);
                self.round = self.round.saturating_add(1);
            }
            JournalEvent::Before { picture } => self.before = Some((**picture).clone()),
            JournalEvent::After { picture } => self.after = Some((**picture).clone()),
            JournalEvent::Ended { ending } => self.ending = Some(ending.clone()),
            JournalEvent::PartApproved { part, by } => {
                self.granted.insert(part.clone());
                self.approvals.push(GivenApproval { at, by: by.clone(), of: self.part_in_words(part) });
            }
            JournalEvent::HostProved { host, .. } => {
                self.proved.insert(host.clone());
            }
            JournalEvent::HostUnwell { host, why } => {
                self.unwell.insert(host.clone(), why.clone());
            }
            JournalEvent::Resumed { until } => {
                self.policy.until = *until;
                self.ending = None;
                self.after = None;
            }
            JournalEvent::TakingBack { waivers, .. } => {
                self.policy.waivers.clone_from(waivers);
                self.begin_again_backwards();
            }
            _ => {}
        }
    }
}
