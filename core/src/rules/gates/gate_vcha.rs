//! ## What it finds
//!
//! vCenter High Availability is configured.
//!
//! ## Why it hurts
//!
//! It does not. A stopped service, or a changed store, can make the passive node take over in the middle of a change.
//! Changes of vCenter's services are held back.
//!
//! ## How it shows
//!
//! The vSphere Client shows it at the vCenter, under Configure, vCenter HA.
//!
//! ## What cures it
//!
//! Put vCenter HA into maintenance before a change of vCenter itself, then waive the gate `high-availability` with that
//! as the reason.
//!
//! ## Sources
//!
//! The vendor's vCert warns of it (grade A).

use crate::case::{Case, Verdict};
use crate::diagnostic::Severity;
use crate::gates::high_availability;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "gate-vcha",
    severity: Severity::Info,
    grade: Grade::A,
    title: "vCenter High Availability is configured",
    rank: 103,
    explains: &[],
    log: None,
    cure: Cure::ByHand("put vCenter HA into maintenance before vCenter itself is changed"),
    check: Check::VCenter(check),
    source: include_str!("gate_vcha.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    Verdict::from(high_availability::check(case))
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen, unknown};

    fn with(change: impl Fn(&mut Fleet)) -> Fleet {
        let mut fleet = Fleet::of(1);
        change(&mut fleet);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "configured",
                "vCenter HA is configured",
                "A healthy fleet whose vCenter has a passive node.",
                with(|fleet| fleet.vcenter().high_availability = seen(true)),
            ),
            Case::near_miss(
                "not-told",
                "Nobody may say whether it is configured",
                "The near miss of `configured`: not known is no note, and the gate counts it as closed.",
                with(|fleet| fleet.vcenter().high_availability = unknown(MissingReason::Denied)),
            ),
        ]
    }
}
