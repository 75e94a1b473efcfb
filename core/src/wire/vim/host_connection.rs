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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{change, soap, soap_body, vcenter};

    #[test]
    fn disconnects_and_reconnects_with_each_identity() {
        let host = MoRef::new("HostSystem", "host-21");
        let this = "<_this type=\"HostSystem\">host-21</_this>";
        let body = |identity: &HostIdentity| soap_body(&change(reconnect(&vcenter(), &host, identity)));
        assert_eq!(
            soap_body(&change(disconnect(&vcenter(), &host))),
            format!("<DisconnectHost_Task xmlns=\"urn:vim25\">{this}</DisconnectHost_Task>")
        );
        let with = |spec: &str| format!("<ReconnectHost_Task xmlns=\"urn:vim25\">{this}{spec}</ReconnectHost_Task>");
        assert_eq!(body(&HostIdentity::Stored), with(""));
        assert_eq!(
            body(&HostIdentity::Thumbprint("AA:BB".to_owned())),
            with("<cnxSpec><sslThumbprint>AA:BB</sslThumbprint><force>false</force></cnxSpec>")
        );
        assert_eq!(
            body(&HostIdentity::Certificate("PEM".to_owned())),
            with("<cnxSpec><sslCertificate>PEM</sslCertificate><force>false</force></cnxSpec>")
        );
        for (method, parse) in
            [("DisconnectHost_Task", parse_disconnect as fn(&_) -> _), ("ReconnectHost_Task", parse_reconnect)]
        {
            let answer = format!(
                "<{method}Response xmlns='urn:vim25'><returnval type='Task'>task-9</returnval></{method}Response>"
            );
            assert_eq!(parse(&soap(&answer)).unwrap(), MoRef::new("Task", "task-9"));
        }
    }
}
