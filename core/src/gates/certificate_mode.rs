//! ## What it looks at
//!
//! vCenter's setting `vpxd.certmgmt.mode`.
//!
//! ## Why it holds
//!
//! Only in mode `vmca` may vCenter issue host certificates. In mode `custom` a renewal would replace the customer's
//! certificate; in mode `thumbprint` a new certificate has to be pinned again before vCenter accepts the host. A
//! reconnect may issue one too. Trust, the provider daemon and registrations are not held.
//!
//! While the mode is not known, or is a word that this version does not know, everything is held, even what disturbs
//! nothing: whose certificates there are cannot be told then, so it is looked and nothing is done. Whoever waives the gate
//! gets what does not need the mode; host certificates are not renewed even then.
//!
//! ## Sources
//!
//! vSphere documentation, certificate modes (grade A).

use super::gate::{Gate, GateCheck, GateState, Touches, read};
use crate::case::Case;
use crate::facts::{CertificateMode, Missing, MissingReason};

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
        CertificateMode::Other(word) => {
            return GateState::Unknown(Missing {
                reason: MissingReason::Malformed,
                message: format!("certificate mode is `{word}`, which this version does not know"),
                help: "look the advanced setting `vpxd.certmgmt.mode` up in the vSphere Client".to_owned(),
            });
        }
    };
    let message = format!("certificate mode is `{word}`; vCenter must not issue host certificates");
    GateState::closed(message, "vpxd.certmgmt.mode", word)
}

/// Whether `gate` is this one and does not know the mode, which holds more than a mode that is known.
pub(super) fn is_unknown(gate: &Gate, state: &GateState) -> bool {
    gate.name == GATE.name && matches!(state, GateState::Unknown(_))
}
