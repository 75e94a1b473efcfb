//! `AlarmManager.AcknowledgeAlarm`: a person, or whoever stands in for one, has seen it.

use crate::request::{Change, HttpResponse};
use crate::wire::soap::{self, Service};
use crate::wire::{MoRef, VCenter, WireError};

const METHOD: &str = "AcknowledgeAlarm";

/// Acknowledges `alarm` at `entity`. Needs the privilege `Alarm.Acknowledge`.
pub fn request(vcenter: &VCenter, alarm_manager: &MoRef, alarm: &MoRef, entity: &MoRef) -> Change {
    Change::Http(soap::call(vcenter, Service::Vim, METHOD, alarm_manager, |body| {
        body.reference("alarm", alarm);
        body.reference("entity", entity);
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
    fn acknowledges_one_alarm_at_one_object() {
        let manager = MoRef::new("AlarmManager", "AlarmManager");
        let (alarm, host) = (MoRef::new("Alarm", "alarm-7"), MoRef::new("HostSystem", "host-21"));
        assert_eq!(
            soap_body(&change(request(&vcenter(), &manager, &alarm, &host))),
            "<AcknowledgeAlarm xmlns=\"urn:vim25\"><_this type=\"AlarmManager\">AlarmManager</_this>\
             <alarm type=\"Alarm\">alarm-7</alarm><entity type=\"HostSystem\">host-21</entity></AcknowledgeAlarm>"
        );
        parse(&soap("<AcknowledgeAlarmResponse xmlns='urn:vim25'/>")).unwrap();
    }
}
