//! Everything that a survey can ask, and how each question is put.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{happenings, names};
use crate::certificate::Fingerprint;
use crate::facts::HostId;
use crate::job::Job;
use crate::request::{FileChunk, Look, SshLook, SshRequest, TlsPeek, secret};
use crate::wire::vim::alarms::AlarmState;
use crate::wire::{MoRef, VCenter, rest, sms, version_page, vim};

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
    /// Was there a backup?
    Backups,
    /// Which nodes are linked?
    Nodes,
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

/// The extension by which SDDC Manager registers itself. Practitioner knowledge (grade D): its presence closes a gate,
/// its absence proves nothing, which is why the gate says so.
const CLOUD_FOUNDATION: &str = "com.vmware.sddcManager";
/// What the calls and steps of this crate need, besides a login.
const PRIVILEGES: [&str; 10] = [
    "Alarm.Acknowledge",
    "Alarm.SetStatus",
    "Certificate.Manage",
    "Host.Config.Connection",
    "Host.Config.DateTime",
    "Host.Config.NetService",
    "StorageViews.ConfigureService",
    "StorageViews.View",
    "System.Read",
    "System.View",
];
/// Bytes that a piece of a log may have.
const LOG_PIECE_BYTES: u32 = 1 << 20;
/// Bytes that `sps.log` may have over SSH; a little more than the command prints.
const LOG_BYTES: u32 = 34 << 20;
/// Bytes that all stores of VECS may have; in mode `thumbprint` there is an entry of some 1.7 kB for each host.
const STORES_BYTES: u32 = 16 << 20;
/// Bytes that all published roots may have.
const ROOTS_BYTES: u32 = 1 << 20;
/// Bytes that a small file may have.
const FILE_BYTES: u32 = 1 << 16;
/// Seconds that a TLS peek may take; a dead host must not hold up the others.
const PEEK_SECONDS: u32 = 10;

