//! `AlarmManager.ClearTriggeredAlarms`: alarms turn green (6.7 and later). vCenter has no call for a single one: this takes
//! every alarm that its filter lets through, so who sends it must know that there are no others.

use crate::request::{Change, HttpResponse};
use crate::wire::soap::{self, Service};
use crate::wire::{MoRef, VCenter, WireError};

const METHOD: &str = "ClearTriggeredAlarms";
/// The version of the API that brought the call.
pub const SINCE: &str = "6.7";

/// Clears the alarms of these colours that events have triggered, on ESXi hosts only or on everything. Needs the privilege
/// `Alarm.SetStatus`.
pub fn request(vcenter: &VCenter, alarm_manager: &MoRef, statuses: &[String], on_hosts_only: bool) -> Change {
    Change::Http(soap::call(vcenter, Service::Vim, METHOD, alarm_manager, |body| {
        body.nested("filter", |body| {
            body.elements("status", statuses);
            body.element("typeEntity", if on_hosts_only { "entityTypeHost" } else { "entityTypeAll" });
            body.element("typeTrigger", "triggerTypeEvent");
        });
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
    fn clears_by_colour_and_by_what_they_are_on() {
        let manager = MoRef::new("AlarmManager", "AlarmManager");
        assert_eq!(
            soap_body(&change(request(&vcenter(), &manager, &["red".to_owned()], true))),
            "<ClearTriggeredAlarms xmlns=\"urn:vim25\"><_this type=\"AlarmManager\">AlarmManager</_this><filter>\
             <status>red</status><typeEntity>entityTypeHost</typeEntity><typeTrigger>triggerTypeEvent</typeTrigger>\
             </filter></ClearTriggeredAlarms>"
        );
        assert!(soap_body(&change(request(&vcenter(), &manager, &[], false))).contains("entityTypeAll"));
        parse(&soap("<ClearTriggeredAlarmsResponse xmlns='urn:vim25'/>")).unwrap();
    }
}
