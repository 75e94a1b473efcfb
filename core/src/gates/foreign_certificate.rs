//! ## What it looks at
//!
//! Whether the host has a certificate of another authority while the mode is `vmca` (`host-cert-foreign-ca`). Where the
//! agents on port 443 are dead, the certificate on port 9080 stands for it, if it is the one by which vCenter knows the
//! host.
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
    let Err(missing) = host.on_443.known() else { return GateState::from(host_cert_foreign_ca::check(case, host)) };
    // Unlike the rule, the gate must know: a host whose certificate was not seen may have a foreign one.
    if !is_shown_on_9080(case, host) {
        return GateState::Unknown(missing.clone());
    }
    let stand_in = Host { on_443: host.on_9080.clone(), ..host.clone() };
    GateState::from(host_cert_foreign_ca::check(case, &stand_in))
}

/// Whether port 9080 shows the certificate that vCenter expects of the host.
fn is_shown_on_9080(case: &Case<'_>, host: &Host) -> bool {
    let copy = host.on_9080.value().and_then(|shown| case.certificate(&shown.leaf).ok());
    let expected = host.expected_thumbprint.value();
    copy.zip(expected).is_some_and(|(copy, expected)| copy.sha1_thumbprint.eq_ignore_ascii_case(expected))
}
