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
