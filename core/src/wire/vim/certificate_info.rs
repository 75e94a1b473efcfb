//! `HostCertificateManager.certificateInfo`: what vCenter thinks of ESXi hosts' certificates, many hosts in one call;
//! and `RetrieveCertificateInfoList`: all certificates of one host, that of `vvold` among them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::request::{HttpResponse, Look};
use crate::time::UnixTime;
use crate::wire::property::{self, Objects, Page, Record};
use crate::wire::soap::{self, Service};
use crate::wire::xml::{Tag, Xml};
use crate::wire::{Fault, MoRef, VCenter, WireError};

/// One host's certificate as vCenter tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateRecord {
    /// The host's `HostCertificateManager`.
    pub moref: MoRef,
    /// `None` when it was withheld.
    pub info: Option<CertificateInfo>,
    /// Why it was withheld, by property path.
    pub withheld: BTreeMap<String, Fault>,
}

/// What vCenter tells of a host's certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateInfo {
    /// `Machine` for the host's own, [`VASA_CLIENT`] for what `vvold` shows to arrays (8.0.1 and later).
    pub kind: Option<String>,
    /// The issuer's name as text.
    pub issuer: Option<String>,
    /// The subject's name as text.
    pub subject: Option<String>,
    /// From when on it is valid.
    pub not_before: Option<UnixTime>,
    /// Until when it is valid.
    pub not_after: Option<UnixTime>,
    /// `good`, `expiring`, `expiringShortly`, `expirationImminent`, `expired` or `unknown`; others may come.
    pub status: String,
}

/// The kind of the certificate by which `vvold` is known to the VASA providers of arrays.
pub const VASA_CLIENT: &str = "VASAClient";

/// Asks one host's certificate manager for all its certificates (8.0.1 and later). Needs `Certificate.Manage`.
pub fn list(vcenter: &VCenter, certificate_manager: &MoRef) -> Look {
    Look::Http(soap::call(vcenter, Service::Vim, "RetrieveCertificateInfoList", certificate_manager, |_| {}))
}

/// Reads the answer to [`list`].
pub fn parse_list(response: &HttpResponse) -> Result<Vec<CertificateInfo>, WireError> {
    soap::many(response, "RetrieveCertificateInfoList", |xml, _| info(xml))
}

/// Asks for the certificates of hosts by their certificate managers; at most a hundred at once keeps answers small.
pub fn request(vcenter: &VCenter, property_collector: &MoRef, certificate_managers: &[MoRef]) -> Look {
    let objects = Objects::These(certificate_managers);
    let paths = ["certificateInfo"];
    Look::Http(property::retrieve(vcenter, property_collector, "HostCertificateManager", &paths, &objects))
}

/// Reads the answer.
pub fn parse(response: &HttpResponse) -> Result<Page<CertificateRecord>, WireError> {
    property::page(response)
}

impl Record for CertificateRecord {
    fn of(moref: MoRef) -> Self {
        Self { moref, info: None, withheld: BTreeMap::new() }
    }

    fn set(&mut self, path: &str, xml: &mut Xml<'_>, _: &Tag<'_>) -> Result<(), WireError> {
        if path == "certificateInfo" {
            self.info = Some(info(xml)?);
        }
        Ok(())
    }

    fn withheld(&mut self) -> &mut BTreeMap<String, Fault> {
        &mut self.withheld
    }
}

fn info(xml: &mut Xml<'_>) -> Result<CertificateInfo, WireError> {
    let (mut kind, mut issuer, mut subject) = (None, None, None);
    let (mut not_before, mut not_after, mut status) = (None, None, None);
    xml.children(|xml, tag| {
        match tag.name() {
            "kind" => kind = Some(xml.text()?),
            "issuer" => issuer = Some(xml.text()?),
            "subject" => subject = Some(xml.text()?),
            "notBefore" => not_before = Some(xml.time()?),
            "notAfter" => not_after = Some(xml.time()?),
            "status" => status = Some(xml.text()?),
            _ => {}
        }
        Ok(())
    })?;
    Ok(CertificateInfo { kind, issuer, subject, not_before, not_after, status: xml.required(status, "status")? })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{look, soap, soap_body, vcenter};

    #[test]
    fn asks_for_many_hosts_at_once() {
        let managers = [1, 2].map(|n| MoRef::new("HostCertificateManager", format!("certificateManager-{n}")));
        let body = soap_body(&look(request(&vcenter(), &MoRef::new("PropertyCollector", "p"), &managers)));
        assert!(body.contains("<type>HostCertificateManager</type><all>false</all><pathSet>certificateInfo</pathSet>"));
        assert!(body.contains(">certificateManager-1</obj>") && body.contains(">certificateManager-2</obj>"));
    }

    #[test]
    fn reads_names_times_and_states_that_nobody_knows_yet() {
        let page = parse(&soap(
            "<RetrievePropertiesExResponse xmlns='urn:vim25'><returnval><objects><obj type='HostCertificateManager'>c-1</obj><propSet>\
             <name>certificateInfo</name><val xsi:type='HostCertificateManagerCertificateInfo'><kind>Machine</kind>\
             <issuer>O=VMCA</issuer><notBefore>2026-09-13T08:55:01Z</notBefore><notAfter>2026-09-13T08:55:02Z</notAfter>\
             <subject>CN=h</subject><status>brandNew</status></val></propSet></objects></returnval></RetrievePropertiesExResponse>",
        ))
        .unwrap();
        let info = page.records.first().unwrap().info.as_ref().unwrap();
        assert_eq!((info.issuer.as_deref(), info.subject.as_deref()), (Some("O=VMCA"), Some("CN=h")));
        assert_eq!(info.not_before, Some(UnixTime(1_789_289_701)));
        assert_eq!(info.not_after, Some(UnixTime(1_789_289_702)));
        assert_eq!(info.status, "brandNew");
    }

    #[test]
    fn reads_every_certificate_of_one_host() {
        let manager = MoRef::new("HostCertificateManager", "certificateManager-1");
        let body = soap_body(&look(list(&vcenter(), &manager)));
        assert!(body.starts_with("<RetrieveCertificateInfoList xmlns=\"urn:vim25\">"));
        let all = parse_list(&soap(
            "<RetrieveCertificateInfoListResponse xmlns='urn:vim25'><returnval><kind>Machine</kind><status>good</status></returnval>\
             <returnval><kind>VASAClient</kind><notAfter>2026-09-13T08:55:02Z</notAfter><status>expired</status></returnval>\
             </RetrieveCertificateInfoListResponse>",
        ))
        .unwrap();
        let client = all.iter().find(|info| info.kind.as_deref() == Some(VASA_CLIENT)).unwrap();
        assert_eq!((client.status.as_str(), client.not_after), ("expired", Some(UnixTime(1_789_289_702))));
        assert_eq!(parse_list(&soap("<RetrieveCertificateInfoListResponse xmlns='urn:vim25'/>")).unwrap(), []);
    }
}
