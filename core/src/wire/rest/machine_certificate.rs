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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{look, response, vcenter};

    #[test]
    fn reads_vcenters_own_certificate() {
        assert_eq!(look(request(&vcenter())).path, "/api/vcenter/certificate-management/vcenter/tls");
        let body = r#"{"value":{"version":3,"valid_to":"2026-09-13T08:55:01.000Z","is_CA":false,"cert":"PEM"}}"#;
        let expected = MachineCertificate { certificate: "PEM".to_owned(), valid_to: Some(UnixTime(1_789_289_701)) };
        assert_eq!(parse(&response(200, body)).unwrap(), expected);
    }
}
