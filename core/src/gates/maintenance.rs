//! ## What it looks at
//!
//! Whether the ESXi host is in maintenance mode.
//!
//! ## Why it holds
//!
//! The documentation forbids to renew the certificate of a host in maintenance mode.
//!
//! ## Sources
//!
//! vSphere documentation, renewing ESXi certificates (grade A).

use super::gate::{Gate, GateCheck, GateState, Touches, read};
use crate::case::Case;
use crate::facts::Host;

pub(super) const GATE: Gate = Gate {
    name: "maintenance",
    title: "the host is not in maintenance mode",
    holds: &[Touches::HostCertificate, Touches::OwnCertificate],
    check: GateCheck::Host(check),
    source: include_str!("maintenance.rs"),
};

pub(crate) fn check(_: &Case<'_>, host: &Host) -> GateState {
    if *read!(host.in_maintenance.known()) {
        let message = format!("host `{}` is in maintenance mode", host.name);
        return GateState::closed(message, "maintenance mode", "on");
    }
    GateState::open("maintenance mode", "off")
}
