//! ## What it looks at
//!
//! The newest backup of the vCenter appliance that succeeded, and the newest snapshot of the virtual machine that it runs
//! in, where that machine is in its own inventory. One of the two must not be older than the policy's `backup_days`. Of a
//! vCenter that is linked to others only a snapshot that was taken while it was powered off counts.
//!
//! ## Why it holds
//!
//! Whatever goes wrong in vCenter's stores and services can only be taken back by a backup or a snapshot. Where vCenter
//! runs in another inventory its snapshots are not to be seen; whoever has one waives this gate and says so.
//!
//! ## Sources
//!
//! KB 320568: a snapshot comes first (grade A); KB 313886: of linked nodes, powered off (grade A). That the machine is
//! the one which calls itself as vCenter does is what VMware Tools tell (grade B); the days are ours.

use super::gate::{EVERYTHING, Gate, GateCheck, GateState};
use crate::case::{Case, span};
use crate::certificate::is_same_name;
use crate::diagnostic::Evidence;
use crate::facts::{Missing, Observed, Snapshot};
use crate::job::Job;
use crate::time::{DAY_SECONDS, UnixTime};

pub(super) const GATE: Gate = Gate {
    name: "backup",
    title: "a recent backup or snapshot of vCenter",
    holds: EVERYTHING,
    check: GateCheck::VCenter(check),
    source: include_str!("backup.rs"),
};

pub(crate) fn check(case: &Case<'_>) -> GateState {
    let none = match of_backups(case) {
        Ok(evidence) => return GateState::Open(vec![evidence]),
        Err(none) => none,
    };
    match (own_node(case).and_then(|node| of_snapshots(case, node)), none) {
        (Ok(evidence), _) => GateState::Open(vec![evidence]),
        (Err(other), Why::Unknown(missing)) => GateState::Unknown(Missing {
            message: format!("whether vCenter was backed up is not known: {}; {}", missing.message, other.words()),
            ..missing
        }),
        (Err(other), Why::Closed(none)) => {
            GateState::closed(format!("{none}; {}", other.words()), "backups and snapshots", "none that is recent")
        }
    }
}

/// Why there is nothing to go back to.
pub(super) enum Why {
    /// It is known that there is nothing.
    Closed(String),
    /// It is not known.
    Unknown(Missing),
}

impl Why {
    pub(super) fn words(self) -> String {
        match self {
            Self::Closed(words) => words,
            Self::Unknown(missing) => missing.message,
        }
    }
}

fn of_backups(case: &Case<'_>) -> Result<Evidence, Why> {
    let newest = case.facts.vcenter.backup.known().map_err(|missing| Why::Unknown(missing.clone()))?;
    let Some(backup) = newest else { return Err(Why::Closed("vCenter has no backup that succeeded".to_owned())) };
    let seen =
        format!("`{}` ended {}, {} ago", backup.job, backup.ended_at, span(case.now.seconds_since(backup.ended_at)));
    is_recent(case, backup.ended_at, "backup of vCenter").map(|()| Evidence::new("newest backup", seen))
}

/// The newest snapshot of a node's machine that counts.
pub(super) fn newest_snapshot<'a>(case: &Case<'a>, node: &str) -> Result<&'a Snapshot, Why> {
    let all = match case.facts.vcenter.snapshots.get(node) {
        Some(Observed::Seen { value, .. }) => value,
        Some(Observed::Unknown(missing)) => return Err(Why::Unknown(missing.clone())),
        None => return Err(Why::Closed(format!("snapshots of the machine of `{node}` were not looked at"))),
    };
    let is_alone = case.facts.vcenter.nodes.value().is_some_and(|nodes| nodes.len() == 1);
    let counts = |one: &&Snapshot| is_alone || one.powered_off;
    let how = if is_alone { "" } else { " that was taken while it was powered off" };
    all.iter()
        .filter(counts)
        .max_by_key(|one| one.taken_at)
        .ok_or_else(|| Why::Closed(format!("the machine of `{node}` has no snapshot{how}")))
}

/// A snapshot of a node's machine that is recent.
pub(super) fn of_snapshots(case: &Case<'_>, node: &str) -> Result<Evidence, Why> {
    let newest = newest_snapshot(case, node)?;
    let power = if newest.powered_off { "powered off" } else { "running" };
    let age = span(case.now.seconds_since(newest.taken_at));
    let seen = format!("`{}` of `{node}`, {power}, taken {}, {age} ago", newest.name, newest.taken_at);
    is_recent(case, newest.taken_at, &format!("snapshot of `{node}`")).map(|()| Evidence::new("newest snapshot", seen))
}

fn is_recent(case: &Case<'_>, at: UnixTime, what: &str) -> Result<(), Why> {
    let (age, days) = (case.now.seconds_since(at), case.policy.backup_days);
    if age > days.saturating_mul(DAY_SECONDS) {
        return Err(Why::Closed(format!("newest {what} is {} old (allowed: {days} days)", span(age))));
    }
    Ok(())
}

/// The node that was asked: the only one, or the one of the name by which vCenter was called.
fn own_node<'a>(case: &Case<'a>) -> Result<&'a str, Why> {
    let vcenter = &case.facts.vcenter;
    let nodes = vcenter.nodes.known().map_err(|missing| Why::Unknown(missing.clone()))?;
    let called = |name: &str| is_same_name(name, Job::host_of(&vcenter.authority));
    let own = match nodes.as_slice() {
        [one] => Some(one),
        many => many.iter().find(|node| called(&node.name)),
    };
    let unclear = || Why::Closed(format!("which of the linked nodes `{}` is cannot be told", vcenter.authority));
    own.map(|node| node.name.as_str()).ok_or_else(unclear)
}
