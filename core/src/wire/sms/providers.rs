//! `SmsStorageManager.QueryProvider`: every provider that is registered, of any kind.

use crate::request::{HttpResponse, Look};
use crate::wire::soap::{self, Service};
use crate::wire::{MoRef, VCenter, WireError};

/// Asks for the providers. Needs the privilege `StorageViews.View`.
pub fn request(vcenter: &VCenter, storage_manager: &MoRef) -> Look {
    Look::Http(soap::call(vcenter, Service::Sms, "QueryProvider", storage_manager, |_| {}))
}

/// Reads the answer. A provider that is registered again has another reference.
pub fn parse(response: &HttpResponse) -> Result<Vec<MoRef>, WireError> {
    soap::references(response, "QueryProvider")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{look, soap, soap_body, vcenter};

    #[test]
    fn lists_providers_or_none() {
        assert_eq!(
            soap_body(&look(request(&vcenter(), &MoRef::new("SmsStorageManager", "storageManager")))),
            "<QueryProvider xmlns=\"urn:sms\"><_this type=\"SmsStorageManager\">storageManager</_this></QueryProvider>"
        );
        let answer = "<QueryProviderResponse xmlns='urn:sms'><returnval type='VasaProvider'>p-1</returnval>\
                      <returnval type='VasaProvider'>p-2</returnval></QueryProviderResponse>";
        let expected = [MoRef::new("VasaProvider", "p-1"), MoRef::new("VasaProvider", "p-2")];
        assert_eq!(parse(&soap(answer)).unwrap(), expected);
        assert_eq!(parse(&soap("<QueryProviderResponse xmlns='urn:sms'/>")).unwrap(), []);
        assert!(parse(&soap(&answer.replace("type='VasaProvider'", ""))).is_err());
    }
}
