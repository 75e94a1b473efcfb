//! One ESXi host: what it serves, what it trusts, and what state vCenter sees it in.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use serde::Serialize;
use time::{Duration, OffsetDateTime};

use crate::pki::{Certificate, Identity};
use crate::scenario::Ssh;

/// An ESXi host.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is one independent state that vCenter shows as a boolean")]
pub struct Host {
    /// Name in the inventory.
    pub name: String,
    /// Managed object id, `host-<n>`.
    pub moref: String,
    /// Hardware uuid; the provider's array is `IOFILTERS:<uuid>`.
    pub uuid: String,
    /// Its cluster's managed object id.
    pub cluster: String,
    /// Its address.
    pub address: Ipv4Addr,
    /// Release.
    pub version: String,
    /// Build number.
    pub build: String,
    /// Is it connected to vCenter?
    pub connection: Connection,
    /// Is it in maintenance mode?
    pub maintenance: bool,
    /// Lockdown mode.
    pub lockdown: Lockdown,
    /// Services by key, such as `TSM-SSH`.
    pub services: BTreeMap<String, Service>,
    /// I/O filters installed on it.
    pub filters: Vec<Filter>,
    /// Virtual disks that use a filter.
    pub disks_in_use: Vec<FilteredDisk>,
    /// What port 443 serves: the pair that the agents loaded last, not always what `rui.crt` holds.
    pub machine: Identity,
    /// What port 9080 serves: the provider's own copy.
    pub provider: Identity,
    /// What a firewall that breaks TLS open shows in place of both, to whoever is not vCenter.
    pub forged: Option<Identity>,
    /// Files of `/etc/vmware/ssl` but for `castore.pem`.
    pub files: BTreeMap<String, FileContent>,
    /// Certificates of `/etc/vmware/ssl/castore.pem`, in order.
    pub castore: Vec<Arc<Certificate>>,
    /// Revocation lists, PEM.
    pub crls: Vec<String>,
    /// How far its clock is ahead of vCenter's.
    pub clock_offset: Duration,
    /// Does `ioFilterVPServer` run?
    pub provider_daemon: bool,
    /// How it is, where it runs.
    pub provider_health: ProviderHealth,
    /// Could the agents load the pair that was on disk when they last started? Without it nothing listens on 443.
    pub agents_serve: bool,
    /// The address that its name leads to.
    pub resolves_to: Ipv4Addr,
    /// The certificate that vCenter recorded when it last connected.
    pub recorded: Arc<Certificate>,
    /// Is it a member of a vSAN cluster?
    pub vsan: bool,
    /// What its firewall lets in to the provider's port.
    pub rule_set: RuleSet,
    /// Does a firewall on the way to it drop everything for the provider's port?
    pub filtered: bool,
    /// The time servers that it is told to ask.
    pub time_servers: Vec<String>,
    /// Does vSphere Trust Authority attest it?
    pub attested: bool,
    /// What `vvold` shows to arrays, if it has been given a certificate.
    pub vasa_client: Option<Arc<Certificate>>,
    /// What stands in `castore.pem` besides certificates.
    pub castore_junk: Vec<String>,
    /// Is it stateless (Auto Deploy)?
    pub stateless: bool,
    /// Who answers on its SSH port.
    pub ssh: Ssh,
    /// How many certificates were issued to it.
    pub turns: u64,
}

/// The firewall rule set `iofiltervp` (`HostFirewallRuleset`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleSet {
    /// Is the port open at all?
    pub enabled: bool,
    /// To every address?
    pub all_addresses: bool,
    /// If not: to these addresses, and networks such as `192.0.2.0/24`.
    pub allowed: Vec<String>,
}

impl RuleSet {
    /// As ESXi is installed.
    pub fn open() -> Self {
        Self { enabled: true, all_addresses: true, allowed: Vec::new() }
    }

    /// Does it let in what comes from this address?
    pub fn admits(&self, from: Ipv4Addr) -> bool {
        self.enabled && (self.all_addresses || self.allowed.iter().any(|allowed| holds(allowed, from)))
    }
}

fn holds(allowed: &str, address: Ipv4Addr) -> bool {
    let (network, length) = allowed.split_once('/').unwrap_or((allowed, "32"));
    let (Ok(network), Ok(length)) = (network.parse::<Ipv4Addr>(), length.parse::<u32>()) else { return false };
    let mask = u32::MAX.checked_shl(32_u32.saturating_sub(length)).unwrap_or(0);
    network.to_bits() & mask == address.to_bits() & mask
}

/// How a provider daemon that runs is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderHealth {
    /// Well.
    Well,
    /// It answers every request with 500, until it is restarted.
    Sick,
    /// It has no certificate to show and hangs up, until it is restarted where there is one to copy.
    NoCertificate,
    /// Its TLS settings have nothing in common with anybody's.
    NoCommonCipher,
}

/// `HostSystemConnectionState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Connection {
    /// Connected.
    Connected,
    /// vCenter gets no answer from its agent.
    NotResponding,
    /// A person disconnected it.
    Disconnected,
}

