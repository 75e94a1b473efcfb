//! `OptionManager.QueryOptions`: settings of vCenter, such as `vpxd.certmgmt.mode`.

use serde::{Deserialize, Serialize};

use crate::request::{HttpResponse, Look};
use crate::wire::soap::{self, Service};
use crate::wire::{MoRef, VCenter, WireError};

/// The prefix of the settings about ESXi host certificates: mode (`vmca`, `custom` or `thumbprint`), thresholds in
/// days (`certs.softThreshold`, `certs.hardThreshold`), and how far new ones are back-dated (`certs.minutesBefore`).
pub const CERTIFICATE_SETTINGS: &str = "vpxd.certmgmt.";

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionValue {
    /// Its name.
    pub key: String,
    /// Its value as text, whatever its type; `None` when it is unset.
    pub value: Option<String>,
}

/// Asks for the setting `name`, or for all whose names begin with it when it ends with a full stop. An unknown name
/// is the fault `InvalidName`, not an empty list.
pub fn request(vcenter: &VCenter, option_manager: &MoRef, name: &str) -> Look {
    Look::Http(soap::call(vcenter, Service::Vim, "QueryOptions", option_manager, |body| body.element("name", name)))
}

/// Reads the answer.
pub fn parse(response: &HttpResponse) -> Result<Vec<OptionValue>, WireError> {
    soap::many(response, "QueryOptions", |xml, _| {
        let (mut key, mut value) = (None, None);
        xml.children(|xml, tag| {
            match tag.name() {
                "key" => key = Some(xml.text()?),
                "value" => value = Some(xml.text()?),
                _ => {}
            }
            Ok(())
        })?;
        Ok(OptionValue { key: xml.required(key, "key")?, value })
    })
}
