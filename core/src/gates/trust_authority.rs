//! ## What it looks at
//!
//! Whether vSphere Trust Authority attests the ESXi host.
//!
//! ## Why it holds
//!
//! There the host's identity is what keys are given by: a new certificate, or a reconnection that brings one, can cost the
//! host its trust, and its encrypted machines their keys. That is for a person to plan.
//!
//! ## Sources
//!
//! Practitioner knowledge (grade D); no article says what a renewal does to attestation, which is the reason.

use super::gate::{Gate, GateCheck, GateState, Touches, read};
use crate::case::Case;
use crate::facts::Host;

pub(super) const GATE: Gate = Gate {
    name: "trust-authority",
    title: "vSphere Trust Authority does not attest the host",
    holds: &[Touches::HostCertificate, Touches::OwnCertificate, Touches::HostConnection],
    check: GateCheck::Host(check),
    source: include_str!("trust_authority.rs"),
};

fn check(_: &Case<'_>, host: &Host) -> GateState {
    if read!(host.attestation.known()).trust_authority {
        let message = format!("vSphere Trust Authority attests host `{}`", host.name);
        return GateState::closed(message, "vSphere Trust Authority", "attests it");
    }
    GateState::open("vSphere Trust Authority", "does not attest it")
}
