//! `HostServiceSystem.StartService` and `StopService`, such as of `TSM-SSH`.

use crate::request::{Change, HttpResponse};
use crate::wire::soap::{self, Service};
use crate::wire::{MoRef, VCenter, WireError};

/// Starts the service `key`. Needs the privilege `Host.Config.NetService`; an unknown key is the fault `NotFound`.
pub fn start(vcenter: &VCenter, service_system: &MoRef, key: &str) -> Change {
    Change::Http(soap::call(vcenter, Service::Vim, "StartService", service_system, |body| body.element("id", key)))
}

/// Reads the answer to [`start`].
pub fn parse_start(response: &HttpResponse) -> Result<(), WireError> {
    soap::nothing(response, "StartService")
}

/// Stops the service `key`. Needs the privilege `Host.Config.NetService`; an unknown key is the fault `NotFound`.
pub fn stop(vcenter: &VCenter, service_system: &MoRef, key: &str) -> Change {
    Change::Http(soap::call(vcenter, Service::Vim, "StopService", service_system, |body| body.element("id", key)))
}

/// Reads the answer to [`stop`].
pub fn parse_stop(response: &HttpResponse) -> Result<(), WireError> {
    soap::nothing(response, "StopService")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{change, soap, soap_body, vcenter};

    #[test]
    fn starts_and_stops_a_service() {
        let system = MoRef::new("HostServiceSystem", "serviceSystem-21");
        let body = |method: &str| {
            format!(
                "<{method} xmlns=\"urn:vim25\"><_this type=\"HostServiceSystem\">serviceSystem-21</_this><id>TSM-SSH</id></{method}>"
            )
        };
        assert_eq!(soap_body(&change(start(&vcenter(), &system, "TSM-SSH"))), body("StartService"));
        assert_eq!(soap_body(&change(stop(&vcenter(), &system, "TSM-SSH"))), body("StopService"));
        parse_start(&soap("<StartServiceResponse xmlns='urn:vim25'/>")).unwrap();
        parse_stop(&soap("<StopServiceResponse xmlns='urn:vim25'/>")).unwrap();
    }
}
