//! One ESXi host.

use serde::{Deserialize, Serialize};

use super::{Missing, Observed, Presented, not_yet};
use crate::certificate::Fingerprint;
use crate::time::UnixTime;

/// A host's managed object id, such as `host-21`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HostId(pub String);

/// What was seen of one ESXi host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Host {
    /// Managed object id.
    pub id: HostId,
    /// The name or address that it was added to vCenter by.
    pub name: String,
    /// Hardware uuid (`hardware.systemInfo.uuid`); part of the provider's array id.
    pub uuid: Observed<String>,
    /// The cluster's name, or the host's own compute resource when it stands alone.
    pub cluster: Observed<String>,
    /// The cluster's managed object id.
    pub cluster_id: Observed<String>,
    /// `runtime.connectionState`.
    pub connection: Observed<ConnectionState>,
    /// `runtime.inMaintenanceMode`.
    pub in_maintenance: Observed<bool>,
    /// Product version such as `8.0.3`.
    pub version: Observed<String>,
    /// Addresses of the VMkernel adapters that carry management traffic.
    pub management_addresses: Observed<Vec<String>>,
    /// `config.lockdownMode`.
    pub lockdown: Observed<Lockdown>,
    /// `config.service.service`.
    pub services: Observed<Vec<HostService>>,
    /// `config.ioFilterInfo`.
    pub io_filters: Observed<Vec<IoFilter>>,
    /// Virtual disks in the host's cluster that use an IO filter.
    pub disks_using_filter: Observed<u32>,
    /// True when the host takes part in vSAN.
    pub in_vsan: Observed<bool>,
    /// What vCenter says of the host certificate; it may lag reality by its poll interval of 5 days.
    pub reported: Observed<ReportedCertificate>,
    /// What was shown on port 443.
    pub on_443: Observed<Presented>,
    /// What was shown on the provider's port, 9080.
    pub on_9080: Observed<Presented>,
    /// The CA certificates that the host trusts (`castore.pem`).
    pub ca_store: Observed<Vec<Fingerprint>>,
    /// The revocation lists beside them, in PEM; passed back whenever the store is replaced.
    pub ca_revocation_lists: Observed<Vec<String>>,
    /// Seconds that the host's clock is ahead of vCenter's; negative when behind.
    pub clock_ahead_of_vcenter_seconds: Observed<i64>,
    /// Managed object id of its `HostCertificateManager`.
    pub certificate_manager: Observed<String>,
    /// Managed object id of its `HostServiceSystem`.
    pub service_system: Observed<String>,
    /// Managed object id of its `HostDateTimeSystem`.
    pub date_time_system: Observed<String>,
}

impl Host {
    /// A host of which only its id and name are known.
    pub fn named(id: HostId, name: String) -> Self {
        Self {
            id,
            name,
            uuid: not_yet("the hardware uuid"),
            cluster: not_yet("the cluster"),
            cluster_id: not_yet("the cluster"),
            connection: not_yet("the connection state"),
            in_maintenance: not_yet("the maintenance mode"),
            version: not_yet("the version"),
            management_addresses: not_yet("the management address"),
            lockdown: not_yet("the lockdown mode"),
            services: not_yet("the list of services"),
            io_filters: not_yet("the list of IO filters"),
            disks_using_filter: not_yet("the number of disks that use a filter"),
            in_vsan: not_yet("the vSAN configuration"),
            reported: not_yet("the certificate status"),
            on_443: not_yet("the certificate on port 443"),
            on_9080: not_yet("the certificate on port 9080"),
            ca_store: not_yet("the list of trusted CA certificates"),
            ca_revocation_lists: not_yet("the list of revocation lists"),
            clock_ahead_of_vcenter_seconds: not_yet("the clock"),
            certificate_manager: not_yet("the certificate manager"),
            service_system: not_yet("the service system"),
            date_time_system: not_yet("the date and time system"),
        }
    }

    /// True when vCenter can reach the host now. Only such hosts can be judged by what vCenter says of them.
    pub fn is_connected(&self) -> bool {
        self.connection.value() == Some(&ConnectionState::Connected)
    }

    /// The major version, such as 8. `None` when the version is unknown or odd.
    pub fn major_version(&self) -> Option<u32> {
        self.version.value()?.split('.').next()?.parse().ok()
    }

    /// True unless its compute resource is known to be its own (`domain-s..` where a cluster is `domain-c..`).
    /// `Err` when the compute resource is not known.
    pub fn is_in_cluster(&self) -> Result<bool, &Missing> {
        self.cluster_id.known().map(|id| !id.starts_with("domain-s"))
    }

    /// True when `name` is one that this host is known by in vCenter: its name or a management address.
    pub fn is_called(&self, name: &str) -> bool {
        let is_management_address = || {
            self.management_addresses.value().is_some_and(|addresses| addresses.iter().any(|address| address == name))
        };
        self.name.eq_ignore_ascii_case(name) || is_management_address()
    }
}

/// `HostSystemConnectionState`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ConnectionState {
    /// vCenter talks to the host.
    Connected,
    /// vCenter gets no answer.
    NotResponding,
    /// A person disconnected it.
    Disconnected,
    /// A word that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// `HostLockdownMode`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Lockdown {
    /// Off.
    LockdownDisabled,
    /// Direct logins only for exception users and at the console.
    LockdownNormal,
    /// As normal, and the console is off.
    LockdownStrict,
    /// A word that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// One row of `config.service.service`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostService {
    /// Such as `TSM-SSH`.
    pub key: String,
    /// Whether it runs now.
    pub running: bool,
    /// `on`, `off` or `automatic`.
    pub policy: String,
}

/// One row of `config.ioFilterInfo`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IoFilter {
    /// Its id, such as `VMW_vmwarevmcrypt_1.0.0`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `cache`, `replication`, `encryption`, ...; empty when not sent.
    pub kind: String,
    /// Whether it can be used on this host.
    pub available: bool,
}

/// `HostCertificateManagerCertificateInfo` as vCenter tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportedCertificate {
    /// `good`, `expiring`, `expiringShortly`, `expirationImminent`, `expired`, `unknown`.
    pub status: String,
    /// The issuer's name, if sent.
    pub issuer: Option<String>,
    /// Its end, if sent.
    pub not_after: Option<UnixTime>,
}
