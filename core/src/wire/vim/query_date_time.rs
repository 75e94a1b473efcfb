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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{look, soap, soap_body, vcenter};

    #[test]
    fn reads_a_hosts_clock_with_an_offset() {
        assert_eq!(
            soap_body(&look(request(&vcenter(), &MoRef::new("HostDateTimeSystem", "dateTimeSystem-21")))),
            "<QueryDateTime xmlns=\"urn:vim25\"><_this type=\"HostDateTimeSystem\">dateTimeSystem-21</_this></QueryDateTime>"
        );
        let answer = "<QueryDateTimeResponse xmlns='urn:vim25'><returnval>2026-09-13T10:55:01+02:00</returnval></QueryDateTimeResponse>";
        assert_eq!(parse(&soap(answer)).unwrap(), UnixTime(1_789_289_701));
    }
}
