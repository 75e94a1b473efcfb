//! ## What it finds
//!
//! An ESXi host is in lockdown mode, normal or strict.
//!
//! ## Why it hurts
//!
//! It does not. Logins to the host itself are refused but for exceptions, so steps by its shell are held back. What
//! goes through vCenter still works.
//!
//! ## How it shows
//!
//! The vSphere Client shows it at the host, under Configure, Security Profile.
//!
//! ## What cures it
//!
//! Nothing needs a cure. Where only the shell helps, let whoever set lockdown make an exception for the time of the
//! repair.
//!
//! ## Sources
//!
//! vSphere documentation, lockdown mode; KB 425190 (grade A).

use crate::case::{Case, Verdict};
use crate::diagnostic::Severity;
use crate::facts::Host;
use crate::gates::lockdown;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "gate-lockdown",
    severity: Severity::Info,
    grade: Grade::A,
    title: "an ESXi host is in lockdown mode",
    rank: 106,
    explains: &[],
    log: None,
    cure: Cure::ByHand("repair through vCenter, or have an exception made before the host's shell is used"),
    check: Check::Host(check),
    source: include_str!("gate_lockdown.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    Verdict::from(lockdown::check(case, host))
}

#[cfg(test)]
mod tests {
    use crate::facts::Lockdown;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen};

    fn with(change: impl Fn(&mut Fleet)) -> Fleet {
        let mut fleet = Fleet::of(1);
        change(&mut fleet);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "strict",
                "A host in strict lockdown",
                "A healthy host to which nobody may log in.",
                with(|fleet| fleet.host(1).lockdown = seen(Lockdown::LockdownStrict)),
            ),
            Case::near_miss(
                "off",
                "A host without lockdown",
                "The near miss of `strict`: the same host after lockdown was switched off.",
                with(|fleet| fleet.host(1).lockdown = seen(Lockdown::LockdownDisabled)),
            ),
        ]
    }
}
