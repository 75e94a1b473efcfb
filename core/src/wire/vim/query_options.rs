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

/// Asks for the advanced setting `name`, or for all whose names begin with it when it ends with a full stop. An unknown name
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{look, sample, soap, soap_body, vcenter};

    #[test]
    fn asks_by_prefix_and_reads_values_of_any_type() {
        let request = look(request(&vcenter(), &MoRef::new("OptionManager", "VpxSettings"), CERTIFICATE_SETTINGS));
        assert_eq!(
            soap_body(&request),
            "<QueryOptions xmlns=\"urn:vim25\"><_this type=\"OptionManager\">VpxSettings</_this>\
             <name>vpxd.certmgmt.</name></QueryOptions>"
        );
        let options = parse(&sample!(200, "options.xml")).unwrap();
        assert_eq!(options, [OptionValue { key: "vpxd.certmgmt.mode".to_owned(), value: Some("vmca".to_owned()) }]);
        let options = parse(&soap(
            "<QueryOptionsResponse xmlns='urn:vim25'><returnval xsi:type='OptionValue'><key>a</key>\
             <value xsi:type='xsd:int'>240</value></returnval><returnval><key>b</key></returnval></QueryOptionsResponse>",
        ))
        .unwrap();
        assert_eq!(options.first().unwrap().value.as_deref(), Some("240"));
        assert_eq!(options.get(1).unwrap().value, None);
    }

    #[test]
    fn an_unknown_name_is_a_fault_and_not_an_empty_list() {
        let error = parse(&sample!(500, "invalid-name.xml")).unwrap_err();
        let fault = error.fault().unwrap();
        assert_eq!((fault.name.as_str(), fault.field("name")), ("InvalidName", Some("vpxd.certmgmt.mode")));
    }
}
