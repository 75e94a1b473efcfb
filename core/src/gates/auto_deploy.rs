//! ## What it looks at
//!
//! Whether the ESXi host boots from the network and keeps nothing (Auto Deploy).
//!
//! ## Why it holds
//!
//! Such a host gets its certificate from the Auto Deploy server at each boot: what is written to it here is lost then, and
//! what was installed may be gone already on the server. Only the host's shell tells how it boots, and it is asked only
//! where something is wrong, so a host of which that is not known is not held: nothing gets worse there, a repair only
//! does not last.
//!
//! ## Sources
//!
//! vSphere documentation, custom certificates and Auto Deploy (grade A).

use super::{Gate, GateCheck, GateState, Touches};
use crate::facts::{Host, Observed};
use crate::rules::Case;

pub(super) const GATE: Gate = Gate {
    name: "auto-deploy",
    title: "the host keeps what is written to it",
    holds: &[Touches::HostCertificate, Touches::OwnCertificate, Touches::ClientTrust],
    check: GateCheck::Host(check),
    source: include_str!("auto_deploy.rs"),
};

fn check(_: &Case<'_>, host: &Host) -> GateState {
    match &host.stateless {
        Observed::Seen { value: true, .. } => {
            let message = format!("host `{}` boots by Auto Deploy and forgets what is written to it", host.name);
            GateState::closed(message, "way of booting", "from the network, keeping nothing")
        }
        Observed::Seen { value: false, .. } => GateState::open("way of booting", "from a disk of its own"),
        Observed::Unknown(missing) => GateState::open("way of booting", format!("not told: {}", missing.message)),
    }
}
