//! Everything that a survey can ask.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::certificate::Fingerprint;
use crate::facts::HostId;
use crate::wire::vim::alarms::AlarmState;
use crate::wire::{MoRef, VCenter, vim};

/// One question. Plain data, so that an open one can be kept and asked again in another process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub(crate) enum Question {
    /// Which API versions does vCenter speak?
    ServiceVersions,
    /// Where are its managers?
    ServiceContent,
    /// May I come in?
    Login,
    /// May I come in by REST?
    RestLogin,
    /// I go.
    Logout,
    /// I go from REST.
    RestLogout,
    /// What does vCenter show on its HTTPS port?
    PeekVCenter,
    /// What time is it there?
    CurrentTime,
    /// Is there really no host, or is there no session? See hazard 1 of the wire format.
    IsSessionAlive,
    /// What are its certificate settings?
    CertificateSettings,
    /// Is it managed by Cloud Foundation?
    CloudFoundation,
    /// Is High Availability configured?
    HighAvailability,
    /// What may the user do?
    Privileges,
    /// Which alarms are triggered?
    Alarms,
    /// What are they called?
    AlarmNames {
        /// The alarms.
        states: Vec<AlarmState>,
    },
    /// What happened?
    Events {
        /// How far back, seconds.
        seconds: i64,
    },
    /// A view of all hosts, please.
    HostView,
    /// A page of hosts: the first, or the one that the token names.
    HostPage {
        /// The view.
        view: MoRef,
        /// The token of the page before.
        token: Option<String>,
        /// Pages read so far.
        pages: u32,
    },
    /// These hosts once more.
    Hosts {
        /// Their ids.
        hosts: Vec<HostId>,
    },
    /// What are the clusters called?
    ClusterNames {
        /// Compute resources.
        clusters: Vec<MoRef>,
    },
    /// Have these clusters what HA sets aside for hosts that fail?
    Failover {
        /// Clusters.
        clusters: Vec<MoRef>,
    },
    /// What does vCenter say of these host certificates?
    CertificateInfo {
        /// Hosts and their certificate managers.
        managers: Vec<(HostId, String)>,
    },
    /// Which of these tasks run still?
    RunningTasks {
        /// The recent tasks of hosts.
        tasks: Vec<(HostId, Vec<MoRef>)>,
    },
    /// What does the host show to arrays?
    VasaClient {
        /// The host.
        host: HostId,
    },
    /// What does the host trust?
    CaStore {
        /// The host.
        host: HostId,
    },
    /// Which revocation lists does it have?
    RevocationLists {
        /// The host.
        host: HostId,
    },
    /// What time is it on the host?
    HostClock {
        /// The host.
        host: HostId,
    },
    /// How many disks use this filter?
    DisksUsingFilter {
        /// The cluster.
        cluster: MoRef,
        /// The filter's id.
        filter: String,
    },
    /// What does the host show on 443?
    Peek443 {
        /// The host.
        host: HostId,
    },
    /// What does it show on 9080?
    Peek9080 {
        /// The host.
        host: HostId,
    },
    /// What does the provider say of its versions, if it is still the one that showed this certificate?
    VersionPage {
        /// The host.
        host: HostId,
        /// The certificate that was just shown on 9080.
        leaf: Fingerprint,
    },
    /// Do the host's certificate and key belong together, and what does it boot from?
    InspectHost {
        /// The host.
        host: HostId,
    },
    /// What does the name service say of these hosts?
    Names {
        /// The hosts.
        hosts: Vec<HostId>,
    },
    /// Where is the storage manager?
    StorageManager,
    /// Which providers are there?
    Providers,
    /// What is known of this one?
    ProviderInfo {
        /// Its object id.
        provider: MoRef,
    },
    /// How far is this task of vCenter?
    VimTask {
        /// The task.
        task: MoRef,
    },
    /// How far is this task of SMS?
    SmsTask {
        /// The task.
        task: MoRef,
    },
    /// Does `sps` run?
    SpsService,
    /// Does vCenter boot hosts over the network?
    AutoDeploy,
    /// Was there a backup?
    Backups,
    /// Which nodes are linked?
    Nodes,
    /// Which virtual machine does this node run in?
    MachineOf {
        /// The node's name.
        node: String,
    },
    /// Which snapshots are there of it?
    Snapshots {
        /// The node's name.
        node: String,
        /// Its machine.
        machine: MoRef,
    },
    /// Which addresses does vCenter have?
    Addresses,
    /// Which roots does vCenter trust?
    TrustedRoots,
    /// This one, please.
    TrustedRoot {
        /// Its id.
        chain: String,
    },
    /// What is in the certificate stores of the appliance?
    CertificateStores,
    /// Which roots has vpxd published on the appliance?
    PublishedRoots,
    /// How does `sps-runtime.log.stderr` grow?
    SpsErrors,
    /// `sps.log` on the appliance.
    SpsLog,
    /// A piece of a saved log.
    SavedLog {
        /// Its name.
        name: String,
        /// Where the piece begins.
        offset: u64,
    },
    /// The names in a host's certificate folder.
    HostFolder {
        /// The host.
        host: HostId,
    },
    /// The certificate in a host's `rui.crt`.
    HostFile {
        /// The host.
        host: HostId,
    },
}

