//! ## What it looks at
//!
//! Whether the ESXi host's cluster has what vSphere HA is told to set aside for hosts that fail: hosts, a share of CPU and
//! memory, or hosts that stand by. Where HA or its admission control is off nothing is set aside, and nothing is held.
//!
//! ## Why it holds
//!
//! A host that is disconnected, or whose management agents restart or load a certificate, is out of HA's hands meanwhile. Where the cluster
//! lacks capacity already, machines of another host that fails just then may find no place. A host that vCenter is not
//! connected to counts for nothing, so it is not held back from coming in again.
//!
//! ## Sources
//!
//! vSphere API, `ClusterDasAdmissionControlInfo` (grade A); that HA is reconfigured as a host is reconnected (grade D),
//! which is why it is held.

use super::gate::{Gate, GateCheck, GateState, Touches, read};
use crate::case::Case;
use crate::facts::Host;

pub(super) const GATE: Gate = Gate {
    name: "failover-capacity",
    title: "the host's cluster has the capacity that HA sets aside",
    holds: &[Touches::HostConnection, Touches::ManagementAgents],
    check: GateCheck::Host(check),
    source: include_str!("failover_capacity.rs"),
};

fn check(_: &Case<'_>, host: &Host) -> GateState {
    if host.is_away() {
        return GateState::open("failover capacity", "vCenter is not connected to the host, which counts for none");
    }
    let capacity = read!(host.failover.known());
    if capacity.is_whole {
        return GateState::open("failover capacity", capacity.told.clone());
    }
    let message =
        format!("the cluster of host `{}` lacks the capacity that HA sets aside: {}", host.name, capacity.told);
    GateState::closed(message, "failover capacity", capacity.told.clone())
}
