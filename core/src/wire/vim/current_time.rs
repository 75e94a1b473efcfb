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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{look, soap, soap_body, vcenter};

    #[test]
    fn reads_vcenters_clock() {
        assert_eq!(
            soap_body(&look(request(&vcenter()))),
            "<CurrentTime xmlns=\"urn:vim25\"><_this type=\"ServiceInstance\">ServiceInstance</_this></CurrentTime>"
        );
        let answer = "<CurrentTimeResponse xmlns='urn:vim25'><returnval>2026-09-13T08:55:01.681525Z</returnval></CurrentTimeResponse>";
        assert_eq!(parse(&soap(answer)).unwrap(), UnixTime(1_789_289_701));
        let error = parse(&soap(&answer.replace("2026", "yesterday"))).unwrap_err().to_string();
        assert_eq!(
            error,
            "the answer to `CurrentTime` cannot be read at `/Envelope/Body/CurrentTimeResponse/returnval`: \
             `yesterday-09-13T08:55:01.681525Z` is not a time; see what stands between here and vCenter"
        );
    }
}
