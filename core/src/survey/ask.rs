//! How each question is put: which call, to whom, with what.

use super::question::{Link, Question};
use super::{happenings, names};
use crate::facts::{Facts, Host};
use crate::job::Job;
use crate::request::{FileChunk, Look, SshLook, SshRequest, TlsPeek, secret};
use crate::wire::{MoRef, rest, sms, version_page, vim};

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
    /// Puts it into a request. `None` when something it needs was never learned; the reason stands where that failed.
    #[expect(clippy::too_many_lines, reason = "a table: one arm a question")]
    pub(crate) fn ask(&self, link: &Link, job: &Job, facts: &Facts) -> Option<Look> {
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
            Self::MachineOf { node } => vim::machines::find(vcenter, content()?.search_index.as_ref()?, node),
            Self::Snapshots { machine, .. } => {
                vim::machines::snapshots(vcenter, &content()?.property_collector, std::slice::from_ref(machine))
            }
            Self::Failover { clusters } => vim::failover::request(vcenter, &content()?.property_collector, clusters),
            Self::AutoDeploy => rest::service::state(vcenter, rest::service::AUTO_DEPLOY_SERVICE),
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
pub(crate) fn address_of(host: &Host) -> &str {
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

fn on_host(job: &Job, host: &Host, command: SshLook) -> Option<Look> {
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
