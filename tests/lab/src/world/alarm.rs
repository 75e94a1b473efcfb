//! vCenter's alarms: what can be triggered, and what is.

use serde::Serialize;
use time::{Duration, OffsetDateTime};

use super::World;
use super::vcenter::Event;
use crate::scenario::{AlarmPlan, VCenterPlan};

/// SMS lost a provider.
pub const DISCONNECTED: &str = "VASA provider disconnected";
/// A host's IOFilter provider could not be registered or unregistered.
pub const REGISTRATION: &str = "Registration/unregistration of third-party IO filter storage providers fails on a host";
/// vCenter could not push its authorities to a provider.
pub const REFRESH_AUTHORITIES: &str = "Refreshing CA certificates and CRLs for a VASA provider failed";
/// A host does not answer.
pub const CONNECTION: &str = "Host connection failure";
/// SPS could not renew `sms_self_signed`. The vendor's name for it is not known (KB 440183 tells of the alarm only).
pub const SMS_RENEWAL: &str = "Renewal of the SMS self-signed certificate failed";
/// A host could not be given its certificate for arrays. Its name is not known either.
pub const VASA_CLIENT: &str = "Provisioning of the ESXi VASA client certificate failed";

/// The alarms that every lab defines, with the names for programs that are known.
const DEFINED: [(&str, Option<&str>); 6] = [
    (DISCONNECTED, None),
    (REGISTRATION, None),
    (REFRESH_AUTHORITIES, None),
    (CONNECTION, Some("alarm.HostConnectivityAlarm")),
    (SMS_RENEWAL, None),
    (VASA_CLIENT, None),
];

/// The root folder's managed object id, the same in every vCenter.
const ROOT: &str = "group-d1";

/// What an alarm is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Definition {
    /// Managed object id, `alarm-<n>`.
    pub moref: String,
    /// Name, for people.
    pub name: String,
    /// Name for programs; only the product's own have one.
    pub system_name: Option<String>,
}

/// An alarm that is triggered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Alarm {
    /// The definition, by managed object id.
    pub definition: String,
    /// The host that it is on, by managed object id; the root folder when there is none.
    pub host: Option<String>,
    /// `red` or `yellow`.
    pub status: String,
    /// Since.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
    /// Has a person acknowledged it?
    pub acknowledged: bool,
}

impl Alarm {
    /// `AlarmState.key`.
    pub fn key(&self) -> String {
        format!("{}.{}", self.definition, self.entity())
    }

    /// The managed object id of what it is on.
    pub fn entity(&self) -> &str {
        self.host.as_deref().unwrap_or(ROOT)
    }
}

/// What every lab defines, and what a scenario adds.
pub(crate) fn definitions(plans: &[AlarmPlan]) -> Vec<Definition> {
    let mut all: Vec<Definition> = Vec::new();
    let own = DEFINED.iter().map(|(name, system_name)| (*name, system_name.map(str::to_owned)));
    for (name, system_name) in own.chain(plans.iter().map(|plan| (plan.name.as_str(), plan.system_name.clone()))) {
        if !all.iter().any(|known| known.name == name) {
            all.push(Definition { moref: format!("alarm-{}", all.len() + 1), name: name.into(), system_name });
        }
    }
    all
}

impl World {
    /// Triggers an alarm on a host, or on the root folder; one that is triggered stays as it is.
    pub fn raise_alarm(&mut self, name: &str, host: Option<&str>, status: &str) {
        let Some(definition) = self.alarm_id(name) else { return };
        let alarm = Alarm {
            definition,
            host: host.map(Into::into),
            status: status.into(),
            since: self.now(),
            acknowledged: false,
        };
        if !self.vcenter.alarms.iter().any(|known| known.key() == alarm.key()) {
            self.vcenter.alarms.push(alarm);
        }
    }

    /// Lets an alarm turn green.
    pub fn clear_alarm(&mut self, name: &str, host: Option<&str>) {
        let Some(definition) = self.alarm_id(name) else { return };
        self.vcenter.alarms.retain(|alarm| alarm.definition != definition || alarm.host.as_deref() != host);
    }

    fn alarm_id(&self, name: &str) -> Option<String> {
        self.vcenter.alarm_definitions.iter().find(|one| one.name == name).map(|one| one.moref.clone())
    }

    /// The events and alarms of a scenario. The log of events stays in order of time.
    pub(crate) fn add_happenings(&mut self, plan: &VCenterPlan) {
        let now = self.now();
        let moref = |world: &Self, host: &Option<String>| {
            let named = host
                .as_deref()
                .map(|name| if name.contains('.') { name.into() } else { format!("{name}.lab.example") });
            named.and_then(|name| world.host(&name).map(|host| host.moref.clone()))
        };
        for event in &plan.events {
            let event = Event {
                key: 0,
                created: now - Duration::minutes(i64::from(event.minutes_ago)),
                kind: event.kind.clone(),
                message: event.message.clone().unwrap_or_else(|| event.kind.clone()),
                arguments: event.arguments.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
                host: moref(self, &event.host),
            };
            self.vcenter.events.push(event);
        }
        self.vcenter.events.sort_by_key(|event| event.created);
        for (key, event) in (1..).zip(&mut self.vcenter.events) {
            event.key = key;
        }
        for alarm in &plan.alarms {
            let host = moref(self, &alarm.host);
            self.raise_alarm(&alarm.name, host.as_deref(), alarm.status.as_deref().unwrap_or("red"));
            if let Some(raised) = self.vcenter.alarms.last_mut() {
                raised.since = now - Duration::minutes(i64::from(alarm.minutes_ago));
            }
        }
    }
}
