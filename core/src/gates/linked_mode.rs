//! ## What it looks at
//!
//! How many vCenter nodes the SSO domain has.
//!
//! ## Why it holds
//!
//! Linked nodes replicate to each other. A single one of them cannot be taken back: all have to be snapshotted while
//! powered off, and restored together. So its services and registrations are left alone until someone has seen to that.
//!
//! ## Sources
//!
//! KB 313886 and KB 320568 (grade A).

use super::gate::{Gate, GateCheck, GateState, Touches, read};
use crate::case::Case;

pub(super) const GATE: Gate = Gate {
    name: "linked-mode",
    title: "no other vCenter is linked to this one",
    holds: &[Touches::Registration, Touches::VcenterService, Touches::VcenterStore],
    check: GateCheck::VCenter(check),
    source: include_str!("linked_mode.rs"),
};

pub(crate) fn check(case: &Case<'_>) -> GateState {
    let nodes = read!(case.facts.vcenter.nodes.known());
    let names: Vec<&str> = nodes.iter().map(|node| node.name.as_str()).collect();
    if nodes.len() > 1 {
        let message = format!("{} vCenter nodes are linked; all must be snapshotted while powered off", nodes.len());
        return GateState::closed(message, "nodes of the SSO domain", names.join(", "));
    }
    GateState::open("nodes of the SSO domain", names.join(", "))
}
