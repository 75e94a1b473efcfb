//! One step: what it does, when it is done, and how it is undone.

use serde::{Deserialize, Serialize};

use super::Condition;
use crate::certificate::Fingerprint;
use crate::facts::{HostId, ProviderId};
use crate::gates::Touches;
pub use crate::policy::Safety;
use crate::request::SshChange;

/// Names one step of one plan, in the order of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(pub u32);

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its place in the plan.
    pub id: StepId,
    /// The ESXi host that it is for; `None` for the vCenter.
    pub host: Option<HostRef>,
    /// What it does.
    pub act: Act,
    /// When this holds already, the step is not needed any more and is passed over.
    pub skip_when: Condition,
    /// When this holds, the step has done its work. Looked at after the act, until it holds or the time is up.
    pub done_when: Condition,
    /// What happens when it does not hold in time.
    pub if_not_done: IfNotDone,
    /// How it is taken back.
    pub undo: Undo,
    /// How far it may go unasked.
    pub safety: Safety,
    /// What it touches; a closed gate that holds this keeps the step out of the plan.
    pub touches: Touches,
    /// What is disturbed, in words.
    pub disturbs: String,
    /// The vSphere privilege or login that it needs.
    pub privilege: String,
    /// Seconds that its effect may take to show.
    pub timeout_seconds: i64,
}

/// A host, by id and by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostRef {
    /// Managed object id.
    pub id: HostId,
    /// Name, for people.
    pub name: String,
}

/// What happens when a step's effect does not show in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IfNotDone {
    /// The step has failed: nothing new is begun, and this host is taken back.
    Stop,
    /// The next step of the plan is a stronger one for the same end.
    GoOn,
}

/// How a step is taken back. Silence does not compile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undo {
    /// By this act.
    By {
        /// What is done.
        act: Act,
        /// What holds when it is taken back.
        done_when: Condition,
    },
    /// By putting back the list that was read just before the act.
    PutBackCaStore,
    /// There is nothing to take back, and why.
    Nothing(String),
    /// It cannot be taken back, and what a person can do instead.
    Impossible(String),
}

/// What a step does. The letters are those of the table of actions in ARCHITECTURE.md.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Act {
    /// A1: `VasaProviderSync_Task`.
    SyncProvider {
        /// The host whose provider it is.
        host: HostId,
    },
    /// A2: `VasaProviderReconnect_Task`; a no-op for VASA 1.5 providers, which is why it is never the last step.
    ReconnectProvider {
        /// The host whose provider it is.
        host: HostId,
    },
    /// A3: `UnregisterProvider_Task`.
    UnregisterProvider {
        /// The provider.
        provider: ProviderId,
    },
    /// A4: wait until the provider has registered itself.
    AwaitProvider {
        /// The host whose provider it is.
        host: HostId,
    },
    /// A7: `CertMgrRefreshCertificates_Task`.
    RenewHostCertificate {
        /// The host.
        host: HostId,
    },
    /// A8: list, append what is missing, replace; the revocation lists are passed back as they were.
    AddToCaStore {
        /// The host.
        host: HostId,
        /// What must be in the store afterwards, in PEM.
        certificates: Vec<PemCertificate>,
    },
    /// A9, A17: one command of the closed list, over SSH.
    Shell {
        /// The host.
        host: HostId,
        /// The command.
        command: SshChange,
    },
    /// A11, first half: `DisconnectHost_Task`.
    DisconnectHost {
        /// The host.
        host: HostId,
    },
    /// A11, second half: `ReconnectHost_Task`.
    ReconnectHost {
        /// The host.
        host: HostId,
        /// Whether vCenter is told to accept the certificate that 443 shows. Only after it was compared with the one
        /// on the host's disk, over SSH with a verified host key.
        accept_shown_certificate: bool,
    },
    /// A12: restart the service `sps` over REST.
    RestartSps,
    /// A12 for a service that is stopped: start it over REST.
    StartSps,
    /// `StartService` of `HostServiceSystem`, such as `TSM-SSH` for the time of the shell steps.
    StartService {
        /// The host.
        host: HostId,
        /// The service's key.
        service: String,
    },
    /// `StopService`.
    StopService {
        /// The host.
        host: HostId,
        /// The service's key.
        service: String,
    },
}

/// A certificate that a step writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PemCertificate {
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// The certificate in PEM.
    pub pem: String,
}

