//! What a lab is made of: the scenario file, in TOML or JSON, read strictly.
//!
//! Every key has a default, so an empty file is a healthy vCenter of three ESXi hosts. An unknown key is an error.

mod inventory;

use std::collections::BTreeMap;
use std::path::Path;

pub use inventory::{AlarmPlan, EventPlan, FailoverPlan, MachinePlan, SnapshotPlan};
use serde::{Deserialize, Serialize};

use crate::error::LabError;
use crate::faults::Rule;

/// A whole lab in data. The same scenario and seed give the same lab (but for the time, unless `now` is given).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scenario {
    /// Every uuid, serial number and session of the lab follows from it.
    pub seed: u64,
    /// The lab's time at start, RFC 3339; the real time when absent. It runs on from there.
    pub now: Option<String>,
    /// What ESXi hosts are called in the inventory, and so in their certificates.
    pub host_names: HostNames,
    /// The one vCenter.
    pub vcenter: VCenterPlan,
    /// The ports every address listens on.
    pub ports: Ports,
    /// Clusters with hosts by count.
    pub clusters: Vec<ClusterPlan>,
    /// Hosts by name: new ones, or more to say about a host that a cluster counted.
    pub hosts: Vec<HostPlan>,
    /// How the world behaves where the vendor's behaviour is not known.
    pub switches: Switches,
    /// How long things take, in milliseconds of real time.
    pub delays: Delays,
    /// What goes wrong on the wire.
    pub faults: Vec<Rule>,
}

/// How inventory names of ESXi hosts are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HostNames {
    /// Names under `lab.example`, which no resolver knows: reach a host by its management address.
    #[default]
    Name,
    /// The host's own loopback address, as for hosts added by address.
    Address,
}

/// The vCenter of a scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VCenterPlan {
    /// Its name, a subject alternative name of its machine SSL certificate.
    pub name: String,
    /// Release, three numbers.
    pub version: String,
    /// Build number.
    pub build: String,
    /// The administrator who may log in.
    pub username: String,
    /// Her password.
    pub password: String,
    /// `root` of the appliance and of every ESXi host.
    pub root_password: String,
    /// `vpxd.certmgmt.mode`.
    pub mode: Mode,
    /// Other advanced settings by key, over the vendor's defaults.
    pub options: BTreeMap<String, String>,
    /// Idle minutes after which a session ends (vendor's default is 30).
    pub session_minutes: u32,
    /// Troubles and gates of the vCenter, by code.
    pub troubles: Vec<String>,
    /// Privileges that the administrator's role lacks, such as `StorageViews.View`.
    pub denied_privileges: Vec<String>,
    /// Events of the past, besides those that the lab writes as things happen.
    pub events: Vec<EventPlan>,
    /// Alarms that are triggered, besides those that the lab raises as things happen.
    pub alarms: Vec<AlarmPlan>,
    /// Virtual machines that vCenters run in, as far as they are in this inventory.
    pub machines: Vec<MachinePlan>,
}

/// Who signs host certificates, `vpxd.certmgmt.mode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// VMCA signs and renews.
    #[default]
    Vmca,
    /// The customer's authority signs; vCenter never renews.
    Custom,
    /// Self-signed certificates, trusted one by one.
    Thumbprint,
}

impl Mode {
    /// The value of `vpxd.certmgmt.mode`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Vmca => "vmca",
            Self::Custom => "custom",
            Self::Thumbprint => "thumbprint",
        }
    }
}

/// Listening ports. `https` left out means 443 for root and 8443 for anyone else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ports {
    /// vCenter's and every host's HTTPS.
    pub https: Option<u16>,
    /// The IOFilter provider's.
    pub provider: u16,
    /// SSH.
    pub ssh: u16,
    /// The control URL's on 127.0.0.1; 0 takes any free one.
    pub control: u16,
}

