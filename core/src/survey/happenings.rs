//! What vCenter itself raised: its alarms, and its log of events.

use std::collections::BTreeMap;

use super::inquiry::Inquiry;
use super::question::Question;
use crate::facts::{Alarm, Facts, Missing, MissingReason, Observed, VCenterEvent};
use crate::time::{DAY_SECONDS, UnixTime};
use crate::wire::MoRef;
use crate::wire::vim::alarms::{AlarmState, DefinitionRecord, TriggeredRecord};
use crate::wire::vim::events::{Event, MOST_EVENTS};

/// The events that tell of certificates, providers and filters, and of a host that goes or comes (lists of events of
/// 6.7 U3 to 8.0 U3). A release knows a part of them; one that it does not know matches nothing.
pub(super) const KINDS: [&str; 50] = [
    "HostConnectedEvent",
    "HostConnectionLostEvent",
    "HostDisconnectedEvent",
    "HostReconnectionFailedEvent",
    "com.vmware.vc.HA.HostHasNoSslThumbprint",
    "com.vmware.vc.certificatemanagement.TrustedRootsImportedEvent",
    "com.vmware.vc.certificatemanagement.VcCertificateReplacedEvent",
    "com.vmware.vc.certificatemanagement.VcServerCertificateUpdateFailureEvent",
    "com.vmware.vc.certmgr.HostCaCertsAndCrlsUpdatedEvent",
    "com.vmware.vc.certmgr.HostCertExpirationImminentEvent",
    "com.vmware.vc.certmgr.HostCertExpiringEvent",
    "com.vmware.vc.certmgr.HostCertExpiringShortlyEvent",
    "com.vmware.vc.certmgr.HostCertManagementModeChangedEvent",
    "com.vmware.vc.certmgr.HostCertMetadataChangedEvent",
    "com.vmware.vc.certmgr.HostCertRevokedEvent",
    "com.vmware.vc.certmgr.HostCertUpdatedEvent",
    "com.vmware.vc.iofilter.FilterInstallationFailedEvent",
    "com.vmware.vc.iofilter.FilterInstallationSuccessEvent",
    "com.vmware.vc.iofilter.FilterUninstallationFailedEvent",
    "com.vmware.vc.iofilter.FilterUninstallationSuccessEvent",
    "com.vmware.vc.iofilter.FilterUpgradeFailedEvent",
    "com.vmware.vc.iofilter.FilterUpgradeSuccessEvent",
    "com.vmware.vc.iofilter.HostVendorProviderRegistrationFailedEvent",
    "com.vmware.vc.iofilter.HostVendorProviderRegistrationSuccessEvent",
    "com.vmware.vc.iofilter.HostVendorProviderUnregistrationFailedEvent",
    "com.vmware.vc.iofilter.HostVendorProviderUnregistrationSuccessEvent",
    "com.vmware.vc.iofilter.UntrustedCertificateEvent",
    "com.vmware.vc.sms.EsxiVasaClientCertificateProvisionFailure",
    "com.vmware.vc.sms.EsxiVasaClientCertificateProvisionSuccess",
    "com.vmware.vc.sms.EsxiVasaClientCertificateRegisterFailure",
    "com.vmware.vc.sms.EsxiVasaClientCertificateRegisterSuccess",
    "com.vmware.vc.sms.RegisterVcClientCertOnRenewalFailure",
    "com.vmware.vc.sms.RegisterVcClientCertOnRenewalSuccess",
    "com.vmware.vc.sms.VasaProviderCertificateHardLimitReachedEvent",
    "com.vmware.vc.sms.VasaProviderCertificateRenewalEvent",
    "com.vmware.vc.sms.VasaProviderCertificateSoftLimitReachedEvent",
    "com.vmware.vc.sms.VasaProviderCertificateValidEvent",
    "com.vmware.vc.sms.VasaProviderConnectedEvent",
    "com.vmware.vc.sms.VasaProviderDisconnectedEvent",
    "com.vmware.vc.sms.VasaProviderRefreshCACertsAndCRLsFailure",
    "com.vmware.vc.sms.VasaProviderRefreshCACertsAndCRLsSuccess",
    "com.vmware.vc.sms.VcClientAndVpCertRefreshOnVmcaRootCertRotationFailure",
    "com.vmware.vc.sms.VcClientAndVpCertRefreshOnVmcaRootCertRotationSuccess",
    "com.vmware.vc.vecs.CertExpirationEvent",
    "esx.clear.iofilter.disabled",
    "esx.problem.iofilter.disabled",
    // Some releases take the types that are no `EventEx` by their full names only.
    "vim.event.HostConnectedEvent",
    "vim.event.HostConnectionLostEvent",
    "vim.event.HostDisconnectedEvent",
    "vim.event.HostReconnectionFailedEvent",
];

