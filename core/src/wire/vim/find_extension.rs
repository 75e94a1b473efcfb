//! `ExtensionManager.FindExtension`: whether another product is registered with vCenter, such as one that owns its
//! certificates.

use serde::{Deserialize, Serialize};

use crate::request::{HttpResponse, Look};
use crate::wire::soap::{self, Service};
use crate::wire::{MoRef, VCenter, WireError};

/// A product that is registered with vCenter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// Its key.
    pub key: String,
    /// Its version.
    pub version: Option<String>,
    /// Who made it.
    pub company: Option<String>,
}

/// Asks for the extension `key`.
pub fn request(vcenter: &VCenter, extension_manager: &MoRef, key: &str) -> Look {
    Look::Http(soap::call(vcenter, Service::Vim, "FindExtension", extension_manager, |body| {
        body.element("extensionKey", key);
    }))
}

/// Reads the answer; `None` when there is no such extension.
pub fn parse(response: &HttpResponse) -> Result<Option<Extension>, WireError> {
    let found = soap::many(response, "FindExtension", |xml, _| {
        let (mut key, mut version, mut company) = (None, None, None);
        xml.children(|xml, tag| {
            match tag.name() {
                "key" => key = Some(xml.text()?),
                "version" => version = Some(xml.text()?),
                "company" => company = Some(xml.text()?),
                _ => {}
            }
            Ok(())
        })?;
        Ok(Extension { key: xml.required(key, "key")?, version, company })
    })?;
    Ok(found.into_iter().next())
}
