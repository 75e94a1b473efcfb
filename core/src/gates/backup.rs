//! ## What it looks at
//!
//! The newest backup of the vCenter appliance that succeeded, and whether it is older than the policy's `backup_days`.
//!
//! ## Why it holds
//!
//! Whatever goes wrong in vCenter's stores and services can only be taken back by a backup or a snapshot. Snapshots are
//! not visible from vCenter itself; whoever has one waives this gate and says so.
//!
//! ## Sources
//!
//! KB 320568: a snapshot comes first (grade A); the days are ours.

use super::gate::{EVERYTHING, Gate, GateCheck, GateState, read};
use crate::case::{Case, span};
use crate::time::DAY_SECONDS;

pub(super) const GATE: Gate = Gate {
    name: "backup",
    title: "a recent backup of vCenter",
    holds: EVERYTHING,
    check: GateCheck::VCenter(check),
    source: include_str!("backup.rs"),
};

pub(crate) fn check(case: &Case<'_>) -> GateState {
    let Some(backup) = read!(case.facts.vcenter.backup.known()) else {
        return GateState::closed("vCenter has no backup that succeeded", "backups", "none");
    };
    let age = case.now.seconds_since(backup.ended_at);
    let seen = format!("`{}` ended {}, {} ago", backup.job, backup.ended_at, span(age));
    if age > case.policy.backup_days.saturating_mul(DAY_SECONDS) {
        let message =
            format!("newest backup of vCenter is {} old (allowed: {} days)", span(age), case.policy.backup_days);
        return GateState::closed(message, "newest backup", seen);
    }
    GateState::open("newest backup", seen)
}
