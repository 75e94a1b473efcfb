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
    soap::many(response, "QueryProvider", |xml, tag| xml.reference(tag))
}