impl Question {
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
            | Self::Backups
            | Self::Nodes
            | Self::Addresses
            | Self::TrustedRoots
            | Self::TrustedRoot { .. } => Some(Session::Rest),
        }
    }

    /// Puts it into a request. `None` when something it needs was never learned; the reason stands where that failed.
    pub(crate) fn ask(&self, link: &Link, job: &Job, facts: &crate::facts::Facts) -> Option<Look> {
        let vcenter = &link.vcenter;
        let content = || link.content.as_ref();
        Some(match self {
            Self::ServiceVersions => vim::service_versions::request(vcenter),
            Self::ServiceContent => vim::service_content::request(vcenter),
            Self::Login => vim::login::request(vcenter, content()?.session_manager.as_ref()?, &job.user),
            Self::Logout => vim::logout::request(vcenter, content()?.session_manager.as_ref()?),
            Self::RestLogin => rest::session::login(vcenter),
            Self::RestLogout => rest::session::logout(vcenter),
            Self::PeekVCenter => peek(&job.vcenter, job.vcenter_host()),
            Self::CurrentTime | Self::IsSessionAlive => vim::current_time::request(vcenter),
            Self::CertificateSettings => vim::query_options::request(
                vcenter,
                content()?.option_manager.as_ref()?,
                vim::query_options::CERTIFICATE_SETTINGS,
            ),
            Self::CloudFoundation => {
                vim::find_extension::request(vcenter, content()?.extension_manager.as_ref()?, CLOUD_FOUNDATION)
            }
            Self::HighAvailability => {
                vim::high_availability::request(vcenter, content()?.failover_cluster_configurator.as_ref()?)
            }
            Self::Privileges => vim::has_privileges::request(
                vcenter,
                content()?.authorization_manager.as_ref()?,
                std::slice::from_ref(&content()?.root_folder),
                facts.vcenter.session.value()?,
                &PRIVILEGES,
            ),
            Self::Alarms => vim::alarms::triggered(vcenter, &content()?.property_collector, &content()?.root_folder),
            Self::AlarmNames { states } => {
                let mut alarms: Vec<MoRef> = states.iter().map(|state| state.alarm.clone()).collect();
                alarms.sort();
                alarms.dedup();
                vim::alarms::definitions(vcenter, &content()?.property_collector, &alarms)
            }
            Self::Events { seconds } => vim::events::request(
                vcenter,
                content()?.event_manager.as_ref()?,
                happenings::begin(facts, *seconds),
                &happenings::KINDS,
            ),
            Self::RunningTasks { tasks } => {
                let tasks: Vec<MoRef> = tasks.iter().flat_map(|(_, tasks)| tasks.clone()).collect();
                vim::task_info::states(vcenter, &content()?.property_collector, &tasks)
            }
            Self::VasaClient { host } => {
                let manager = facts.hosts.get(host)?.certificate_manager.value()?;
                vim::certificate_info::list(vcenter, &certificate_manager(manager))
            }
            Self::HostView => vim::container_view::create(
                vcenter,
                content()?.view_manager.as_ref()?,
                &content()?.root_folder,
                "HostSystem",
            ),
            Self::HostPage { view, token: None, .. } => {
                vim::host_page::request(vcenter, &content()?.property_collector, view)
            }
            Self::HostPage { token: Some(token), .. } => {
                vim::host_page::next(vcenter, &content()?.property_collector, token)
            }
            Self::Hosts { hosts } => {
                let hosts: Vec<MoRef> = hosts.iter().map(|host| MoRef::new("HostSystem", &host.0)).collect();
                vim::host_page::request_for(vcenter, &content()?.property_collector, &hosts)
            }
            Self::ClusterNames { clusters } => {
                vim::clusters::request(vcenter, &content()?.property_collector, clusters)
            }
            Self::CertificateInfo { managers } => {
                let managers: Vec<MoRef> = managers.iter().map(|(_, id)| certificate_manager(id)).collect();
                vim::certificate_info::request(vcenter, &content()?.property_collector, &managers)
            }
            Self::CaStore { host } => {
                let manager = facts.hosts.get(host)?.certificate_manager.value()?;
                vim::certificate_lists::ca_certificates(vcenter, &certificate_manager(manager))
            }
            Self::RevocationLists { host } => {
                let manager = facts.hosts.get(host)?.certificate_manager.value()?;
                vim::certificate_lists::revocation_lists(vcenter, &certificate_manager(manager))
            }
            Self::HostClock { host } => {
                let system = facts.hosts.get(host)?.date_time_system.value()?;
                vim::query_date_time::request(vcenter, &MoRef::new("HostDateTimeSystem", system))
            }
            Self::DisksUsingFilter { cluster, filter } => {
                vim::io_filters::disks(vcenter, content()?.io_filter_manager.as_ref()?, filter, cluster)
            }
            Self::Peek443 { host } => {
                let host = facts.hosts.get(host)?;
                peek(&Job::authority(address_of(host), job.esxi_https_port), &host.name)
            }
            Self::Peek9080 { host } => {
                let host = facts.hosts.get(host)?;
                peek(&Job::authority(address_of(host), job.provider_port), &host.name)
            }
            Self::VimTask { task } => {
                vim::task_info::request(vcenter, &content()?.property_collector, std::slice::from_ref(task))
            }
            Self::SmsTask { task } => sms::task_info::request(vcenter, task),
            Self::StorageManager => sms::storage_manager::request(vcenter),
            Self::Providers => sms::providers::request(vcenter, link.storage_manager.as_ref()?),
            Self::ProviderInfo { provider, .. } => sms::provider_info::request(vcenter, provider),
            Self::SpsService => rest::service::state(vcenter, rest::service::STORAGE_PROFILE_SERVICE),
            Self::Backups => rest::backup_jobs::request(vcenter),
            Self::Nodes => rest::nodes::request(vcenter),
            Self::Addresses => rest::network_interfaces::request(vcenter),
            Self::TrustedRoots => rest::trusted_roots::list(vcenter),
            Self::TrustedRoot { chain } => rest::trusted_roots::one(vcenter, chain),
            Self::CertificateStores => on_appliance(job, SshLook::ReadCertificateStores, STORES_BYTES)?,
            Self::PublishedRoots => on_appliance(job, SshLook::ReadPublishedRoots, ROOTS_BYTES)?,
            Self::SpsErrors => on_appliance(job, SshLook::MeasureSpsErrors, FILE_BYTES)?,
            Self::SpsLog => on_appliance(job, SshLook::ReadSpsLog, LOG_BYTES)?,
            Self::SavedLog { name, offset } => {
                Look::File(FileChunk { name: name.clone(), offset: *offset, length: LOG_PIECE_BYTES })
            }
            Self::HostFolder { host } => on_host(job, facts.hosts.get(host)?, SshLook::ListHostCertificateFolder)?,
            Self::HostFile { host } => on_host(job, facts.hosts.get(host)?, SshLook::ReadHostCertificate)?,
            Self::InspectHost { host } => on_host(job, facts.hosts.get(host)?, SshLook::InspectHost)?,
            Self::VersionPage { host, leaf } => {
                let authority = Job::authority(address_of(facts.hosts.get(host)?), job.provider_port);
                version_page::request(authority, leaf, PEEK_SECONDS)
            }
            Self::Names { hosts } => names::ask(hosts.iter().filter_map(|host| facts.hosts.get(host))),
        })
    }
}

/// Where a host is reached: at its management address, which needs no name service, else by its name.
pub(crate) fn address_of(host: &crate::facts::Host) -> &str {
    let addresses = host.management_addresses.value();
    addresses.and_then(|addresses| addresses.first()).map_or(host.name.as_str(), String::as_str)
}

pub(crate) fn certificate_manager(id: &str) -> MoRef {
    MoRef::new("HostCertificateManager", id)
}

fn peek(authority: &str, name: &str) -> Look {
    let is_address = name.parse::<std::net::IpAddr>().is_ok();
    Look::Peek(TlsPeek {
        authority: authority.to_owned(),
        server_name: (!is_address).then(|| name.to_owned()),
        deadline_seconds: PEEK_SECONDS,
    })
}

fn on_appliance(job: &Job, command: SshLook, max_output_bytes: u32) -> Option<Look> {
    let login = job.appliance_ssh.as_ref()?;
    let address = job.appliance_address.as_deref().unwrap_or_else(|| job.vcenter_host());
    Some(Look::Ssh(SshRequest {
        authority: Job::authority(address, login.port),
        user: login.user.clone(),
        credential: secret::APPLIANCE_SSH.to_owned(),
        command,
        input: String::new(),
        max_output_bytes,
        deadline_seconds: job.deadline_seconds,
    }))
}

fn on_host(job: &Job, host: &crate::facts::Host, command: SshLook) -> Option<Look> {
    let login = job.esxi_ssh.as_ref()?;
    Some(Look::Ssh(SshRequest {
        authority: Job::authority(address_of(host), login.port),
        user: login.user.clone(),
        credential: secret::ESXI_SSH.to_owned(),
        command,
        input: String::new(),
        max_output_bytes: FILE_BYTES,
        deadline_seconds: job.deadline_seconds,
    }))
}
