//! ## What it looks at
//!
//! Whether a task of vCenter runs on the ESXi host.
//!
//! ## Why it holds
//!
//! A host that is being patched, moved or evacuated may lose its agents or its connection in the middle of it. Whoever
//! waits a little loses nothing.
//!
//! ## Sources
//!
//! vSphere API, `recentTask` (grade A); that nothing else should be under way is ours.

use super::gate::{Gate, GateCheck, GateState, Touches, read};
use crate::case::Case;
use crate::facts::Host;

pub(super) const GATE: Gate = Gate {
    name: "host-busy",
    title: "no task of vCenter runs on the host",
    holds: &[
        Touches::HostCertificate,
        Touches::OwnCertificate,
        Touches::HostConnection,
        Touches::ManagementAgents,
        Touches::Shell,
    ],
    check: GateCheck::Host(check),
    source: include_str!("host_busy.rs"),
};

fn check(_: &Case<'_>, host: &Host) -> GateState {
    let tasks = *read!(host.running_tasks.known());
    if tasks > 0 {
        let message = format!("{tasks} tasks of vCenter run on host `{}`; wait until they have ended", host.name);
        return GateState::closed(message, "running tasks", tasks.to_string());
    }
    GateState::open("running tasks", "none")
}