/// A cluster and how many hosts it has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClusterPlan {
    /// Name in the inventory.
    pub name: String,
    /// Hosts to make, numbered on through all clusters: `esx01`, `esx02`, ...
    #[serde(default)]
    pub count: usize,
    /// Their release, 8.0.3 unless said.
    #[serde(default)]
    pub version: Option<String>,
    /// Troubles that every one of them has.
    #[serde(default)]
    pub troubles: Vec<String>,
    /// HA with admission control by hosts that may fail; HA is off when left out.
    #[serde(default)]
    pub failover: Option<FailoverPlan>,
}

/// One host by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostPlan {
    /// Short or full name; a name without a dot is put under `lab.example`.
    pub name: String,
    /// Its cluster; needed unless a cluster counted this host already.
    #[serde(default)]
    pub cluster: Option<String>,
    /// Release; its major number decides which certificate vCenter shows to the provider.
    #[serde(default)]
    pub version: Option<String>,
    /// Build number.
    #[serde(default)]
    pub build: Option<String>,
    /// Troubles and gates by code.
    #[serde(default)]
    pub troubles: Vec<String>,
    /// Who answers on its SSH port.
    #[serde(default)]
    pub ssh: Ssh,
    /// Whether TSM-SSH runs at the start.
    #[serde(default)]
    pub ssh_running: Option<bool>,
}

/// Who answers on a host's SSH port.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ssh {
    /// The lab's own server.
    #[default]
    Builtin,
    /// The system's OpenSSH `sshd`, whose forced command asks the control URL.
    Openssh,
}

/// Behaviour that the vendor does not document, one switch each. The default is the reading of KB 320568.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each switch is one open question, named as in the scenario file")]
pub struct Switches {
    /// Renewing the host certificate also replaces the copy served on 9080.
    pub renew_refreshes_provider: bool,
    /// A new host certificate comes with vCenter's roots, which take the place of all that the castore held.
    pub renewal_pushes_roots: bool,
    /// Restarting the provider daemon copies the host certificate to 9080.
    pub daemon_restart_refreshes_provider: bool,
    /// Reconnecting a host copies its certificate to 9080.
    pub reconnect_refreshes_provider: bool,
    /// `NotifyAffectedServices` restarts the provider daemon.
    pub notify_restarts_daemon: bool,
    /// Reconnecting a host in `vmca` mode issues a new certificate even if the old one is good.
    pub reconnect_reissues: bool,
    /// Reconnecting a host puts `sms_self_signed` into its castore.
    pub reconnect_pushes_sms: bool,
    /// Starting SPS puts `sms_self_signed` into every connected host's castore.
    pub sps_restart_pushes_sms: bool,
    /// Starting SPS registers a provider for each connected host that has none.
    pub sps_restart_registers_missing: bool,
    /// "Refresh CA certificates" overwrites the castore with roots only and so drops `sms_self_signed`.
    pub refresh_ca_drops_sms: bool,
    /// A sync makes SMS remember the certificate that 9080 serves now.
    pub sync_updates_cached_certificate: bool,
    /// A sync brings back a provider in status `disconnected`.
    pub sync_revives_disconnected: bool,
    /// `VasaProviderReconnect_Task` works for VASA 1.5 providers too (hosts before 9.0).
    pub reconnect_works_on_vasa_one: bool,
    /// `VasaProviderRefreshCertificate_Task` works for IOFilter providers.
    pub refresh_certificate_works: bool,
    /// Renewing an already expired host certificate is refused; only a reconnect helps.
    pub expired_renew_refused: bool,
    /// A provider that fails its TLS trust check becomes `disconnected` rather than `offline`.
    pub tls_failure_disconnects: bool,
    /// A provider that was unregistered comes back by itself at a later poll.
    pub unregistered_returns_by_itself: bool,
    /// Registering without a certificate is answered by `CertificateNotTrusted` even when the chain is known.
    pub register_asks_for_certificate: bool,
}

