//! `HostSystem.DisconnectHost_Task` and `ReconnectHost_Task`. Virtual machines go on running, but vCenter does not see
//! them meanwhile. In certificate mode `vmca` a reconnect may issue a new host certificate.

use serde::{Deserialize, Serialize};

use crate::request::{Change, HttpResponse};
use crate::wire::soap::{self, Service};
use crate::wire::{MoRef, VCenter, WireError};

/// How vCenter is to know the host again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostIdentity {
    /// By what vCenter has stored, or by a chain to a CA that it trusts.
    Stored,
    /// By the SHA-1 of its certificate, `AA:BB:..`. Refused by vCenter 9.0 and later.
    Thumbprint(String),
    /// By its certificate in PEM; needs API version 9.0.0.0.
    Certificate(String),
}

/// Disconnects the host. Needs the privilege `Host.Config.Connection`.
pub fn disconnect(vcenter: &VCenter, host: &MoRef) -> Change {
    Change::Http(soap::call(vcenter, Service::Vim, "DisconnectHost_Task", host, |_| {}))
}

/// Reads the answer to [`disconnect`]: the task.
pub fn parse_disconnect(response: &HttpResponse) -> Result<MoRef, WireError> {
    soap::reference(response, "DisconnectHost_Task")
}

/// Connects the host again, with the credentials that vCenter has stored. Needs the privilege
/// `Host.Config.Connection`. What goes wrong is the task's error, such as `SSLVerifyFault`.
pub fn reconnect(vcenter: &VCenter, host: &MoRef, identity: &HostIdentity) -> Change {
    Change::Http(soap::call(vcenter, Service::Vim, "ReconnectHost_Task", host, |body| {
        let (name, value) = match identity {
            HostIdentity::Stored => return,
            HostIdentity::Thumbprint(thumbprint) => ("sslThumbprint", thumbprint),
            HostIdentity::Certificate(pem) => ("sslCertificate", pem),
        };
        body.nested("cnxSpec", |body| {
            body.element(name, value);
            // Never taken from another vCenter.
            body.flag("force", false);
        });
    }))
}

/// Reads the answer to [`reconnect`]: the task.
pub fn parse_reconnect(response: &HttpResponse) -> Result<MoRef, WireError> {
    soap::reference(response, "ReconnectHost_Task")
}
