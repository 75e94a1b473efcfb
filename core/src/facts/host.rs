//! One ESXi host.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{Missing, Observed, Presented, not_yet};
use crate::certificate::{Fingerprint, is_same_name};
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
    /// Managed object id of its `HostFirewallSystem`.
    #[serde(default)]
    pub firewall_system: Observed<String>,
    /// The rule set `iofiltervp` of `config.firewall`, which lets SPS in to port 9080.
    #[serde(default)]
    pub firewall: Observed<ProviderRuleSet>,
    /// `summary.config.sslThumbprint`: the certificate that vCenter expects of the host, as vCenter writes it.
    #[serde(default)]
    pub expected_thumbprint: Observed<String>,
    /// What attests the host's identity; renewing the certificate of an attested host is not ours to do.
    #[serde(default)]
    pub attestation: Observed<Attestation>,
    /// True when the host boots from the network and keeps nothing (Auto Deploy); told by its shell only.
    #[serde(default)]
    pub stateless: Observed<bool>,
    /// The certificate that `vvold` shows to arrays (kind `VASAClient`, from 8.0.1 on); `None` when the host has none.
    #[serde(default)]
    pub vasa_client: Observed<Option<ReportedCertificate>>,
    /// Entries of the CA store that do not read as certificates, each with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ca_store_unreadable: Vec<String>,
    /// What name service says of the host, as the host program asks it.
    #[serde(default)]
    pub names: Observed<NamesSeen>,
    /// What `/version.xml` on port 9080 answers.
    #[serde(default)]
    pub version_xml: Observed<VersionXml>,
    /// The files `rui.crt` and `rui.key`; told by its shell only.
    #[serde(default)]
    pub machine_pair: Observed<MachinePair>,
    /// The time servers that it is told to ask (`config.dateTimeInfo.ntpConfig.server`).
    #[serde(default)]
    pub time_servers: Observed<Vec<String>>,
    /// Tasks of vCenter that run on the host now.
    #[serde(default)]
    pub running_tasks: Observed<u32>,
    /// Whether its cluster has what vSphere HA sets aside for hosts that fail.
    #[serde(default)]
    pub failover: Observed<FailoverCapacity>,
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
            firewall_system: not_yet("the firewall system"),
            firewall: not_yet("the firewall rule set `iofiltervp`"),
            expected_thumbprint: not_yet("the thumbprint that vCenter expects"),
            attestation: not_yet("the attestation"),
            stateless: not_yet("the way it boots"),
            vasa_client: not_yet("the certificate that it shows to arrays"),
            ca_store_unreadable: Vec::new(),
            names: not_yet("the name"),
            version_xml: not_yet("the page `version.xml`"),
            machine_pair: not_yet("the pair of certificate and key on disk"),
            time_servers: not_yet("the list of time servers"),
            running_tasks: not_yet("the list of tasks"),
            failover: not_yet("the failover capacity of the cluster"),
        }
    }

    /// True when vCenter can reach the host now. Only such hosts can be judged by what vCenter says of them.
    pub fn is_connected(&self) -> bool {
        self.connection.value() == Some(&ConnectionState::Connected)
    }

    /// True when vCenter is known not to reach the host now; false also where nobody asked, as with saved files.
    pub fn is_away(&self) -> bool {
        matches!(self.connection.value(), Some(ConnectionState::NotResponding | ConnectionState::Disconnected))
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
            let own = self.management_addresses.value();
            own.is_some_and(|addresses| addresses.iter().any(|address| is_same_name(address, name)))
        };
        is_same_name(&self.name, name) || is_management_address()
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

/// What vSphere HA sets aside in a cluster for hosts that fail (`ClusterDasConfigInfo`, `ClusterDasAdmissionControlInfo`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailoverCapacity {
    /// False when less is there than HA is told to set aside.
    pub is_whole: bool,
    /// In words: what is there, of what; or why nothing is set aside.
    pub told: String,
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

/// The firewall rule set of the provider's port (`HostFirewallRuleset`, key `iofiltervp`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderRuleSet {
    /// Whether port 9080 is open at all.
    pub enabled: bool,
    /// Whether it is open to every address.
    pub all_addresses: bool,
    /// The addresses and networks (`192.0.2.0/24`) that it is open to when not to all.
    pub allowed: Vec<String>,
}

impl ProviderRuleSet {
    /// Whether one of these addresses gets through: each is held against the addresses and networks that are allowed.
    pub fn admits_any(&self, addresses: &[String]) -> bool {
        let admits = |address: &String| self.allowed.iter().any(|allowed| is_within(address, allowed));
        self.enabled && (self.all_addresses || addresses.iter().any(admits))
    }
}

/// Whether an address is the one that is allowed, or of the network that is. What does not read as an address is
/// within nothing.
fn is_within(address: &str, allowed: &str) -> bool {
    let (network, length) =
        allowed.split_once('/').map_or((allowed, None), |(network, length)| (network, Some(length)));
    let (Ok(address), Ok(network)) = (address.parse::<IpAddr>(), network.parse::<IpAddr>()) else { return false };
    let (address, network, width) = match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            (u128::from(address.to_bits()), u128::from(network.to_bits()), 32)
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => (address.to_bits(), network.to_bits(), 128_u32),
        _ => return false,
    };
    let Some(length) = length.map_or(Some(width), |length| length.parse().ok()) else { return false };
    let Some(shift) = width.checked_sub(length) else { return false };
    address.checked_shr(shift).unwrap_or(0) == network.checked_shr(shift).unwrap_or(0)
}

/// What attests a host's identity (`HostListSummary`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attestation {
    /// `summary.tpmAttestation.status`: `accepted`, `notAccepted`; `None` without a TPM.
    pub tpm: Option<String>,
    /// Whether vSphere Trust Authority attests it.
    pub trust_authority: bool,
}

/// What name service says of a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamesSeen {
    /// The addresses of the host's name; empty when it has none.
    pub addresses: Vec<String>,
    /// The name that each management address leads back to; an address without one is left out.
    pub names: Vec<String>,
}

/// The answer to `GET /version.xml` on the provider's port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VersionXml {
    /// The HTTP status; 401 and 403 are normal where a client certificate is asked for.
    pub status: u16,
    /// The first version in it, such as `1.0`, if it reads as the page of a VASA provider.
    pub version: Option<String>,
}

/// The host's certificate and key on disk (`/etc/vmware/ssl`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MachinePair {
    /// Whether `rui.crt` is there and reads.
    pub has_certificate: bool,
    /// Whether `rui.key` is there and reads. The key itself is never read out.
    pub has_key: bool,
    /// Whether they belong together; `None` when one of them is not there.
    pub matches: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_gets_through_a_rule_set_by_itself_or_by_its_network() {
        let admits = |allowed: &str, address: &str| {
            let rules = ProviderRuleSet { enabled: true, all_addresses: false, allowed: vec![allowed.to_owned()] };
            rules.admits_any(&[address.to_owned()])
        };
        let cases = [
            ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.7", "192.0.2.8", false),
            ("192.0.2.0/24", "192.0.2.255", true),
            ("192.0.2.0/25", "192.0.2.128", false),
            ("0.0.0.0/0", "198.51.100.1", true),
            ("2001:db8::/32", "2001:db8:1::7", true),
            ("2001:db8::/32", "192.0.2.7", false),
            ("192.0.2.0/33", "192.0.2.7", false),
            ("192.0.2.0/x", "192.0.2.7", false),
            ("everyone", "192.0.2.7", false),
        ];
        for (allowed, address, expected) in cases {
            assert_eq!(admits(allowed, address), expected, "{address} by {allowed}");
        }
    }
}
