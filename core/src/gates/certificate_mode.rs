//! ## What it looks at
//!
//! vCenter's setting `vpxd.certmgmt.mode`.
//!
//! ## Why it holds
//!
//! Only in mode `vmca` may vCenter issue host certificates. In mode `custom` a renewal would replace the customer's
//! certificate; in mode `thumbprint` a new certificate has to be pinned again before vCenter accepts the host. A
//! reconnect may issue one too. Trust, the provider daemon and registrations are not held. A mode that is not known
//! counts as the strictest.
//!
//! ## Sources
//!
//! vSphere documentation, certificate modes (grade A).

use super::gate::{Gate, GateCheck, GateState, Touches, read};
use crate::case::Case;
use crate::facts::CertificateMode;

pub(super) const GATE: Gate = Gate {
    name: "certificate-mode",
    title: "vCenter's own CA issues the host certificates",
    holds: &[Touches::HostCertificate, Touches::HostConnection],
    check: GateCheck::VCenter(check),
    source: include_str!("certificate_mode.rs"),
};

pub(crate) fn check(case: &Case<'_>) -> GateState {
    let word = match read!(case.facts.vcenter.mode.known()) {
        CertificateMode::Vmca => return GateState::open("vpxd.certmgmt.mode", "vmca"),
        CertificateMode::Custom => "custom",
        CertificateMode::Thumbprint => "thumbprint",
        CertificateMode::Other(word) => word,
    };
    let message = format!("certificate mode is `{word}`; vCenter must not issue host certificates");
    GateState::closed(message, "vpxd.certmgmt.mode", word)
}
