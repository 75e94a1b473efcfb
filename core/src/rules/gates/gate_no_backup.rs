//! ## What it finds
//!
//! The vCenter appliance has no backup that succeeded, and the virtual machine that it runs in no snapshot, within the
//! policy's `backup_days`. Of a vCenter that is linked to others only a snapshot that was taken while it was powered off
//! counts.
//!
//! ## Why it hurts
//!
//! It does not by itself. Whatever goes wrong in vCenter's stores and services can only be taken back by a backup or a
//! snapshot, so every change is held back.
//!
//! ## How it shows
//!
//! The appliance's management page shows it under Backup, the vSphere Client the snapshots of its machine where that is
//! in the same inventory.
//!
//! ## What cures it
//!
//! Run a backup from the appliance's management page, or take a snapshot; where vCenter runs in another inventory, waive
//! the gate `backup` with that as the reason.
//!
//! ## Sources
//!
//! KB 320568: a snapshot comes first (grade A); the days are ours.

use crate::case::{Case, Verdict};
use crate::diagnostic::Severity;
use crate::gates::backup;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "gate-no-backup",
    severity: Severity::Info,
    grade: Grade::A,
    title: "vCenter has no recent backup",
    rank: 104,
    explains: &[],
    log: None,
    cure: Cure::ByHand("run a backup of vCenter, or take a snapshot of it, before a repair"),
    check: Check::VCenter(check),
    source: include_str!("gate_no_backup.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    Verdict::from(backup::check(case))
}

#[cfg(test)]
mod tests {
    use crate::facts::{Backup, Snapshot};
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, NOW, seen};
    use crate::time::DAY_SECONDS;

    fn with(change: impl Fn(&mut Fleet)) -> Fleet {
        let mut fleet = Fleet::of(1);
        change(&mut fleet);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "never",
                "There is no backup",
                "A healthy fleet whose vCenter was never backed up by its own means.",
                with(|fleet| fleet.vcenter().backup = seen(None)),
            ),
            Case::near_miss(
                "a-snapshot",
                "There is a snapshot of its machine",
                "The near miss of `never`: no backup, and a snapshot of the machine that vCenter runs in, a day old.",
                with(|fleet| {
                    let taken_at = NOW.plus_seconds(-DAY_SECONDS);
                    let one = Snapshot { name: "before".to_owned(), taken_at, powered_off: false };
                    fleet.vcenter().backup = seen(None);
                    fleet.vcenter().snapshots.insert("vc.lab.test".to_owned(), seen(vec![one]));
                }),
            ),
            Case::near_miss(
                "a-week-ago",
                "The newest backup ended a week ago to the second",
                "The near miss of `never`: as old as the policy allows.",
                with(|fleet| {
                    fleet.vcenter().backup =
                        seen(Some(Backup { job: "job-9".to_owned(), ended_at: NOW.plus_seconds(-7 * DAY_SECONDS) }));
                }),
            ),
        ]
    }
}
