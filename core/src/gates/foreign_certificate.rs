//! ## What it looks at
//!
//! Whether the host has a certificate of another authority while the mode is `vmca` (`host-cert-foreign-ca`).
//!
//! ## Why it holds
//!
//! Every renewal and every reconnect would replace it without asking. Whoever installed it may not want that.
//!
//! ## Sources
//!
//! vSphere documentation, certificate modes (grade A).

use super::gate::{Gate, GateCheck, GateState, Touches};
use crate::case::Case;
use crate::facts::Host;
use crate::rules::host_certificate::host_cert_foreign_ca;

pub(super) const GATE: Gate = Gate {
    name: "foreign-certificate",
    title: "the host's certificate is one that vCenter may replace",
    holds: &[Touches::HostCertificate, Touches::HostConnection],
    check: GateCheck::Host(check),
    source: include_str!("foreign_certificate.rs"),
};

fn check(case: &Case<'_>, host: &Host) -> GateState {
    // Unlike the rule, the gate must know: a host whose certificate was not seen may have a foreign one.
    if let Err(missing) = host.on_443.known() {
        return GateState::Unknown(missing.clone());
    }
    GateState::from(host_cert_foreign_ca::check(case, host))
}