/// How long things take, in milliseconds of real time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Delays {
    /// A task waits in the queue.
    pub task_queued: u64,
    /// A task runs.
    pub task_running: u64,
    /// SPS stops, and again as long until it answers.
    pub sps_restart: u64,
    /// Between two looks of SPS at its providers.
    pub poll: u64,
}

impl Scenario {
    /// Reads a scenario from TOML text, or from JSON when it begins with a brace.
    /// Fails with the place and the reason when it is not one.
    pub fn parse(text: &str) -> Result<Self, LabError> {
        let parsed = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|cause| cause.to_string())
        } else {
            toml::from_str(text).map_err(|cause| cause.to_string())
        };
        parsed.map_err(|reason| LabError::Scenario { reason: one_line(&reason) })
    }

    /// Reads a scenario file. Fails when it cannot be read or is not one.
    pub fn read(path: &Path) -> Result<Self, LabError> {
        let text = std::fs::read_to_string(path)
            .map_err(|cause| LabError::Io { what: format!("read the scenario `{}`", path.display()), cause })?;
        Self::parse(&text)
    }

    /// Twelve ESXi hosts in three clusters, several of them in trouble that can be cured.
    pub fn demo() -> Result<Self, LabError> {
        Self::parse(include_str!("../scenarios/demo.toml"))
    }

    /// Six ESXi hosts in two clusters, nothing wrong.
    pub fn healthy() -> Result<Self, LabError> {
        Self::parse(include_str!("../scenarios/healthy.toml"))
    }

    /// `count` healthy hosts in clusters of at most sixteen.
    pub fn of_size(count: usize) -> Self {
        let clusters = (0..count.div_ceil(16))
            .map(|index| ClusterPlan {
                name: format!("cluster-{:03}", index + 1),
                count: count.saturating_sub(index * 16).min(16),
                ..ClusterPlan::default()
            })
            .collect();
        Self { clusters, ..Self::default() }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            seed: 1,
            now: None,
            host_names: HostNames::Name,
            vcenter: VCenterPlan::default(),
            ports: Ports::default(),
            clusters: Vec::new(),
            hosts: Vec::new(),
            switches: Switches::default(),
            delays: Delays::default(),
            faults: Vec::new(),
        }
    }
}

impl Default for VCenterPlan {
    fn default() -> Self {
        Self {
            name: "vc01.lab.example".into(),
            version: "8.0.3".into(),
            build: "24022515".into(),
            username: "administrator@vsphere.local".into(),
            password: "Lab-vCenter-1!".into(),
            root_password: "Lab-root-1!".into(),
            mode: Mode::Vmca,
            options: BTreeMap::new(),
            session_minutes: 30,
            troubles: Vec::new(),
            denied_privileges: Vec::new(),
            events: Vec::new(),
            alarms: Vec::new(),
            machines: Vec::new(),
        }
    }
}

impl Default for Ports {
    fn default() -> Self {
        Self { https: None, provider: 9080, ssh: 2222, control: 0 }
    }
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            renew_refreshes_provider: false,
            renewal_pushes_roots: false,
            daemon_restart_refreshes_provider: true,
            reconnect_refreshes_provider: false,
            notify_restarts_daemon: false,
            reconnect_reissues: true,
            reconnect_pushes_sms: false,
            sps_restart_pushes_sms: false,
            sps_restart_registers_missing: true,
            refresh_ca_drops_sms: true,
            sync_updates_cached_certificate: false,
            sync_revives_disconnected: false,
            reconnect_works_on_vasa_one: false,
            refresh_certificate_works: false,
            expired_renew_refused: true,
            tls_failure_disconnects: false,
            unregistered_returns_by_itself: false,
            register_asks_for_certificate: false,
        }
    }
}

impl Default for Delays {
    fn default() -> Self {
        Self { task_queued: 20, task_running: 80, sps_restart: 300, poll: 500 }
    }
}
