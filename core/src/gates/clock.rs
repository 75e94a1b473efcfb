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
//! The clock of a host that vCenter is not connected to cannot be asked, and connecting it is the only way to come to know
//! it; so that host is not held, as long as vCenter begins what it issues further back (`minutesBefore`, a day by default)
//! than clocks may differ. No other change can be made to such a host before it is connected.
//!
//! ## Sources
//!
//! vSphere documentation: clocks must be in sync before certificates are renewed (grade A); the limit is ours.

use super::gate::{EVERYTHING, Gate, GateCheck, GateState, read};
use crate::case::{Case, span};
use crate::facts::Host;

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
    let back_dated = case.thresholds().minutes_before.saturating_mul(60);
    let is_away = host.connection.value().is_some() && !host.is_connected();
    if is_away && back_dated >= case.policy.clock_block_seconds {
        let seen =
            format!("not to be asked before it is connected; what is issued begins {} earlier", span(back_dated));
        return GateState::open(&format!("clock of host `{}`", host.name), seen);
    }
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
