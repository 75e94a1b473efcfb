//! ## What it looks at
//!
//! Whether the ESXi host is in lockdown mode.
//!
//! ## Why it holds
//!
//! In lockdown, logins to the host itself are refused but for exceptions, and someone wants it so. What goes through
//! vCenter still works and is not held.
//!
//! ## Sources
//!
//! vSphere documentation, lockdown mode; KB 425190 (grade A).

use super::gate::{Gate, GateCheck, GateState, Touches, read};
use crate::case::Case;
use crate::facts::{Host, Lockdown};

pub(super) const GATE: Gate = Gate {
    name: "lockdown",
    title: "the host is not in lockdown mode",
    holds: &[Touches::Shell],
    check: GateCheck::Host(check),
    source: include_str!("lockdown.rs"),
};

pub(crate) fn check(_: &Case<'_>, host: &Host) -> GateState {
    let word = match read!(host.lockdown.known()) {
        Lockdown::LockdownDisabled => return GateState::open("lockdown mode", "off"),
        Lockdown::LockdownNormal => "normal",
        Lockdown::LockdownStrict => "strict",
        Lockdown::Other(word) => word,
    };
    let message = format!("host `{}` is in lockdown mode `{word}`", host.name);
    GateState::closed(message, "lockdown mode", word)
}
