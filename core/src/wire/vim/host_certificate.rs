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