impl Act {
    /// What it does, as an imperative for people, without the host's name.
    pub fn title(&self) -> String {
        match self {
            Self::SyncProvider { .. } => "synchronise the storage provider".to_owned(),
            Self::ReconnectProvider { .. } => "reconnect the storage provider".to_owned(),
            Self::UnregisterProvider { provider } => format!("unregister the storage provider `{}`", provider.0),
            Self::AwaitProvider { .. } => "wait until the storage provider is registered and online".to_owned(),
            Self::RenewHostCertificate { .. } => "renew the host certificate by vCenter".to_owned(),
            Self::AddToCaStore { certificates, .. } => {
                let names: Vec<String> = certificates.iter().map(|one| one.fingerprint.short()).collect();
                format!("add to the host's CA store: {}", names.join(", "))
            }
            Self::Shell { command, .. } => format!("run `{}`", command.title()),
            Self::DisconnectHost { .. } => "disconnect the ESXi host from vCenter".to_owned(),
            Self::ReconnectHost { .. } => "reconnect the ESXi host to vCenter".to_owned(),
            Self::RestartSps => "restart the service `sps` on vCenter".to_owned(),
            Self::StartSps => "start the service `sps` on vCenter".to_owned(),
            Self::StartService { service, .. } => format!("start the service `{service}` on the ESXi host"),
            Self::StopService { service, .. } => format!("stop the service `{service}` on the ESXi host"),
        }
    }

    /// What a person would type or click to do the same; for a run that got stuck.
    pub fn by_hand(&self, host: &str) -> String {
        match self {
            Self::SyncProvider { .. } | Self::AwaitProvider { .. } => {
                format!(
                    "in the vSphere Client, Configure > Storage Providers, select the provider of `{host}`, Synchronize"
                )
            }
            Self::ReconnectProvider { .. } => {
                format!("in the vSphere Client, Configure > Storage Providers, select the provider of `{host}`, Rescan")
            }
            Self::UnregisterProvider { provider } => {
                format!(
                    "in the vSphere Client, Configure > Storage Providers, remove the provider with uid `{}`",
                    provider.0
                )
            }
            Self::RenewHostCertificate { .. } => {
                format!("in the vSphere Client, `{host}`, Configure > Certificate, Renew")
            }
            Self::AddToCaStore { .. } => format!(
                "on `{host}`, back up /etc/vmware/ssl/castore.pem, append the certificates of this step, and run `/etc/init.d/iofiltervpd restart`"
            ),
            Self::Shell { command, .. } => format!("on `{host}`, run: {}", command.text()),
            Self::DisconnectHost { .. } => format!("in the vSphere Client, `{host}`, Connection > Disconnect"),
            Self::ReconnectHost { .. } => format!("in the vSphere Client, `{host}`, Connection > Connect"),
            Self::RestartSps => "on the vCenter appliance, run: service-control --restart vmware-sps".to_owned(),
            Self::StartSps => "on the vCenter appliance, run: service-control --start vmware-sps".to_owned(),
            Self::StartService { service, .. } => {
                format!("in the vSphere Client, `{host}`, Configure > Services, start `{service}`")
            }
            Self::StopService { service, .. } => {
                format!("in the vSphere Client, `{host}`, Configure > Services, stop `{service}`")
            }
        }
    }

    /// True when its effect can be told from the state before. A restart leaves no such trace: a service that is well
    /// afterwards may never have been restarted.
    pub fn shows(&self) -> bool {
        !matches!(self, Self::RestartSps)
    }

    /// True when doing it twice is as good as doing it once.
    pub fn is_idempotent(&self) -> bool {
        match self {
            Self::SyncProvider { .. }
            | Self::ReconnectProvider { .. }
            | Self::AwaitProvider { .. }
            | Self::AddToCaStore { .. }
            | Self::DisconnectHost { .. }
            | Self::ReconnectHost { .. }
            | Self::RestartSps
            | Self::StartSps
            | Self::StartService { .. }
            | Self::StopService { .. }
            | Self::UnregisterProvider { .. } => true,
            Self::RenewHostCertificate { .. } => false,
            Self::Shell { command, .. } => match command {
                SshChange::RestartProviderDaemon
                | SshChange::RestartManagementAgents
                | SshChange::SetHostCertificateAside => true,
                SshChange::GenerateHostCertificate | SshChange::RestoreHostCertificate => false,
            },
        }
    }
}

impl SshChange {
    /// What the command is for, short.
    pub fn title(self) -> &'static str {
        match self {
            Self::RestartProviderDaemon => "/etc/init.d/iofiltervpd restart",
            Self::SetHostCertificateAside => "mv rui.crt old.rui.crt; mv rui.key old.rui.key",
            Self::GenerateHostCertificate => "/sbin/generate-certificates",
            Self::RestartManagementAgents => "services.sh restart",
            Self::RestoreHostCertificate => "mv old.rui.crt rui.crt; mv old.rui.key rui.key; services.sh restart",
        }
    }
}