/// What a question needs to be let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Session {
    /// The session of `/sdk`, which `/sms/sdk` takes too.
    Vim,
    /// The session of the REST API.
    Rest,
}

/// What was learned of how to speak with this vCenter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Link {
    /// Versions and trust.
    pub(crate) vcenter: VCenter,
    /// The managers, once they are known.
    pub(crate) content: Option<vim::service_content::ServiceContent>,
    /// The storage manager, once it is known.
    pub(crate) storage_manager: Option<MoRef>,
    /// The providers that the newest list names, and whether each is known to be none of an ESXi host.
    pub(crate) listed_providers: BTreeMap<String, bool>,
}

impl Question {
    /// How far is this task, of vCenter or of SMS?
    pub(crate) fn of_task(task: &MoRef) -> Self {
        match task.kind.as_str() {
            "SmsTask" => Self::SmsTask { task: task.clone() },
            _ => Self::VimTask { task: task.clone() },
        }
    }

    /// The session that it needs, if any.
    pub(crate) fn session(&self) -> Option<Session> {
        match self {
            Self::ServiceVersions
            | Self::ServiceContent
            | Self::Login
            | Self::RestLogin
            | Self::PeekVCenter
            | Self::Peek443 { .. }
            | Self::Peek9080 { .. }
            | Self::VersionPage { .. }
            | Self::Names { .. }
            | Self::CertificateStores
            | Self::PublishedRoots
            | Self::SpsErrors
            | Self::InspectHost { .. }
            | Self::SpsLog
            | Self::SavedLog { .. }
            | Self::HostFolder { .. }
            | Self::HostFile { .. } => None,
            Self::Logout
            | Self::CurrentTime
            | Self::IsSessionAlive
            | Self::CertificateSettings
            | Self::CloudFoundation
            | Self::HighAvailability
            | Self::Privileges
            | Self::Alarms
            | Self::AlarmNames { .. }
            | Self::Events { .. }
            | Self::RunningTasks { .. }
            | Self::VasaClient { .. }
            | Self::HostView
            | Self::HostPage { .. }
            | Self::Hosts { .. }
            | Self::ClusterNames { .. }
            | Self::Failover { .. }
            | Self::MachineOf { .. }
            | Self::Snapshots { .. }
            | Self::CertificateInfo { .. }
            | Self::CaStore { .. }
            | Self::RevocationLists { .. }
            | Self::HostClock { .. }
            | Self::DisksUsingFilter { .. }
            | Self::VimTask { .. }
            | Self::SmsTask { .. }
            | Self::StorageManager
            | Self::Providers
            | Self::ProviderInfo { .. } => Some(Session::Vim),
            Self::RestLogout
            | Self::SpsService
            | Self::AutoDeploy
            | Self::Backups
            | Self::Nodes
            | Self::Addresses
            | Self::TrustedRoots
            | Self::TrustedRoot { .. } => Some(Session::Rest),
        }
    }
}
