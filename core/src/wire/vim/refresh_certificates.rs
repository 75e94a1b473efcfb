//! `CertificateManager.CertMgrRefreshCertificates_Task`: ESXi hosts get new certificates from vCenter's VMCA; and
//! `CertMgrRefreshCACertificatesAndCRLs_Task`: they get the roots that vCenter trusts.

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

/// Pushes vCenter's trusted roots and revocation lists to `hosts`. It can drop what else is in their castores, the SMS
/// certificate above all (seen on 6.7 and 7.0): look at them afterwards. Needs the privilege `Certificate.Manage`.
pub fn push_roots(vcenter: &VCenter, certificate_manager: &MoRef, hosts: &[MoRef]) -> Change {
    let method = "CertMgrRefreshCACertificatesAndCRLs_Task";
    Change::Http(soap::call(vcenter, Service::Vim, method, certificate_manager, |body| {
        for host in hosts {
            body.reference("host", host);
        }
    }))
}

/// Reads the answer to [`push_roots`]: the task.
pub fn parse_push_roots(response: &HttpResponse) -> Result<MoRef, WireError> {
    soap::reference(response, "CertMgrRefreshCACertificatesAndCRLs_Task")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{change, soap, soap_body, vcenter};

    #[test]
    fn renews_the_certificates_of_hosts() {
        let hosts = [MoRef::new("HostSystem", "host-1"), MoRef::new("HostSystem", "host-2")];
        let manager = MoRef::new("CertificateManager", "certificateManager");
        let method = "CertMgrRefreshCertificates_Task";
        assert_eq!(
            soap_body(&change(request(&vcenter(), &manager, &hosts))),
            format!(
                "<{method} xmlns=\"urn:vim25\"><_this type=\"CertificateManager\">certificateManager</_this>\
                 <host type=\"HostSystem\">host-1</host><host type=\"HostSystem\">host-2</host></{method}>"
            )
        );
        let answer =
            format!("<{method}Response xmlns='urn:vim25'><returnval type='Task'>task-9</returnval></{method}Response>");
        assert_eq!(parse(&soap(&answer)).unwrap(), MoRef::new("Task", "task-9"));
        let method = "CertMgrRefreshCACertificatesAndCRLs_Task";
        assert_eq!(
            soap_body(&change(push_roots(&vcenter(), &manager, &hosts[..1]))),
            format!(
                "<{method} xmlns=\"urn:vim25\"><_this type=\"CertificateManager\">certificateManager</_this>\
                 <host type=\"HostSystem\">host-1</host></{method}>"
            )
        );
        let begun =
            format!("<{method}Response xmlns='urn:vim25'><returnval type='Task'>task-8</returnval></{method}Response>");
        assert_eq!(parse_push_roots(&soap(&begun)).unwrap(), MoRef::new("Task", "task-8"));
        let nothing = "<CertMgrRefreshCertificates_TaskResponse xmlns='urn:vim25'/>".to_owned();
        assert!(matches!(parse(&soap(&nothing)), Err(WireError::Malformed { .. })));
    }
}
