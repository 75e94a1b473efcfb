//! The vCenter itself: versions, certificate settings, trusted roots, services, backups.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Alarm, Observed, Presented, VCenterEvent, VecsStore, not_yet};
use crate::certificate::Fingerprint;
use crate::time::UnixTime;

/// What was seen of the vCenter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VCenter {
    /// `host:port` as the job named it.
    pub authority: String,
    /// Product version such as `8.0.3`.
    pub version: Observed<String>,
    /// Build number.
    pub build: Observed<String>,
    /// `instanceUuid`, the same after a rename.
    pub instance_uuid: Observed<String>,
    /// Seconds that vCenter's clock is ahead of the host program's; negative when behind.
    pub clock_ahead_seconds: Observed<i64>,
    /// What it shows on its own HTTPS port.
    pub on_https: Observed<Presented>,
    /// `vpxd.certmgmt.mode`.
    pub mode: Observed<CertificateMode>,
    /// `vpxd.certmgmt.certs.*`.
    pub thresholds: Observed<Thresholds>,
    /// The certificates in VECS `TRUSTED_ROOTS`, as REST lists them.
    pub trusted_roots: Observed<Vec<Fingerprint>>,
    /// Entries of `TRUSTED_ROOTS` that could not be read as certificates.
    pub unreadable_roots: Vec<String>,
    /// The service `sps`, which talks to storage providers.
    pub sps: Observed<ServiceState>,
    /// The certificates that SPS shows to providers.
    pub sms: SmsCertificates,
    /// The newest backup that succeeded; `None` when there is none.
    pub backup: Observed<Option<Backup>>,
    /// The nodes of the SSO domain; more than one is linked mode.
    pub nodes: Observed<Vec<Node>>,
    /// Snapshots of the virtual machines that the nodes run in, by the node's name. Not known of a node whose machine is
    /// in another inventory.
    #[serde(default)]
    pub snapshots: BTreeMap<String, Observed<Vec<Snapshot>>>,
    /// True when vCenter High Availability is configured.
    pub high_availability: Observed<bool>,
    /// True when VMware Cloud Foundation (SDDC Manager) manages it.
    pub in_cloud_foundation: Observed<bool>,
    /// True when vCenter's service Auto Deploy (`rbd`) runs, or is about to start or stop; without it no host boots from
    /// the network.
    #[serde(default)]
    pub auto_deploy: Observed<bool>,
    /// The user that vCenter knows the session by. Not seen when there was no way in, with the reason.
    #[serde(default)]
    pub session: Observed<String>,
    /// By privilege id, whether the session holds it at the root folder.
    #[serde(default)]
    pub privileges: Observed<BTreeMap<String, bool>>,
    /// The addresses that hosts see it come from.
    #[serde(default)]
    pub addresses: Observed<Vec<String>>,
    /// Alarms that are red or yellow now, anywhere in the inventory.
    #[serde(default)]
    pub alarms: Observed<Vec<Alarm>>,
    /// Events about certificates, providers and filters; the newest first.
    #[serde(default)]
    pub events: Observed<Vec<VCenterEvent>>,
    /// From when on `events` is whole, by vCenter's clock. Not known when there were too many to send.
    #[serde(default)]
    pub events_since: Observed<UnixTime>,
    /// The stores of VECS (VMware Endpoint Certificate Store); told by the appliance's shell only.
    #[serde(default)]
    pub vecs: Observed<Vec<VecsStore>>,
    /// The roots that vpxd has published under `docRoot/certs`; told by the appliance's shell only.
    #[serde(default)]
    pub published_roots: Observed<Vec<Fingerprint>>,
    /// How `sps-runtime.log.stderr` grows; told by the appliance's shell only.
    #[serde(default)]
    pub sps_stderr: Observed<LogGrowth>,
}

