//! What vCenter itself raised: alarms that are not green, and events that were logged.

use serde::{Deserialize, Serialize};

use crate::time::UnixTime;

/// An alarm that is red or yellow now (`AlarmState` in `triggeredAlarmState`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alarm {
    /// `AlarmState.key`, unique among the triggered alarms.
    pub key: String,
    /// Managed object id of the alarm's definition.
    pub alarm: String,
    /// The alarm's name in the language of the installation, for people.
    pub name: String,
    /// `info.systemName`, the same in every language, where it is one of the product's own.
    pub system_name: Option<String>,
    /// Type of the object that it is on, such as `HostSystem` or `Folder`.
    pub entity_kind: String,
    /// Managed object id of that object.
    pub entity: String,
    /// `red` or `yellow`.
    pub status: String,
    /// When it turned so, by vCenter's clock.
    pub since: UnixTime,
    /// Whether a person has acknowledged it.
    pub acknowledged: bool,
}

/// One event of vCenter's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VCenterEvent {
    /// Its number in vCenter's log, where that was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<i64>,
    /// The number of the event that began the operation which it belongs to, where that was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chain: Option<i64>,
    /// `eventTypeId`, such as `com.vmware.vc.sms.VasaProviderDisconnectedEvent`.
    pub kind: String,
    /// When, by vCenter's clock.
    pub at: UnixTime,
    /// Managed object id of the host that it is about, where it names one.
    pub host: Option<String>,
    /// Its text in the language of the session, one line.
    pub message: String,
    /// Its arguments, such as `providerName`, in the order in which they came.
    pub arguments: Vec<(String, String)>,
}

impl VCenterEvent {
    /// The last part of its kind: `VasaProviderDisconnectedEvent`.
    pub fn short_kind(&self) -> &str {
        self.kind.rsplit('.').next().unwrap_or(&self.kind)
    }
}
