//! ## What it looks at
//!
//! Whether the ESXi host takes part in vSAN.
//!
//! ## Why it holds
//!
//! vSAN has a storage provider of its own on each host, with the host's certificate, and an order in which certificates
//! of its hosts are to be replaced.
//!
//! ## Sources
//!
//! KB 317244, by its title and by articles that refer to it (grade A, in part).

use super::gate::{Gate, GateCheck, GateState, Touches, read};
use crate::case::Case;
use crate::facts::Host;

pub(super) const GATE: Gate = Gate {
    name: "vsan",
    title: "the host takes no part in vSAN",
    holds: &[Touches::HostCertificate, Touches::OwnCertificate],
    check: GateCheck::Host(check),
    source: include_str!("vsan.rs"),
};

pub(crate) fn check(_: &Case<'_>, host: &Host) -> GateState {
    if *read!(host.in_vsan.known()) {
        let message = format!("host `{}` takes part in vSAN; follow KB 317244", host.name);
        return GateState::closed(message, "vSAN", "takes part");
    }
    GateState::open("vSAN", "takes no part")
}
