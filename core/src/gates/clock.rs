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
    check: GateCheck::Both(of_vcenter, of_host),
    source: include_str!("clock.rs"),
};

fn of_vcenter(case: &Case<'_>) -> GateState {
    let ahead = *read!(case.facts.vcenter.clock_ahead_seconds.known());
    judge(case, "clock of vCenter", ahead, "this machine's")
}

fn of_host(case: &Case<'_>, host: &Host) -> GateState {
    let ahead = *read!(host.clock_ahead_of_vcenter_seconds.known());
    judge(case, &format!("clock of host `{}`", host.name), ahead, "vCenter's")
}

fn judge(case: &Case<'_>, whose: &str, ahead: i64, other: &str) -> GateState {
    let limit = case.policy.clock_block_seconds;
    let seen = format!("{ahead} s ahead of {other}");
    if ahead.saturating_abs() > limit {
        let message = format!("{whose} differs from {other} by {} (allowed: {})", span(ahead), span(limit));
        return GateState::closed(message, whose, seen);
    }
    GateState::open(whose, seen)
}
