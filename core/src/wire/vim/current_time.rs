//! `ServiceInstance.CurrentTime`: vCenter's clock. Needs a session, so it also tells whether there is one, and it keeps
//! the session alive, which ends after 30 idle minutes.

use crate::request::{HttpResponse, Look};
use crate::time::UnixTime;
use crate::wire::soap::{self, Service};
use crate::wire::{MoRef, VCenter, WireError};

/// Asks for vCenter's time.
pub fn request(vcenter: &VCenter) -> Look {
    let this = MoRef::new("ServiceInstance", "ServiceInstance");
    Look::Http(soap::call(vcenter, Service::Vim, "CurrentTime", &this, |_| {}))
}

/// Reads the answer.
pub fn parse(response: &HttpResponse) -> Result<UnixTime, WireError> {
    soap::one(response, "CurrentTime", |xml, _| xml.time())
}
