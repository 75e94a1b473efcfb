//! ## What it looks at
//!
//! Whether VMware Cloud Foundation (SDDC Manager) manages this vCenter.
//!
//! ## Why it holds
//!
//! There certificates belong to SDDC Manager or Fleet Management: what is changed behind their back they take for
//! damage, or replace again.
//!
//! ## Sources
//!
//! KB 427937 (grade A, in part); the vendor's vCert warns as well (grade A).

use super::gate::{EVERYTHING, Gate, GateCheck, GateState, read};
use crate::case::Case;

pub(super) const GATE: Gate = Gate {
    name: "cloud-foundation",
    title: "VMware Cloud Foundation does not manage this vCenter",
    holds: EVERYTHING,
    check: GateCheck::VCenter(check),
    source: include_str!("cloud_foundation.rs"),
};

pub(crate) fn check(case: &Case<'_>) -> GateState {
    if *read!(case.facts.vcenter.in_cloud_foundation.known()) {
        let message = "VMware Cloud Foundation manages this vCenter; renew certificates with its tools";
        return GateState::closed(message, "VMware Cloud Foundation", "found");
    }
    GateState::open("VMware Cloud Foundation", "not found")
}
