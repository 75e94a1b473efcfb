//! ## What it looks at
//!
//! Whether most providers failed together (`whole-fleet-down`, `only-esx9-down`), of hosts below 9.0, of hosts from 9.0
//! on, or of all. "Most" is the policy's `fleet_down_percent`, of those hosts whose own port does not show why.
//!
//! A group that is down together and is less than half of the whole fleet closes nothing: a few hosts from 9.0 on that
//! fail together are named (`only-esx9-down`), and must not keep all others from being cured. Their own certificates are
//! renewed only where something is found of those.
//!
//! ## Why it holds
//!
//! Then the cause is on vCenter's side, and renewing or reconnecting hosts disturbs all of them and cures none.
//!
//! ## Sources
//!
//! KB 440183, which certificate vCenter shows to which hosts (grade A); the shares are ours (grade C).

use super::gate::{Gate, GateCheck, GateState, Touches, read};
use crate::case::Case;
use crate::rules::fleet::whole_fleet_down;

pub(super) const GATE: Gate = Gate {
    name: "whole-fleet-down",
    title: "providers have not failed all together",
    holds: &[Touches::HostCertificate, Touches::OwnCertificate, Touches::HostConnection],
    check: GateCheck::VCenter(check),
    source: include_str!("whole_fleet_down.rs"),
};

fn check(case: &Case<'_>) -> GateState {
    read!(case.facts.provider_list.known());
    GateState::from(whole_fleet_down::has_failed_together(case))
}
