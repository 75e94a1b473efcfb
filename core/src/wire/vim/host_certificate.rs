//! `HostSystem.config.certificate`: the certificate of one ESXi host as vCenter holds it, for a host that TLS does not
//! reach. vCenter writes one element a byte, some 65 kB a host, so it is asked for one host at a time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::request::{HttpResponse, Look};
use crate::wire::property::{self, Objects, Page, Record};
use crate::wire::xml::{Tag, Xml};
use crate::wire::{Fault, MoRef, VCenter, WireError};

/// A host's certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostCertificate {
    /// The host.
    pub moref: MoRef,
    /// The certificate, normally PEM. `None` for a host that was not connected since vCenter started.
    pub certificate: Option<Vec<u8>>,
    /// Why it was withheld, by property path.
    pub withheld: BTreeMap<String, Fault>,
}

/// Asks for the certificate of `host`.
pub fn request(vcenter: &VCenter, property_collector: &MoRef, host: &MoRef) -> Look {
    let objects = Objects::These(std::slice::from_ref(host));
    Look::Http(property::retrieve(vcenter, property_collector, "HostSystem", &["config.certificate"], &objects))
}

/// Reads the answer: a page with one record.
pub fn parse(response: &HttpResponse) -> Result<Page<HostCertificate>, WireError> {
    property::page(response)
}

impl Record for HostCertificate {
    fn of(moref: MoRef) -> Self {
        Self { moref, certificate: None, withheld: BTreeMap::new() }
    }

    fn set(&mut self, path: &str, xml: &mut Xml<'_>, value: &Tag<'_>) -> Result<(), WireError> {
        if path == "config.certificate" {
            self.certificate = Some(xml.bytes(value)?);
        }
        Ok(())
    }

    fn withheld(&mut self) -> &mut BTreeMap<String, Fault> {
        &mut self.withheld
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{look, soap, soap_body, vcenter};

    fn answer(bytes: &str) -> HttpResponse {
        soap(&format!(
            "<RetrievePropertiesExResponse xmlns='urn:vim25'><returnval><objects><obj type='HostSystem'>host-21</obj><propSet>\
             <name>config.certificate</name><val xsi:type='ArrayOfByte'>{bytes}</val></propSet></objects></returnval>\
             </RetrievePropertiesExResponse>"
        ))
    }

    #[test]
    fn asks_for_one_host_only() {
        let body = soap_body(&look(request(
            &vcenter(),
            &MoRef::new("PropertyCollector", "p"),
            &MoRef::new("HostSystem", "host-21"),
        )));
        assert!(body.contains("<pathSet>config.certificate</pathSet>"));
        assert_eq!(body.matches("<objectSet>").count(), 1);
    }

    #[test]
    fn reads_signed_bytes() {
        let page = parse(&answer("<byte>45</byte>\n<byte>-1</byte><byte>-128</byte><byte>127</byte>")).unwrap();
        assert_eq!(page.records.first().unwrap().certificate.as_deref(), Some([45, 255, 128, 127].as_slice()));
        let page = parse(&answer("")).unwrap();
        assert_eq!(page.records.first().unwrap().certificate.as_deref(), Some([].as_slice()));
    }

    #[test]
    fn refuses_what_is_no_array_of_bytes() {
        for bytes in [
            "<byte>128</byte>",
            "<byte>x</byte>",
            "<byte>1",
            "1<byte>2</byte>",
            "<byte>1</byte>2",
            "<octet>1</octet>",
            "<byte/>",
        ] {
            let error = parse(&answer(bytes)).unwrap_err();
            assert!(matches!(error, WireError::Malformed { .. }), "{bytes}: {error}");
        }
    }
}
