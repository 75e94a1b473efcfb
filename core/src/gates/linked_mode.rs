//! ## What it looks at
//!
//! How many vCenter nodes the SSO domain has, and where there are several, whether the virtual machine of each has a
//! snapshot that was taken while it was powered off, not longer ago than the policy's `backup_days`, all within one hour
//! of each other. A node whose machine is not in this inventory was not looked at.
//!
//! ## Why it holds
//!
//! Linked nodes replicate to each other. A single one of them cannot be taken back: all have to be snapshotted while
//! powered off, and restored together. So vCenter's services, stores and registrations are left alone until someone has
//! seen to that.
//!
//! ## Sources
//!
//! KB 313886 and KB 320568 (grade A); the hour is ours: snapshots that lie further apart were hardly taken while all
//! nodes were off.

use super::backup::{newest_snapshot, of_snapshots};
use super::gate::{Gate, GateCheck, GateState, Touches, read};
use crate::case::{Case, span};

pub(super) const GATE: Gate = Gate {
    name: "linked-mode",
    title: "no other vCenter is linked to this one, or all were snapshotted together",
    holds: &[Touches::Registration, Touches::VcenterService, Touches::VcenterStore],
    check: GateCheck::VCenter(check),
    source: include_str!("linked_mode.rs"),
};

/// Seconds between the first and the last snapshot of nodes that were off together.
const TOGETHER_SECONDS: i64 = 3_600;

pub(crate) fn check(case: &Case<'_>) -> GateState {
    let nodes = read!(case.facts.vcenter.nodes.known());
    let names: Vec<&str> = nodes.iter().map(|node| node.name.as_str()).collect();
    if nodes.len() < 2 {
        return GateState::open("nodes of the SSO domain", names.join(", "));
    }
    let rule = format!("{} vCenter nodes are linked; all must be snapshotted while powered off", nodes.len());
    let closed = |why: String| GateState::closed(format!("{rule}: {why}"), "nodes of the SSO domain", names.join(", "));
    let (mut evidence, mut taken) = (Vec::new(), Vec::new());
    for node in &names {
        match of_snapshots(case, node).and_then(|seen| Ok((seen, newest_snapshot(case, node)?.taken_at))) {
            Ok((seen, at)) => {
                evidence.push(seen);
                taken.push(at);
            }
            Err(why) => return closed(why.words()),
        }
    }
    let apart = taken.iter().max().zip(taken.iter().min()).map_or(0, |(last, first)| last.seconds_since(*first));
    if apart > TOGETHER_SECONDS {
        return closed(format!("their newest snapshots lie {} apart", span(apart)));
    }
    GateState::Open(evidence)
}
