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
