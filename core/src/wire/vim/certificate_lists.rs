//! What an ESXi host trusts: `HostCertificateManager.ListCACertificates` and its siblings, which read and replace the
//! host's castore through vCenter.

use crate::request::{Change, HttpResponse, Look};
use crate::wire::soap::{self, Service};
use crate::wire::{MoRef, VCenter, WireError};

/// Asks for the CA certificates that the host trusts. Needs the privilege `Certificate.Manage`.
pub fn ca_certificates(vcenter: &VCenter, host_certificate_manager: &MoRef) -> Look {
    Look::Http(soap::call(vcenter, Service::Vim, "ListCACertificates", host_certificate_manager, |_| {}))
}

/// Reads the answer to [`ca_certificates`]: one PEM text each.
pub fn parse_ca_certificates(response: &HttpResponse) -> Result<Vec<String>, WireError> {
    soap::many(response, "ListCACertificates", |xml, _| xml.text())
}

/// Asks for the certificate revocation lists that the host holds. Needs the privilege `Certificate.Manage`.
pub fn revocation_lists(vcenter: &VCenter, host_certificate_manager: &MoRef) -> Look {
    Look::Http(soap::call(vcenter, Service::Vim, "ListCACertificateRevocationLists", host_certificate_manager, |_| {}))
}

/// Reads the answer to [`revocation_lists`]: one PEM text each.
pub fn parse_revocation_lists(response: &HttpResponse) -> Result<Vec<String>, WireError> {
    soap::many(response, "ListCACertificateRevocationLists", |xml, _| xml.text())
}

/// Replaces everything that the host trusts by `certificates` and `lists` (PEM). What is not handed in is forgotten
/// by the host: hand in the lists that were read just before, changed. Needs the privilege `Certificate.Manage`.
pub fn replace(
    vcenter: &VCenter,
    host_certificate_manager: &MoRef,
    certificates: &[String],
    lists: &[String],
) -> Change {
    let method = "ReplaceCACertificatesAndCRLs";
    Change::Http(soap::call(vcenter, Service::Vim, method, host_certificate_manager, |body| {
        body.elements("caCert", certificates);
        body.elements("caCrl", lists);
    }))
}

/// Reads the answer to [`replace`].
pub fn parse_replace(response: &HttpResponse) -> Result<(), WireError> {
    soap::nothing(response, "ReplaceCACertificatesAndCRLs")
}

/// Tells all services of the host that its certificates have changed. Needs the privilege `Certificate.Manage`.
pub fn notify_services(vcenter: &VCenter, host_certificate_manager: &MoRef) -> Change {
    Change::Http(soap::call(vcenter, Service::Vim, "NotifyAffectedServices", host_certificate_manager, |_| {}))
}

/// Reads the answer to [`notify_services`].
pub fn parse_notify_services(response: &HttpResponse) -> Result<(), WireError> {
    soap::nothing(response, "NotifyAffectedServices")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{change, look, soap, soap_body, vcenter};

    const THIS: &str = "<_this type=\"HostCertificateManager\">certificateManager-21</_this>";

    fn manager() -> MoRef {
        MoRef::new("HostCertificateManager", "certificateManager-21")
    }

    #[test]
    fn reads_what_a_host_trusts_line_ends_and_all() {
        let body = soap_body(&look(ca_certificates(&vcenter(), &manager())));
        assert_eq!(body, format!("<ListCACertificates xmlns=\"urn:vim25\">{THIS}</ListCACertificates>"));
        let answer = soap(
            "<ListCACertificatesResponse xmlns='urn:vim25'><returnval>-----BEGIN&#xD;\nMIIB</returnval>\
             <returnval>two</returnval></ListCACertificatesResponse>",
        );
        assert_eq!(parse_ca_certificates(&answer).unwrap(), ["-----BEGIN\r\nMIIB", "two"]);
        let none = soap("<ListCACertificatesResponse xmlns='urn:vim25'/>");
        assert_eq!(parse_ca_certificates(&none).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn reads_revocation_lists() {
        let body = soap_body(&look(revocation_lists(&vcenter(), &manager())));
        let method = "ListCACertificateRevocationLists";
        assert_eq!(body, format!("<{method} xmlns=\"urn:vim25\">{THIS}</{method}>"));
        let answer =
            soap(&format!("<{method}Response xmlns='urn:vim25'><returnval>crl</returnval></{method}Response>"));
        assert_eq!(parse_revocation_lists(&answer).unwrap(), ["crl"]);
        assert!(parse_ca_certificates(&answer).is_err(), "the answer to another call is not taken");
    }

    #[test]
    fn replaces_certificates_before_lists() {
        let request =
            change(replace(&vcenter(), &manager(), &["a\r\nb".to_owned(), "c".to_owned()], &["d".to_owned()]));
        let method = "ReplaceCACertificatesAndCRLs";
        assert_eq!(
            soap_body(&request),
            format!(
                "<{method} xmlns=\"urn:vim25\">{THIS}<caCert>a&#xD;\nb</caCert><caCert>c</caCert><caCrl>d</caCrl></{method}>"
            )
        );
        parse_replace(&soap(&format!("<{method}Response xmlns='urn:vim25'/>"))).unwrap();
    }

    #[test]
    fn notifies_services() {
        let body = soap_body(&change(notify_services(&vcenter(), &manager())));
        assert_eq!(body, format!("<NotifyAffectedServices xmlns=\"urn:vim25\">{THIS}</NotifyAffectedServices>"));
        parse_notify_services(&soap("<NotifyAffectedServicesResponse xmlns='urn:vim25'/>")).unwrap();
    }
}
