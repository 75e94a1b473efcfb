//! ## What it looks at
//!
//! Whether the ESXi host boots from the network and keeps nothing (Auto Deploy): what the host's own shell says, and
//! where that was not asked, whether vCenter's service Auto Deploy (`rbd`) runs at all. It is stopped unless somebody
//! started it, and without it no host boots so.
//!
//! ## Why it holds
//!
//! Such a host gets its certificate from the Auto Deploy server at each boot: what is written to it here is lost then, and
//! what was installed may be gone already on the server. Only what stays on the host is held: its certificate, its CA
//! store and its firewall, and the reconnection that may bring a certificate; not the registration of its provider.
//!
//! ## Sources
//!
//! vSphere documentation, custom certificates and Auto Deploy (grade A); the name of the service by what appliances
//! answer to `GET /api/vcenter/services` (grade A).

use super::gate::{Gate, GateCheck, GateState, Touches};
use crate::case::Case;
use crate::facts::{Host, Missing, Observed};

pub(super) const GATE: Gate = Gate {
    name: "auto-deploy",
    title: "the host keeps what is written to it",
    holds: &[
        Touches::HostCertificate,
        Touches::OwnCertificate,
        Touches::ClientTrust,
        Touches::HostConnection,
        Touches::Firewall,
    ],
    check: GateCheck::Host(check),
    source: include_str!("auto_deploy.rs"),
};

const HELP: &str = "give a login by the setting `esxi_ssh` and have SSH run on the host, or waive the gate `auto-deploy` with a reason";

fn check(case: &Case<'_>, host: &Host) -> GateState {
    let missing = match &host.stateless {
        Observed::Seen { value: true, .. } => {
            let message = format!("host `{}` boots by Auto Deploy and forgets what is written to it", host.name);
            return GateState::closed(message, "way of booting", "from the network, keeping nothing");
        }
        Observed::Seen { value: false, .. } => return GateState::open("way of booting", "from a disk of its own"),
        Observed::Unknown(missing) => missing,
    };
    let service = match &case.facts.vcenter.auto_deploy {
        Observed::Seen { value: false, .. } => return GateState::open("service `rbd` (Auto Deploy)", "does not run"),
        Observed::Seen { value: true, .. } => "vCenter's service Auto Deploy runs".to_owned(),
        Observed::Unknown(missing) => {
            format!("whether vCenter's service Auto Deploy runs is not known either: {}", missing.message)
        }
    };
    GateState::Unknown(Missing {
        reason: missing.reason,
        message: format!("how host `{}` boots is not known: {}; {service}", host.name, missing.message),
        help: HELP.to_owned(),
    })
}
