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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{look, soap, soap_body, vcenter};

    #[test]
    fn finds_an_extension_or_none() {
        let manager = MoRef::new("ExtensionManager", "ExtensionManager");
        assert_eq!(
            soap_body(&look(request(&vcenter(), &manager, "com.example.x"))),
            "<FindExtension xmlns=\"urn:vim25\"><_this type=\"ExtensionManager\">ExtensionManager</_this>\
             <extensionKey>com.example.x</extensionKey></FindExtension>"
        );
        let found = "<FindExtensionResponse xmlns='urn:vim25'><returnval><description><label>l</label></description>\
                     <key>com.example.x</key><company>c</company><version>1.2</version></returnval></FindExtensionResponse>";
        let extension = parse(&soap(found)).unwrap().unwrap();
        assert_eq!((extension.key.as_str(), extension.version.as_deref()), ("com.example.x", Some("1.2")));
        assert_eq!(parse(&soap("<FindExtensionResponse xmlns='urn:vim25'/>")).unwrap(), None);
    }
}
