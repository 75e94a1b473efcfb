//! `HostDateTimeSystem.UpdateDateTimeConfig`: which time servers an ESXi host asks.

use crate::request::{Change, HttpResponse};
use crate::wire::soap::{self, Service};
use crate::wire::{MoRef, VCenter, WireError};

const METHOD: &str = "UpdateDateTimeConfig";

/// Has the host ask these servers; the rest of its configuration is left as it is. Needs the privilege
/// `Host.Config.DateTime`.
pub fn request(vcenter: &VCenter, date_time_system: &MoRef, servers: &[String]) -> Change {
    Change::Http(soap::call(vcenter, Service::Vim, METHOD, date_time_system, |body| {
        body.nested("config", |body| body.nested("ntpConfig", |body| body.elements("server", servers)));
    }))
}

/// Reads the answer.
pub fn parse(response: &HttpResponse) -> Result<(), WireError> {
    soap::nothing(response, METHOD)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{change, soap, soap_body, vcenter};

    #[test]
    fn sets_the_servers_and_nothing_else() {
        let system = MoRef::new("HostDateTimeSystem", "dateTimeSystem-21");
        let servers = ["ntp1.example.com".to_owned(), "192.0.2.7".to_owned()];
        assert_eq!(
            soap_body(&change(request(&vcenter(), &system, &servers))),
            "<UpdateDateTimeConfig xmlns=\"urn:vim25\"><_this type=\"HostDateTimeSystem\">dateTimeSystem-21</_this>\
             <config><ntpConfig><server>ntp1.example.com</server><server>192.0.2.7</server></ntpConfig></config>\
             </UpdateDateTimeConfig>"
        );
        parse(&soap("<UpdateDateTimeConfigResponse xmlns='urn:vim25'/>")).unwrap();
    }
}
