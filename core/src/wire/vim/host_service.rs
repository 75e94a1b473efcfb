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
