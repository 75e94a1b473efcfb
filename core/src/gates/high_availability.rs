//! ## What it looks at
//!
//! Whether vCenter High Availability is configured.
//!
//! ## Why it holds
//!
//! A stopped service, or a changed store, can make the passive node take over in the middle of a change.
//!
//! ## Sources
//!
//! The vendor's vCert: put it into maintenance, or take it down, before work on certificates or services (grade A).

use super::gate::{Gate, GateCheck, GateState, Touches, read};
use crate::case::Case;

pub(super) const GATE: Gate = Gate {
    name: "high-availability",
    title: "vCenter High Availability is not configured",
    holds: &[Touches::VcenterService, Touches::VcenterStore],
    check: GateCheck::VCenter(check),
    source: include_str!("high_availability.rs"),
};

pub(crate) fn check(case: &Case<'_>) -> GateState {
    if *read!(case.facts.vcenter.high_availability.known()) {
        let message = "vCenter High Availability is configured; put it into maintenance first";
        return GateState::closed(message, "vCenter High Availability", "configured");
    }
    GateState::open("vCenter High Availability", "not configured")
}
