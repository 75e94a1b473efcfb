//! `HostDateTimeSystem.QueryDateTime`: the clock of one ESXi host, by which it judges certificates.

use crate::request::{HttpResponse, Look};
use crate::time::UnixTime;
use crate::wire::soap::{self, Service};
use crate::wire::{MoRef, VCenter, WireError};

/// Asks for the host's time. vCenter asks the host, so the answer is late by their round trip.
pub fn request(vcenter: &VCenter, date_time_system: &MoRef) -> Look {
    Look::Http(soap::call(vcenter, Service::Vim, "QueryDateTime", date_time_system, |_| {}))
}

/// Reads the answer.
pub fn parse(response: &HttpResponse) -> Result<UnixTime, WireError> {
    soap::one(response, "QueryDateTime", |xml, _| xml.time())
}
