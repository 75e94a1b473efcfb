//! How long a run will still take, from how long its steps took so far.

use std::collections::{BTreeMap, BTreeSet};

use super::journal::{JournalEntry, JournalEvent};
use crate::plan::{Act, HostRef, Plan, Step, StepId};
use crate::policy::Policy;
use crate::time::UnixTime;

/// Hears what a run journals, and says how long the rest will take. A guess, for people.
#[derive(Debug, Clone)]
pub struct Estimate {
    plan: Plan,
    clusters_at_once: usize,
    proof_seconds: i64,
    began: BTreeMap<StepId, UnixTime>,
    behind: BTreeSet<StepId>,
    /// Seconds that steps of a kind took together, and how many they were.
    spent: BTreeMap<String, (i64, i64)>,
}

impl Estimate {
    /// For a run of `plan` that has done nothing yet.
    pub fn new(plan: Plan, policy: &Policy) -> Self {
        Self {
            plan,
            clusters_at_once: usize::try_from(policy.clusters_at_once.max(1)).unwrap_or(1),
            proof_seconds: policy.proof_seconds.max(0),
            began: BTreeMap::new(),
            behind: BTreeSet::new(),
            spent: BTreeMap::new(),
        }
    }

    /// Takes note of an entry.
    pub fn heard(&mut self, entry: &JournalEntry) {
        match &entry.event {
            JournalEvent::Replanned { plan, .. } => self.plan = (**plan).clone(),
            JournalEvent::Started { step, .. } => {
                self.began.entry(*step).or_insert(entry.at);
            }
            // One that was not needed took no time, and makes its kind look as quick as it will mostly be.
            JournalEvent::Succeeded { step }
            | JournalEvent::Skipped { step }
            | JournalEvent::NotReached { step, .. }
            | JournalEvent::Failed { step, .. } => self.ended(*step, entry.at),
            _ => {}
        }
    }

    /// Steps that are behind, and all of them.
    pub fn steps(&self) -> (usize, usize) {
        (self.behind.len(), self.plan.steps().count())
    }

    /// Seconds until the run is over.
    pub fn left(&self, now: UnixTime) -> i64 {
        let is_canary = |host: &HostRef| self.plan.canary.as_ref() == Some(host);
        let canary = self.plan.hosts().filter(|host| is_canary(&host.host)).map(|host| self.left_of(&host.steps, now));
        let mut busy_until = vec![0_i64; self.clusters_at_once];
        for lane in &self.plan.lanes {
            let hosts = lane.hosts.iter().filter(|host| !is_canary(&host.host));
            let seconds: i64 = hosts.map(|host| self.left_of(&host.steps, now)).sum();
            if let Some(free) = busy_until.iter_mut().min() {
                *free = free.saturating_add(seconds);
            }
        }
        let lanes = busy_until.into_iter().max().unwrap_or(0);
        let at_vcenter = self.left_of(&self.plan.first, now).saturating_add(self.left_of(&self.plan.last, now));
        canary.sum::<i64>().saturating_add(lanes).saturating_add(at_vcenter).saturating_add(self.proof_seconds)
    }

    /// Seconds until the steps of one host are behind.
    pub fn left_at(&self, host: &HostRef, now: UnixTime) -> i64 {
        self.plan.hosts().filter(|one| one.host == *host).map(|one| self.left_of(&one.steps, now)).sum()
    }

    fn ended(&mut self, id: StepId, at: UnixTime) {
        let Some(step) = self.plan.step(id) else { return };
        let took = self.began.get(&id).map_or(0, |began| at.seconds_since(*began).max(0));
        let (seconds, count) = self.spent.entry(kind(&step.act)).or_default();
        *seconds = seconds.saturating_add(took);
        *count = count.saturating_add(1);
        self.behind.insert(id);
    }

    fn left_of(&self, steps: &[Step], now: UnixTime) -> i64 {
        let ahead = steps.iter().filter(|step| !self.behind.contains(&step.id));
        ahead
            .map(|step| {
                let passed = self.began.get(&step.id).map_or(0, |began| now.seconds_since(*began).max(0));
                self.expected(&step.act).saturating_sub(passed).max(1)
            })
            .sum()
    }

    fn expected(&self, act: &Act) -> i64 {
        match self.spent.get(&kind(act)) {
            Some((seconds, count)) => seconds.checked_div(*count).unwrap_or(0),
            None => at_first(act),
        }
    }
}

/// What is the same for all steps that do the same.
fn kind(act: &Act) -> String {
    let title = act.title();
    match act {
        Act::Shell { .. } => title,
        _ => title.split(['`', ':']).next().unwrap_or_default().to_owned(),
    }
}

/// Seconds that an act is taken to need before one like it was seen; from the field reports of such repairs.
fn at_first(act: &Act) -> i64 {
    match act {
        Act::RestartSps | Act::StartSps => 90,
        Act::ReconnectHost { .. } => 60,
        Act::Shell { .. } => 30,
        Act::RenewHostCertificate { .. } | Act::AwaitProvider { .. } => 20,
        _ => 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::HostId;
    use crate::run::testing::plan;

    fn estimate(clusters_at_once: u32) -> Estimate {
        Estimate::new(plan(), &Policy { clusters_at_once, proof_seconds: 0, ..Policy::default() })
    }

    fn entry(at: i64, event: JournalEvent) -> JournalEntry {
        JournalEntry { at: UnixTime(at), event }
    }

    #[test]
    fn clusters_side_by_side_take_as_long_as_the_longest() {
        assert_eq!(estimate(2).left(UnixTime(0)), 20);
        assert_eq!(estimate(1).left(UnixTime(0)), 40);
    }

    #[test]
    fn it_learns_from_what_steps_took_and_never_says_less_than_nothing() {
        let mut estimate = estimate(1);
        estimate.heard(&entry(100, JournalEvent::Started { step: StepId(0), saved: None }));
        assert_eq!(estimate.left_at(&HostRef { id: HostId("host-0".into()), name: "esx0".into() }, UnixTime(104)), 6);
        estimate.heard(&entry(130, JournalEvent::Succeeded { step: StepId(0) }));
        assert_eq!((estimate.steps(), estimate.left(UnixTime(130))), ((1, 4), 90));
        estimate.heard(&entry(130, JournalEvent::Started { step: StepId(1), saved: None }));
        assert_eq!(estimate.left(UnixTime(100_000)), 61);
        estimate.heard(&entry(131, JournalEvent::Skipped { step: StepId(2) }));
        assert_eq!(estimate.left(UnixTime(131)), 14 + 15);
    }
}
