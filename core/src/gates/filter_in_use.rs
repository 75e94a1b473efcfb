//! ## What it looks at
//!
//! Whether virtual disks in the host's cluster use an IO filter.
//!
//! ## Why it holds
//!
//! Between unregistering a provider and its coming back, the policies of its filters are not offered. Disks that are
//! filtered already keep working, but new work on them may fail; so nobody unregisters behind their owners' back.
//!
//! ## Sources
//!
//! vSphere API, `QueryDisksUsingFilter` (grade A); that filtered disks keep working (grade C).

use super::gate::{Gate, GateCheck, GateState, Touches, read};
use crate::case::Case;
use crate::facts::Host;

pub(super) const GATE: Gate = Gate {
    name: "filter-in-use",
    title: "no virtual disk in the host's cluster uses an IO filter",
    holds: &[Touches::Registration],
    check: GateCheck::Host(check),
    source: include_str!("filter_in_use.rs"),
};

pub(crate) fn check(_: &Case<'_>, host: &Host) -> GateState {
    let disks = *read!(host.disks_using_filter.known());
    if disks > 0 {
        let message = format!("{disks} virtual disks in the cluster of host `{}` use an IO filter", host.name);
        return GateState::closed(message, "virtual disks using an IO filter", disks.to_string());
    }
    GateState::open("virtual disks using an IO filter", "none")
}
