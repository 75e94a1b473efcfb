//! ## What it finds
//!
//! The SSO domain has more than one vCenter node (Enhanced Linked Mode), and it is not seen that all of them were
//! snapshotted together while they were powered off.
//!
//! ## Why it hurts
//!
//! It does not. Linked nodes replicate to each other, so a single one cannot be taken back to a snapshot. Changes of
//! vCenter's services and registrations are held back until someone has seen to all of them.
//!
//! ## How it shows
//!
//! The vSphere Client shows the inventories of all linked vCenters under one login.
//!
//! ## What cures it
//!
//! Before a change: shut all nodes down, snapshot all, start all. Where the machine of a node is in another inventory its
//! snapshots are not to be seen: then waive the gate `linked-mode` with that as the reason.
//!
//! ## Sources
//!
//! KB 313886 and KB 320568 (grade A).

use crate::case::{Case, Verdict};
use crate::diagnostic::Severity;
use crate::gates::linked_mode;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "gate-elm",
    severity: Severity::Info,
    grade: Grade::A,
    title: "other vCenters are linked to this one",
    rank: 102,
    explains: &[],
    log: None,
    cure: Cure::ByHand("snapshot all linked nodes while they are powered off before vCenter itself is changed"),
    check: Check::VCenter(check),
    source: include_str!("gate_elm.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    Verdict::from(linked_mode::check(case))
}

#[cfg(test)]
mod tests {
    use crate::facts::Node;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen};

    fn node(name: &str) -> Node {
        Node { name: name.to_owned(), kind: "VCSA_EMBEDDED".to_owned() }
    }

    fn with(change: impl Fn(&mut Fleet)) -> Fleet {
        let mut fleet = Fleet::of(1);
        change(&mut fleet);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "two-nodes",
                "Two linked vCenters",
                "A healthy fleet in linked mode. Repairs of hosts go on; those of vCenter wait.",
                with(|fleet| fleet.vcenter().nodes = seen(vec![node("vc.lab.test"), node("vc-b.lab.test")])),
            ),
            Case::near_miss(
                "one-node",
                "One vCenter by itself",
                "The near miss of `two-nodes`: an SSO domain of one node.",
                with(|fleet| fleet.vcenter().nodes = seen(vec![node("vc.lab.test")])),
            ),
        ]
    }
}
