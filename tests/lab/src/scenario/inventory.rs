//! What a vCenter of the lab holds beside its hosts: machines with snapshots, spare capacity, events and alarms.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The virtual machine that a vCenter runs in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MachinePlan {
    /// What it calls itself: the name of a vCenter.
    pub node: String,
    /// Its snapshots, each taken of the one before.
    #[serde(default)]
    pub snapshots: Vec<SnapshotPlan>,
}

/// A snapshot of a virtual machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnapshotPlan {
    /// Its name.
    pub name: String,
    /// Minutes since it was taken.
    #[serde(default)]
    pub minutes_ago: u32,
    /// Was the machine powered off then?
    #[serde(default)]
    pub powered_off: bool,
}

/// What HA sets aside in a cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailoverPlan {
    /// Hosts that must be able to fail.
    pub wanted: i32,
    /// Hosts that may.
    pub present: i32,
}

/// An event of the past.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventPlan {
    /// `eventTypeId`, or `HostConnectedEvent`, `HostConnectionLostEvent`, `HostDisconnectedEvent`,
    /// `HostReconnectionFailedEvent`.
    pub kind: String,
    /// The host that it is about.
    #[serde(default)]
    pub host: Option<String>,
    /// Minutes since it happened.
    #[serde(default)]
    pub minutes_ago: u32,
    /// Its text; its kind when left out.
    #[serde(default)]
    pub message: Option<String>,
    /// Its arguments.
    #[serde(default)]
    pub arguments: BTreeMap<String, String>,
}

/// An alarm that is triggered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlarmPlan {
    /// Its name; one that the lab does not know is a definition of its own.
    pub name: String,
    /// Its name for programs, such as `alarm.HostConnectivityAlarm`.
    #[serde(default)]
    pub system_name: Option<String>,
    /// The host that it is on; the root folder when left out.
    #[serde(default)]
    pub host: Option<String>,
    /// `red` or `yellow`; red when left out.
    #[serde(default)]
    pub status: Option<String>,
    /// Minutes since it was triggered.
    #[serde(default)]
    pub minutes_ago: u32,
}
