//! ## What it looks at
//!
//! How far vCenter's clock is from that of this machine, and the ESXi host's from vCenter's. Beyond the policy's
//! `clock_block_seconds` it closes.
//!
//! ## Why it holds
//!
//! A certificate that is issued while clocks differ may begin in the future on the host, and whether a cure worked is
//! judged by dates.
//!
//! ## Sources
//!
//! vSphere documentation: clocks must be in sync before certificates are renewed (grade A); the limit is ours.

use super::{EVERYTHING, Gate, GateCheck, GateState, read};
use crate::facts::Host;
use crate::rules::{Case, span};

pub(super) const GATE: Gate = Gate {
    name: "clock",
    title: "the clocks of this machine, of vCenter and of the host agree",
    holds: EVERYTHING,
    check: GateCheck::Host(check),
    source: include_str!("clock.rs"),
};

fn check(case: &Case<'_>, host: &Host) -> GateState {
    let vcenter = *read!(case.facts.vcenter.clock_ahead_seconds.known());
    let own = *read!(host.clock_ahead_of_vcenter_seconds.known());
    let limit = case.policy.clock_block_seconds;
    let seen = format!("vCenter {vcenter} s ahead of this machine, host {own} s ahead of vCenter");
    let worst = if own.saturating_abs() > limit { ("host", own) } else { ("vCenter", vcenter) };
    if worst.1.saturating_abs() > limit {
        let message =
            format!("clock of {} of `{}` is {} off (allowed: {})", worst.0, host.name, span(worst.1), span(limit));
        return GateState::closed(message, "clocks", seen);
    }
    GateState::open("clocks", seen)
}
