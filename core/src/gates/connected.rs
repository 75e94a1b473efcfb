//! ## What it looks at
//!
//! Whether vCenter is connected to the ESXi host.
//!
//! ## Why it holds
//!
//! What vCenter does on a host it can do only while it is connected to it; anything else fails there, and stops the run for
//! all other hosts. And a person may have disconnected the host on purpose.
//!
//! A remedy that connects the host itself is not held by this gate, nor what it does after that. Where the host is
//! `disconnected` such a remedy asks first (the ceiling `ask-first`); where it does not respond because its certificate has
//! expired, connecting it is the cure.
//!
//! ## Sources
//!
//! vSphere API, `HostNotConnected` and `runtime.connectionState` (grade A).

use super::gate::{Gate, GateCheck, GateState, Touches, read};
use crate::case::Case;
use crate::facts::{ConnectionState, Host};

pub(crate) const GATE: Gate = Gate {
    name: "connected",
    title: "vCenter is connected to the host",
    holds: &[
        Touches::HostCertificate,
        Touches::OwnCertificate,
        Touches::ClientTrust,
        Touches::ProviderDaemon,
        Touches::Firewall,
        Touches::HostTime,
    ],
    check: GateCheck::Host(check),
    source: include_str!("connected.rs"),
};

fn check(_: &Case<'_>, host: &Host) -> GateState {
    let word = match read!(host.connection.known()) {
        ConnectionState::Connected => return GateState::open("connection state", "connected"),
        ConnectionState::Disconnected => "disconnected",
        ConnectionState::NotResponding => "notResponding",
        ConnectionState::Other(word) => word,
    };
    let message = format!("vCenter is not connected to host `{}`: its state is `{word}`", host.name);
    GateState::closed(message, "connection state", word)
}
