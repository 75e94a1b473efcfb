//! `CertificateManager.CertMgrRefreshCertificates_Task`: ESXi hosts get new certificates from vCenter's VMCA.
//!
//! Absent on purpose: `CertMgrRefreshCACertificatesAndCRLs_Task`, which can drop the SMS certificate from the hosts'
//! castores and so takes I/O filter providers offline (seen on 6.7 and 7.0).

use crate::request::{Change, HttpResponse};
use crate::wire::soap::{self, Service};
use crate::wire::{MoRef, VCenter, WireError};

/// Renews the certificates of `hosts`, which must be connected. Needs the privilege `Certificate.Manage`.
pub fn request(vcenter: &VCenter, certificate_manager: &MoRef, hosts: &[MoRef]) -> Change {
    let method = "CertMgrRefreshCertificates_Task";
    Change::Http(soap::call(vcenter, Service::Vim, method, certificate_manager, |body| {
        for host in hosts {
            body.reference("host", host);
        }
    }))
}

/// Reads the answer: the task.
pub fn parse(response: &HttpResponse) -> Result<MoRef, WireError> {
    soap::reference(response, "CertMgrRefreshCertificates_Task")
}