impl Connection {
    /// As vCenter spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::NotResponding => "notResponding",
            Self::Disconnected => "disconnected",
        }
    }
}

/// `HostLockdownMode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Lockdown {
    /// No lockdown.
    #[serde(rename = "lockdownDisabled")]
    Disabled,
    /// Normal lockdown: root has no direct access.
    #[serde(rename = "lockdownNormal")]
    Normal,
    /// Strict lockdown.
    #[serde(rename = "lockdownStrict")]
    Strict,
}

impl Lockdown {
    /// As vCenter spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disabled => "lockdownDisabled",
            Self::Normal => "lockdownNormal",
            Self::Strict => "lockdownStrict",
        }
    }
}

/// A host service (`HostService`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Service {
    /// Label.
    pub label: String,
    /// Does it run?
    pub running: bool,
    /// `on`, `off` or `automatic`.
    pub policy: String,
}

/// An I/O filter on a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Filter {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Vendor.
    pub vendor: String,
    /// Release.
    pub version: String,
    /// Kind, such as `datastoreIoControl`.
    pub kind: String,
    /// Is it available on this host?
    pub available: bool,
}

/// A virtual disk that uses a filter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FilteredDisk {
    /// The filter's id.
    pub filter: String,
    /// The virtual machine's managed object id.
    pub machine: String,
    /// The disk's device key.
    pub disk: i32,
}

/// What a file under `/etc/vmware/ssl` holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileContent {
    /// A certificate in PEM.
    Certificate(Arc<Certificate>),
    /// A private key, by number.
    Key(usize),
    /// Nothing: it is only there.
    Nothing,
}

/// What holds for a host's doors (its listening ports).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Door {
    /// Port 443.
    Https,
    /// Port 9080.
    Provider,
    /// SSH.
    Ssh,
}

impl Host {
    /// Is this one of its names: managed object id, inventory name, address?
    pub fn goes_by(&self, key: &str) -> bool {
        self.moref == key || self.name.eq_ignore_ascii_case(key) || self.address.to_string() == key
    }

    /// The number in front of its release: 7, 8, 9.
    pub fn major(&self) -> u32 {
        self.version.split('.').next().and_then(|major| major.parse().ok()).unwrap_or(0)
    }

    /// Does vCenter show it `sps-extension` rather than `sms_self_signed` (KB 440183)?
    pub fn speaks_vasa_five(&self) -> bool {
        self.major() >= 9
    }

    /// What its clock shows when vCenter's shows `now`.
    pub fn clock(&self, now: OffsetDateTime) -> OffsetDateTime {
        now + self.clock_offset
    }

    /// Is a service running? One that it does not have is not.
    pub fn runs(&self, service: &str) -> bool {
        self.services.get(service).is_some_and(|service| service.running)
    }

    /// Is something listening behind this door?
    pub fn is_open(&self, door: Door) -> bool {
        match door {
            Door::Https => self.agents_serve,
            Door::Provider => self.provider_daemon,
            Door::Ssh => self.runs(SSH_SERVICE),
        }
    }

    /// Does its provider answer who comes from this address, by the name of the host, and trusts it?
    pub fn answers_provider(&self, from: Ipv4Addr) -> bool {
        let is_well = self.provider_daemon && self.provider_health == ProviderHealth::Well;
        is_well && self.resolves_to == self.address && !self.filtered && self.rule_set.admits(from)
    }

    /// Does its castore hold this very certificate?
    pub fn trusts(&self, certificate: &Certificate) -> bool {
        self.castore.iter().any(|trusted| trusted.fingerprint == certificate.fingerprint)
    }

    /// `castore.pem` as text.
    pub fn castore_text(&self) -> String {
        let junk = self.castore_junk.iter().map(String::as_str);
        self.castore.iter().map(|certificate| certificate.pem.as_str()).chain(junk).collect()
    }

    /// Puts a new pair on 443 and into `rui.crt` and `rui.key`.
    pub fn install(&mut self, identity: Identity) {
        self.files.insert("rui.crt".into(), FileContent::Certificate(Arc::clone(&identity.certificate)));
        self.files.insert("rui.key".into(), FileContent::Key(identity.key));
        self.machine = identity;
    }

    /// Copies the host's pair to the provider's own file and serves it on 9080.
    pub fn refresh_provider_copy(&mut self) {
        self.provider = self.machine.clone();
        self.files.insert(PROVIDER_FILE.into(), FileContent::Certificate(Arc::clone(&self.provider.certificate)));
    }

    /// The pair that `rui.crt` and `rui.key` hold, if both are there.
    pub fn pair_on_disk(&self) -> Option<Identity> {
        match (self.files.get("rui.crt"), self.files.get("rui.key")) {
            (Some(FileContent::Certificate(certificate)), Some(FileContent::Key(key))) => {
                Some(Identity { certificate: Arc::clone(certificate), key: *key })
            }
            _ => None,
        }
    }
}

/// Key of the SSH service.
pub const SSH_SERVICE: &str = "TSM-SSH";
/// The provider's own copy of the certificate.
pub const PROVIDER_FILE: &str = "iofiltervp.pem";
