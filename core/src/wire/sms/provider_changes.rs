//! What can be done to a provider: sync, reconnect, unregister, register. Each begins a task of the service, whose
//! end says whether it was done ([`task_info`](super::task_info)).

use serde::{Deserialize, Serialize};

use crate::request::{Change, HttpResponse};
use crate::wire::soap::{self, Service};
use crate::wire::{MoRef, VCenter, WireError};

/// A provider that is to be registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderSpec {
    /// Its name.
    pub name: String,
    /// What people read about it.
    pub description: Option<String>,
    /// Its URL.
    pub url: String,
    /// The certificate that is to be trusted, PEM. Without it an unknown one fails the task with
    /// `CertificateNotTrusted`, which shows it.
    pub certificate: Option<String>,
}

/// Asks the service to speak with the provider again, for one array or for all. Needs only the privilege
/// `StorageViews.View`.
pub fn sync(vcenter: &VCenter, provider: &MoRef, array_id: Option<&str>) -> Change {
    Change::Http(soap::call(vcenter, Service::Sms, "VasaProviderSync_Task", provider, |body| {
        if let Some(array_id) = array_id {
            body.element("arrayId", array_id);
        }
    }))
}

/// Reads the answer to [`sync`]: the task.
pub fn parse_sync(response: &HttpResponse) -> Result<MoRef, WireError> {
    soap::reference(response, "VasaProviderSync_Task")
}

/// Connects a provider of VASA 2.0 or later whose status is `disconnected`; for any other it does nothing. Needs the
/// privilege `StorageViews.ConfigureService`.
pub fn reconnect(vcenter: &VCenter, provider: &MoRef) -> Change {
    Change::Http(soap::call(vcenter, Service::Sms, "VasaProviderReconnect_Task", provider, |_| {}))
}

/// Reads the answer to [`reconnect`]: the task.
pub fn parse_reconnect(response: &HttpResponse) -> Result<MoRef, WireError> {
    soap::reference(response, "VasaProviderReconnect_Task")
}

/// Takes the provider with this `uid` ([`ProviderInfo::uid`](super::provider_info::ProviderInfo::uid), not its
/// provider id) off the list. Needs the privilege `StorageViews.ConfigureService`.
pub fn unregister(vcenter: &VCenter, storage_manager: &MoRef, uid: &str) -> Change {
    Change::Http(soap::call(vcenter, Service::Sms, "UnregisterProvider_Task", storage_manager, |body| {
        body.element("providerId", uid);
    }))
}

/// Reads the answer to [`unregister`]: the task. An unknown `uid` is the fault `NotFound`.
pub fn parse_unregister(response: &HttpResponse) -> Result<MoRef, WireError> {
    soap::reference(response, "UnregisterProvider_Task")
}

/// Puts a provider on the list. Needs the privilege `StorageViews.ConfigureService`. An I/O filter provider knows the
/// service by its certificate, so there are no credentials; the elements for them must be there all the same.
pub fn register(vcenter: &VCenter, storage_manager: &MoRef, spec: &ProviderSpec) -> Change {
    Change::Http(soap::call(vcenter, Service::Sms, "RegisterProvider_Task", storage_manager, |body| {
        body.typed("providerSpec", "VasaProviderSpec", |body| {
            body.element("name", &spec.name);
            if let Some(description) = &spec.description {
                body.element("description", description);
            }
            body.element("username", "");
            body.element("password", "");
            body.element("url", &spec.url);
            if let Some(certificate) = &spec.certificate {
                body.element("certificate", certificate);
            }
        });
    }))
}

/// Reads the answer to [`register`]: the task, whose result is the provider.
pub fn parse_register(response: &HttpResponse) -> Result<MoRef, WireError> {
    soap::reference(response, "RegisterProvider_Task")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{change, soap, soap_body, vcenter};

    fn body(change_: Change) -> String {
        soap_body(&change(change_))
    }

    #[test]
    fn syncs_reconnects_and_unregisters() {
        let provider = MoRef::new("VasaProvider", "p-1");
        let this = "<_this type=\"VasaProvider\">p-1</_this>";
        assert_eq!(
            body(sync(&vcenter(), &provider, None)),
            format!("<VasaProviderSync_Task xmlns=\"urn:sms\">{this}</VasaProviderSync_Task>")
        );
        assert_eq!(
            body(sync(&vcenter(), &provider, Some("IOFILTERS:u"))),
            format!(
                "<VasaProviderSync_Task xmlns=\"urn:sms\">{this}<arrayId>IOFILTERS:u</arrayId></VasaProviderSync_Task>"
            )
        );
        assert_eq!(
            body(reconnect(&vcenter(), &provider)),
            format!("<VasaProviderReconnect_Task xmlns=\"urn:sms\">{this}</VasaProviderReconnect_Task>")
        );
        assert_eq!(
            body(unregister(&vcenter(), &MoRef::new("SmsStorageManager", "storageManager"), "uid-1")),
            "<UnregisterProvider_Task xmlns=\"urn:sms\"><_this type=\"SmsStorageManager\">storageManager</_this>\
             <providerId>uid-1</providerId></UnregisterProvider_Task>"
        );
    }

    #[test]
    fn registers_with_empty_credentials_and_the_real_type() {
        let spec = ProviderSpec {
            name: "IOFILTER Provider h".to_owned(),
            description: Some("d".to_owned()),
            url: "https://h:9080/version.xml".to_owned(),
            certificate: Some("PEM".to_owned()),
        };
        assert_eq!(
            body(register(&vcenter(), &MoRef::new("SmsStorageManager", "storageManager"), &spec)),
            "<RegisterProvider_Task xmlns=\"urn:sms\"><_this type=\"SmsStorageManager\">storageManager</_this>\
             <providerSpec xsi:type=\"VasaProviderSpec\"><name>IOFILTER Provider h</name><description>d</description>\
             <username></username><password></password><url>https://h:9080/version.xml</url><certificate>PEM</certificate>\
             </providerSpec></RegisterProvider_Task>"
        );
    }

    #[test]
    fn each_answer_is_a_task() {
        let parsers = [
            ("VasaProviderSync_Task", parse_sync as fn(&_) -> _),
            ("VasaProviderReconnect_Task", parse_reconnect),
            ("UnregisterProvider_Task", parse_unregister),
            ("RegisterProvider_Task", parse_register),
        ];
        for (method, parse) in parsers {
            let answer = format!(
                "<{method}Response xmlns='urn:sms'><returnval type='SmsTask'>SmsTask-1</returnval></{method}Response>"
            );
            assert_eq!(parse(&soap(&answer)).unwrap(), MoRef::new("SmsTask", "SmsTask-1"));
        }
    }
}
