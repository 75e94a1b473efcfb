//! The certificate of vCenter's own web server (VECS store `MACHINE_SSL_CERT`); 7.0 and later.

use serde::{Deserialize, Serialize};

use crate::request::{HttpResponse, Look, Method};
use crate::time::UnixTime;
use crate::wire::{VCenter, WireError, json};

/// vCenter's own certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineCertificate {
    /// The certificate in PEM.
    pub certificate: String,
    /// Until when it is valid.
    pub valid_to: Option<UnixTime>,
}

/// Asks for the certificate.
pub fn request(vcenter: &VCenter) -> Look {
    Look::Http(json::call(vcenter, Method::Get, "/vcenter/certificate-management/vcenter/tls"))
}

/// Reads the answer.
pub fn parse(response: &HttpResponse) -> Result<MachineCertificate, WireError> {
    let info = json::answer(response, "GET certificate-management/vcenter/tls")?;
    Ok(MachineCertificate { certificate: info.required_text("cert")?, valid_to: info.time("valid_to")? })
}
