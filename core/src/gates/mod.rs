//! What holds changes back, one file each.
//!
//! A gate is closed until the facts open it: what is not known counts as closed. A user may pass a closed gate by
//! name, with a reason, through [`crate::policy::Policy::waivers`]; the reason goes into the journal. Which changes a
//! gate holds is told by what they touch, so that a harmless step is not held by a gate that is about another.

mod auto_deploy;
pub(crate) mod backup;
pub(crate) mod certificate_mode;
mod clock;
pub(crate) mod cloud_foundation;
pub(crate) mod connected;
mod failover_capacity;
pub(crate) mod filter_in_use;
mod foreign_certificate;
mod gate;
pub(crate) mod high_availability;
mod host_busy;
pub(crate) mod linked_mode;
pub(crate) mod lockdown;
pub(crate) mod maintenance;
mod roots;
mod trust_authority;
pub(crate) mod vsan;
mod waiver;
mod whole_fleet_down;

pub use gate::{EVERYTHING, Gate, GateCheck, GateState, Touches};
use serde::{Deserialize, Serialize};
pub use waiver::{NoSuchGate, check_waivers};

use crate::case::{Case, Place, PlaceKind};
use crate::facts::Host;

/// One gate at one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateReading {
    /// The gate's name.
    pub gate: String,
    /// Where.
    pub place: Place,
    /// What the facts say.
    pub state: GateState,
    /// The user's reason for passing it all the same, if it is waived.
    pub waived: Option<String>,
}

/// Every gate, sorted by name.
pub const GATES: &[Gate] = &[
    auto_deploy::GATE,
    backup::GATE,
    certificate_mode::GATE,
    clock::GATE,
    cloud_foundation::GATE,
    connected::GATE,
    failover_capacity::GATE,
    filter_in_use::GATE,
    foreign_certificate::GATE,
    high_availability::GATE,
    host_busy::GATE,
    linked_mode::GATE,
    lockdown::GATE,
    maintenance::GATE,
    roots::GATE,
    trust_authority::GATE,
    vsan::GATE,
    whole_fleet_down::GATE,
];

/// The gate with this name.
pub fn find(name: &str) -> Option<&'static Gate> {
    GATES.binary_search_by(|gate| gate.name.cmp(name)).ok().and_then(|index| GATES.get(index))
}

/// Reads every gate at every place where it stands, by name and then by host id.
pub fn read_gates(case: &Case<'_>) -> Vec<GateReading> {
    read(case, GATES.iter())
}

/// Gates that can close while a run goes on for hours, and are read again when a host's turn comes.
const OF_A_TURN: [&str; 8] =
    ["certificate-mode", "clock", "connected", "failover-capacity", "host-busy", "lockdown", "maintenance", "vsan"];

/// Reads again what stands before a host whose turn has come. The case is of that host alone.
pub(crate) fn read_for_turn(case: &Case<'_>) -> Vec<GateReading> {
    read(case, GATES.iter().filter(|gate| OF_A_TURN.contains(&gate.name)))
}

/// Reads again whether anything uses the filters of a host whose provider is about to be unregistered. The case is of that
/// host alone.
pub(crate) fn read_for_unregistering(case: &Case<'_>) -> Vec<GateReading> {
    read(case, GATES.iter().filter(|gate| gate.name == filter_in_use::GATE.name))
}

fn read<'g>(case: &Case<'_>, gates: impl Iterator<Item = &'g Gate>) -> Vec<GateReading> {
    let reading = |gate: &Gate, place: Place, state: GateState| GateReading {
        gate: gate.name.to_owned(),
        place,
        state,
        waived: case.policy.waivers.get(gate.name).cloned(),
    };
    let mut readings = Vec::new();
    for gate in gates {
        let (at_vcenter, at_host) = match gate.check {
            GateCheck::VCenter(check) => (Some(check), None),
            GateCheck::Host(check) => (None, Some(check)),
            GateCheck::Both(at_vcenter, at_host) => (Some(at_vcenter), Some(at_host)),
        };
        readings.extend(at_vcenter.map(|check| reading(gate, Place::vcenter(case.facts), check(case))));
        if let Some(check) = at_host {
            let hosts = case.facts.hosts.values();
            readings.extend(hosts.map(|host| reading(gate, Place::of_host(host), check(case, host))));
        }
    }
    readings
}

impl GateReading {
    /// Whether it lets pass: open, or waived with a reason that is not empty.
    pub fn passes(&self) -> bool {
        let is_waived = self.waived.as_ref().is_some_and(|reason| !reason.trim().is_empty());
        matches!(self.state, GateState::Open(_)) || is_waived
    }

    /// Whether it holds back a change that touches this. A certificate mode that is not known holds everything.
    pub fn holds_back(&self, touches: Touches) -> bool {
        let is_held = |gate: &Gate| gate.holds.contains(&touches) || certificate_mode::is_unknown(gate, &self.state);
        !self.passes() && find(&self.gate).is_some_and(is_held)
    }

    /// Why it does not let pass: one line.
    pub fn reason(&self) -> &str {
        match &self.state {
            GateState::Open(_) => "it is open",
            GateState::Closed { message, .. } => message,
            GateState::Unknown(missing) => &missing.message,
        }
    }

    /// What would open it, where it is not known; empty where nothing is known of that either.
    pub fn help(&self) -> &str {
        match &self.state {
            GateState::Unknown(missing) => &missing.help,
            GateState::Open(_) | GateState::Closed { .. } => "",
        }
    }

    /// Whether it stands before changes of this host: at the host, or before the whole vCenter.
    pub fn stands_before(&self, host: &Host) -> bool {
        self.place.kind == PlaceKind::Vcenter || self.place.host.as_deref() == Some(host.id.0.as_str())
    }
}

#[cfg(test)]
mod tests;