impl VCenter {
    /// A vCenter of which only the address is known.
    pub fn nothing_yet(authority: &str) -> Self {
        Self {
            authority: authority.to_owned(),
            version: not_yet("the version"),
            build: not_yet("the build"),
            instance_uuid: not_yet("the instance uuid"),
            clock_ahead_seconds: not_yet("the clock"),
            on_https: not_yet("the certificate"),
            mode: not_yet("the certificate mode"),
            thresholds: not_yet("the certificate thresholds"),
            trusted_roots: not_yet("the list of trusted roots"),
            unreadable_roots: Vec::new(),
            sps: not_yet("the service `sps`"),
            sms: SmsCertificates {
                sms_self_signed: not_yet("the certificate `sms_self_signed`"),
                sps_extension: not_yet("the certificate `sps-extension`"),
            },
            backup: not_yet("the list of backups"),
            nodes: not_yet("the list of linked nodes"),
            snapshots: BTreeMap::new(),
            high_availability: not_yet("vCenter High Availability"),
            in_cloud_foundation: not_yet("VMware Cloud Foundation"),
            auto_deploy: not_yet("the service Auto Deploy"),
            session: not_yet("the session"),
            privileges: not_yet("the list of privileges"),
            addresses: not_yet("the list of addresses"),
            alarms: not_yet("the list of alarms"),
            events: not_yet("the list of events"),
            events_since: not_yet("the list of events"),
            vecs: not_yet("the certificate store VECS"),
            published_roots: not_yet("the folder of published roots"),
            sps_stderr: not_yet("the size of `sps-runtime.log.stderr`"),
        }
    }
}

/// `vpxd.certmgmt.mode`: who issues the host certificates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CertificateMode {
    /// vCenter's own CA.
    Vmca,
    /// A CA of the customer; vCenter must never replace a host certificate.
    Custom,
    /// None; certificates are pinned one by one.
    Thumbprint,
    /// A word that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// vCenter's own certificate thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// `softThreshold`, days; 240 by default.
    pub soft_days: i64,
    /// `hardThreshold`, days; 30 by default.
    pub hard_days: i64,
    /// `daysValid`, days; 1825 by default.
    pub days_valid: i64,
    /// `minutesBefore`, minutes that new certificates are back-dated; 1440 by default.
    pub minutes_before: i64,
    /// `pollIntervalDays`, days; 5 by default.
    pub poll_interval_days: i64,
}

/// What vCenter has when nobody changed it (vSphere documentation, "Certificate Settings").
impl Default for Thresholds {
    fn default() -> Self {
        Self { soft_days: 240, hard_days: 30, days_valid: 1825, minutes_before: 1440, poll_interval_days: 5 }
    }
}

/// A service of the appliance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceState {
    /// `STARTED`, `STARTING`, `STOPPED`, `STOPPING`.
    pub state: String,
    /// Its health, if it runs.
    pub health: ServiceHealth,
}

/// `HEALTHY`, `HEALTHY_WITH_WARNINGS`, `DEGRADED`, or nothing sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ServiceHealth {
    /// Well.
    Healthy,
    /// Well, with warnings.
    HealthyWithWarnings,
    /// Not well.
    Degraded,
    /// Nothing was sent, or a word that this version does not know.
    NotSent,
}

impl ServiceState {
    /// True when it runs and says that it is well.
    pub fn is_well(&self) -> bool {
        self.state == "STARTED" && matches!(self.health, ServiceHealth::Healthy | ServiceHealth::HealthyWithWarnings)
    }
}

/// The client certificates of SPS (VECS store `SMS`, KB 440183).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsCertificates {
    /// Shown to hosts below 9.0.
    pub sms_self_signed: Observed<Fingerprint>,
    /// Shown to hosts from 9.0 on.
    pub sps_extension: Observed<Fingerprint>,
}

/// A backup of the appliance that succeeded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backup {
    /// The job's id.
    pub job: String,
    /// When it ended.
    pub ended_at: UnixTime,
}

/// A snapshot of the virtual machine of a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// Its name.
    pub name: String,
    /// When it was taken, by the clock of vCenter.
    pub taken_at: UnixTime,
    /// Whether the machine was powered off then.
    pub powered_off: bool,
}

/// A node of the SSO domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// `VCSA_EMBEDDED`, `VCSA_EXTERNAL`, `PSC_EXTERNAL`.
    pub kind: String,
}

/// How much a log has grown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogGrowth {
    /// Its size, bytes.
    pub bytes: u64,
    /// Over how long that was written, seconds.
    pub seconds: u64,
}
