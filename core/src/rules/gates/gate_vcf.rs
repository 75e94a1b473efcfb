//! ## What it finds
//!
//! SDDC Manager or Fleet Management of VMware Cloud Foundation manages this vCenter.
//!
//! ## Why it hurts
//!
//! It does not. Certificates belong to those tools: what is changed behind their back they take for damage, or replace
//! again. Every change of ours is held back.
//!
//! ## How it shows
//!
//! SDDC Manager lists the workload domain. The vSphere Client shows the extension of VMware Cloud Foundation.
//!
//! ## What cures it
//!
//! Hand the findings to whoever runs SDDC Manager, or waive the gate `cloud-foundation` with their consent.
//!
//! ## Sources
//!
//! KB 427937 (grade A, in part).

use crate::case::{Case, Verdict};
use crate::diagnostic::Severity;
use crate::gates::cloud_foundation;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "gate-vcf",
    severity: Severity::Info,
    grade: Grade::A,
    title: "VMware Cloud Foundation manages this vCenter",
    rank: 101,
    explains: &[],
    log: None,
    cure: Cure::ByHand(
        "renew certificates with the tools of VMware Cloud Foundation, or ask who runs it before a change",
    ),
    check: Check::VCenter(check),
    source: include_str!("gate_vcf.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    Verdict::from(cloud_foundation::check(case))
}

#[cfg(test)]
mod tests {
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
                "managed",
                "A workload domain of VMware Cloud Foundation",
                "A healthy fleet that SDDC Manager manages. Whatever is found later is handed on.",
                with(|fleet| fleet.vcenter().in_cloud_foundation = seen(true)),
            ),
            Case::near_miss(
                "not-managed",
                "A vCenter by itself",
                "The near miss of `managed`: the same versions without SDDC Manager.",
                with(|fleet| fleet.vcenter().in_cloud_foundation = seen(false)),
            ),
        ]
    }
}
