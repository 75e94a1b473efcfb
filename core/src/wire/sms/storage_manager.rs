//! `SmsServiceInstance.QueryStorageManager`: where providers are listed, registered and unregistered.

use crate::request::{HttpResponse, Look};
use crate::wire::soap::{self, Service};
use crate::wire::{MoRef, VCenter, WireError};

/// Asks for the storage manager. Needs the privilege `StorageViews.View`.
pub fn request(vcenter: &VCenter) -> Look {
    let this = MoRef::new("SmsServiceInstance", "ServiceInstance");
    Look::Http(soap::call(vcenter, Service::Sms, "QueryStorageManager", &this, |_| {}))
}

/// Reads the answer.
pub fn parse(response: &HttpResponse) -> Result<MoRef, WireError> {
    soap::reference(response, "QueryStorageManager")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{header, joined, look, soap, soap_body, vcenter};

    #[test]
    fn sends_the_session_both_as_cookie_and_as_soap_header() {
        let request = look(request(&vcenter()));
        assert_eq!(request.path, "/sms/sdk");
        assert_eq!(header(&request, "soapaction").unwrap(), "\"urn:sms/8.0.0.0\"");
        assert_eq!(header(&request, "cookie").unwrap(), "vmware_soap_session=\"{session.vim:Raw}\"");
        assert!(joined(&request.body).contains(
            "<soapenv:Header><vcSessionCookie>{session.vim:XmlText}</vcSessionCookie></soapenv:Header><soapenv:Body>"
        ));
        assert_eq!(
            soap_body(&request),
            "<QueryStorageManager xmlns=\"urn:sms\"><_this type=\"SmsServiceInstance\">ServiceInstance</_this></QueryStorageManager>"
        );
        let answer = "<QueryStorageManagerResponse xmlns='urn:sms'><returnval type='SmsStorageManager'>storageManager</returnval>\
                      </QueryStorageManagerResponse>";
        assert_eq!(parse(&soap(answer)).unwrap(), MoRef::new("SmsStorageManager", "storageManager"));
    }
}