/// How far back events are asked for: vCenter keeps 30 days of them, unless told otherwise.
const DAYS: i64 = 30;

/// No shorter time than this is asked for, seconds.
const SHORTEST: i64 = 3_600;

/// Events of the whole time that is looked back on.
pub(super) fn first_question() -> Question {
    Question::Events { seconds: DAYS * DAY_SECONDS }
}

/// From when on events are asked for. vCenter takes it by its own clock: a host program whose clock is wrong looks a
/// little more or less far back.
pub(super) fn begin(facts: &Facts, seconds: i64) -> UnixTime {
    facts.began_at.plus_seconds(seconds.saturating_neg())
}

/// Events. Which ones vCenter leaves out of a list that is full is not documented, so a full list is not believed, and
/// a shorter time asked for.
pub(super) fn events(inquiry: &mut Inquiry, now: UnixTime, seconds: i64, events: Vec<Event>) -> Vec<Question> {
    let is_full = u32::try_from(events.len()).is_ok_and(|count| count >= MOST_EVENTS);
    if is_full && seconds > SHORTEST {
        return vec![Question::Events { seconds: (seconds / 4).max(SHORTEST) }];
    }
    let since = if is_full {
        Observed::Unknown(Missing {
            reason: MissingReason::NotSent,
            message: format!("vCenter logged {MOST_EVENTS} or more events of these types within an hour"),
            help: String::new(),
        })
    } else {
        Observed::seen(begin(&inquiry.facts, seconds), now)
    };
    inquiry.facts.vcenter.events_since = since;
    inquiry.facts.vcenter.events = Observed::seen(events.into_iter().map(fact_of).collect(), now);
    Vec::new()
}

fn fact_of(event: Event) -> VCenterEvent {
    let Event { key, chain, kind, time: at, object, message, arguments } = event;
    let host = object.filter(|object| object.kind == "HostSystem").map(|object| object.value);
    VCenterEvent { key, chain, kind, at, host, message, arguments }
}

/// The alarms of the root folder, which are all; what they are called is asked next.
pub(super) fn alarms(inquiry: &mut Inquiry, now: UnixTime, records: Vec<TriggeredRecord>) -> Vec<Question> {
    let Some(record) = records.into_iter().next() else {
        inquiry.facts.vcenter.alarms = Observed::Unknown(withheld("triggeredAlarmState", None));
        return Vec::new();
    };
    if let Some(fault) = record.withheld.values().next() {
        inquiry.facts.vcenter.alarms = Observed::Unknown(withheld("triggeredAlarmState", Some(&fault.to_string())));
        return Vec::new();
    }
    let mut states = record.states.unwrap_or_default();
    states.retain(|state| state.status == "red" || state.status == "yellow");
    if states.is_empty() {
        inquiry.facts.vcenter.alarms = Observed::seen(Vec::new(), now);
        return Vec::new();
    }
    vec![Question::AlarmNames { states }]
}

/// The alarms with their names. One that nobody can name could be the one that matters: then none is known.
pub(super) fn alarm_names(
    inquiry: &mut Inquiry,
    now: UnixTime,
    states: &[AlarmState],
    definitions: &[DefinitionRecord],
) {
    let definitions: BTreeMap<&MoRef, &DefinitionRecord> = definitions.iter().map(|one| (&one.moref, one)).collect();
    let named = states.iter().map(|state| {
        let definition = definitions.get(&state.alarm);
        let name = definition.and_then(|one| one.name.clone()).ok_or_else(|| {
            let fault = definition.and_then(|one| one.withheld.values().next()).map(ToString::to_string);
            withheld("info.name", fault.as_deref())
        })?;
        Ok(Alarm {
            key: state.key.clone(),
            alarm: state.alarm.value.clone(),
            name,
            system_name: definition.and_then(|one| one.system_name.clone()),
            entity_kind: state.entity.kind.clone(),
            entity: state.entity.value.clone(),
            status: state.status.clone(),
            since: state.time,
            acknowledged: state.acknowledged,
        })
    });
    let named: Result<Vec<Alarm>, Missing> = named.collect();
    inquiry.facts.vcenter.alarms = match named {
        Ok(mut alarms) => {
            alarms.sort_by(|one, other| (&one.entity, &one.key).cmp(&(&other.entity, &other.key)));
            Observed::seen(alarms, now)
        }
        Err(missing) => Observed::Unknown(missing),
    };
}

