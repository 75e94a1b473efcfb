//! A host certificate that another CA signs: `HostCertificateManager.GenerateCertificateSigningRequest` and
//! `InstallServerCertificate`.

use crate::request::{Change, HttpResponse};
use crate::wire::soap::{self, Service};
use crate::wire::{MoRef, VCenter, WireError};

const REQUEST: &str = "GenerateCertificateSigningRequest";
const INSTALL: &str = "InstallServerCertificate";

/// Has the host make a signing request. It may make a new key for it, so this is a change. Needs the privilege
/// `Certificate.Manage`. `by_address` asks for a host that was added to vCenter by its address.
pub fn signing_request(vcenter: &VCenter, host_certificate_manager: &MoRef, by_address: bool) -> Change {
    Change::Http(soap::call(vcenter, Service::Vim, REQUEST, host_certificate_manager, |body| {
        body.flag("useIpAddressAsCommonName", by_address);
    }))
}

/// Reads the answer to [`signing_request`]: the request in PEM.
pub fn parse_signing_request(response: &HttpResponse) -> Result<String, WireError> {
    soap::one(response, REQUEST, |xml, _| xml.text())
}

/// Installs a certificate for the key of the newest signing request. Needs the privilege `Certificate.Manage`. Services
/// may go on with the earlier one until they are told
/// ([`notify_services`](super::certificate_lists::notify_services)).
pub fn install(vcenter: &VCenter, host_certificate_manager: &MoRef, pem: &str) -> Change {
    Change::Http(soap::call(vcenter, Service::Vim, INSTALL, host_certificate_manager, |body| {
        body.element("cert", pem);
    }))
}

/// Reads the answer to [`install`].
pub fn parse_install(response: &HttpResponse) -> Result<(), WireError> {
    soap::nothing(response, INSTALL)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{change, soap, soap_body, vcenter};

    #[test]
    fn asks_for_a_request_and_installs_what_was_signed() {
        let manager = MoRef::new("HostCertificateManager", "certificateManager-21");
        let this = "<_this type=\"HostCertificateManager\">certificateManager-21</_this>";
        assert_eq!(
            soap_body(&change(signing_request(&vcenter(), &manager, false))),
            format!(
                "<{REQUEST} xmlns=\"urn:vim25\">{this}<useIpAddressAsCommonName>false</useIpAddressAsCommonName></{REQUEST}>"
            )
        );
        let answer =
            format!("<{REQUEST}Response xmlns='urn:vim25'><returnval>PEM&#xD;\n</returnval></{REQUEST}Response>");
        assert_eq!(parse_signing_request(&soap(&answer)).unwrap(), "PEM\r\n");
        assert!(parse_signing_request(&soap(&format!("<{REQUEST}Response xmlns='urn:vim25'/>"))).is_err());
        assert_eq!(
            soap_body(&change(install(&vcenter(), &manager, "PEM"))),
            format!("<{INSTALL} xmlns=\"urn:vim25\">{this}<cert>PEM</cert></{INSTALL}>")
        );
        parse_install(&soap(&format!("<{INSTALL}Response xmlns='urn:vim25'/>"))).unwrap();
    }
}