fn withheld(path: &str, fault: Option<&str>) -> Missing {
    match fault {
        Some(fault) => Missing {
            reason: MissingReason::Denied,
            message: format!("vCenter withheld `{path}` of its alarms: {fault}"),
            help: "grant the user a role that may read the root folder and its alarms".to_owned(),
        },
        None => Missing {
            reason: MissingReason::NotSent,
            message: format!("vCenter did not tell `{path}` of its alarms"),
            help: String::new(),
        },
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::job::Job;
    use crate::request::Trust;
    use crate::wire::vim::alarms::AlarmState;

    const NOW: UnixTime = UnixTime(1_789_289_701);

    fn inquiry() -> Inquiry {
        Inquiry::new(Job::new("vc.example.com:443", "u", Trust::HostRoots), NOW)
    }

    fn disconnected(count: u32) -> Vec<Event> {
        let one = |number: u32| Event {
            key: Some(i64::from(number)),
            chain: None,
            kind: "com.vmware.vc.sms.VasaProviderDisconnectedEvent".to_owned(),
            time: NOW.plus_seconds(-i64::from(number)),
            object: Some(MoRef::new("HostSystem", format!("host-{number}"))),
            message: String::new(),
            arguments: Vec::new(),
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn a_full_list_is_asked_again_for_a_shorter_time_until_it_is_whole() {
        let mut inquiry = inquiry();
        let mut asked = vec![first_question()];
        let mut times = Vec::new();
        while let Some(Question::Events { seconds }) = asked.pop() {
            times.push(seconds);
            asked = events(&mut inquiry, NOW, seconds, disconnected(MOST_EVENTS));
        }
        assert_eq!((times.first(), times.last()), (Some(&2_592_000), Some(&SHORTEST)));
        let vcenter = &inquiry.facts.vcenter;
        assert_eq!(vcenter.events.value().unwrap().len(), 1000, "what was sent is kept");
        assert_eq!(vcenter.events_since.value(), None, "and is not called whole");
        assert!(events(&mut inquiry, NOW, 40_500, disconnected(2)).is_empty());
        assert_eq!(inquiry.facts.vcenter.events_since.value(), Some(&NOW.plus_seconds(-40_500)));
        assert_eq!(inquiry.facts.vcenter.events.value().unwrap().first().unwrap().host.as_deref(), Some("host-0"));
    }

    fn state(entity: &str, status: &str) -> AlarmState {
        AlarmState {
            key: format!("alarm-9.{entity}"),
            entity: MoRef::new("HostSystem", entity),
            alarm: MoRef::new("Alarm", "alarm-9"),
            status: status.to_owned(),
            time: NOW,
            acknowledged: false,
        }
    }

    fn triggered(states: Option<Vec<AlarmState>>) -> Vec<TriggeredRecord> {
        vec![TriggeredRecord { moref: MoRef::new("Folder", "group-d1"), states, withheld: BTreeMap::new() }]
    }

    #[test]
    fn alarms_that_are_green_are_none_and_an_answer_without_the_folder_is_no_answer() {
        let mut inquiry = inquiry();
        assert!(alarms(&mut inquiry, NOW, triggered(Some(vec![state("host-1", "green")]))).is_empty());
        assert_eq!(inquiry.facts.vcenter.alarms.value(), Some(&Vec::new()));
        assert!(alarms(&mut inquiry, NOW, triggered(None)).is_empty());
        assert_eq!(inquiry.facts.vcenter.alarms.value(), Some(&Vec::new()));
        assert!(alarms(&mut inquiry, NOW, Vec::new()).is_empty());
        assert_eq!(inquiry.facts.vcenter.alarms.value(), None);
    }

    #[test]
    fn alarms_are_known_with_their_names_or_not_at_all() {
        let mut inquiry = inquiry();
        let states = vec![state("host-2", "yellow"), state("host-1", "red")];
        let asked = alarms(&mut inquiry, NOW, triggered(Some(states.clone())));
        assert_eq!(asked, [Question::AlarmNames { states: states.clone() }]);
        let definition = |name: Option<&str>| DefinitionRecord {
            moref: MoRef::new("Alarm", "alarm-9"),
            name: name.map(str::to_owned),
            system_name: None,
            withheld: BTreeMap::new(),
        };
        alarm_names(&mut inquiry, NOW, &states, &[definition(Some("VASA provider disconnected"))]);
        let known = inquiry.facts.vcenter.alarms.value().unwrap();
        assert_eq!(known.iter().map(|one| one.entity.as_str()).collect::<Vec<_>>(), ["host-1", "host-2"]);
        alarm_names(&mut inquiry, NOW, &states, &[definition(None)]);
        assert_eq!(inquiry.facts.vcenter.alarms.value(), None);
    }

    #[test]
    fn every_kind_is_asked_for_once() {
        let mut kinds = KINDS.to_vec();
        kinds.sort_unstable();
        kinds.dedup();
        assert_eq!(kinds, KINDS);
    }
}
