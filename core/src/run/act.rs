//! From an act to the request that does it, and from the answer to what was begun.

use super::journal::SavedCaStore;
use super::saving;
use crate::certificate::Certificate;
use crate::facts::{Facts, Host, HostId};
use crate::job::Job;
use crate::plan::{Act, AlarmAt, RegisterWith, is_trusted};
use crate::request::{Change, HttpResponse, Response, SshChange, SshRequest, secret};
use crate::survey::{Inquiry, address_of, certificate_manager};
use crate::time::UnixTime;
use crate::wire::sms::provider_changes::{self, ProviderSpec};
use crate::wire::vim::host_connection::{self, HostIdentity};
use crate::wire::vim::{
    acknowledge_alarm, certificate_lists, clear_alarms, firewall, host_service, own_certificate, refresh_certificates,
    time_servers,
};
use crate::wire::{MoRef, WireError, rest};

/// Bytes that a command may print.
const OUTPUT_BYTES: u32 = 1 << 16;
/// Seconds that a command may take; restarting all agents takes minutes.
const COMMAND_SECONDS: u32 = 300;

/// What an act needs to be sent.
pub(super) enum Prepared {
    /// Nothing is sent; its condition is waited for.
    Wait,
    /// This is sent.
    Send(Box<Change>),
}

/// What an act has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Begun {
    /// It is over; whether it had its effect is seen by looking.
    Over,
    /// It is over, and this is what it was for.
    Made(String),
    /// A task of vCenter.
    VimTask(MoRef),
    /// A task of SMS.
    SmsTask(MoRef),
}

/// The request for an act. `saved` is what [`saving::save`] gave, `run` the number of the run.
pub(super) fn prepare(
    act: &Act,
    inquiry: &Inquiry,
    saved: Option<&SavedCaStore>,
    run: i64,
    now: UnixTime,
) -> Result<Prepared, String> {
    let change = match act {
        Act::AwaitProvider { .. } => return Ok(Prepared::Wait),
        Act::SyncProvider { .. }
        | Act::ReconnectProvider { .. }
        | Act::UnregisterProvider { .. }
        | Act::RegisterProvider { .. } => with_provider(act, inquiry, now)?,
        Act::Shell { .. }
        | Act::DeleteClientEntry { .. }
        | Act::RestoreClientEntry { .. }
        | Act::PinProvider { .. }
        | Act::UnpinProvider { .. } => by_shell(act, inquiry, run)?,
        _ => by_api(act, inquiry, saved)?,
    };
    Ok(Prepared::Send(Box::new(change)))
}

fn with_provider(act: &Act, inquiry: &Inquiry, now: UnixTime) -> Result<Change, String> {
    let (vcenter, facts) = (&inquiry.link.vcenter, &inquiry.facts);
    let manager = || inquiry.link.storage_manager.as_ref().ok_or("the storage manager is not known");
    Ok(match act {
        Act::SyncProvider { host } => provider_changes::sync(vcenter, &provider_of(facts, host)?, None),
        Act::ReconnectProvider { host } => provider_changes::reconnect(vcenter, &provider_of(facts, host)?),
        Act::UnregisterProvider { provider } => provider_changes::unregister(vcenter, manager()?, &provider.0),
        Act::RegisterProvider { name, url, certificate } => {
            let certificate = match certificate {
                RegisterWith::Shown(host) => Some(trusted_on_9080(facts, host, now)?),
                RegisterWith::Stored(stored) => Some(stored.pem.clone()),
                RegisterWith::Nothing => None,
            };
            let spec = ProviderSpec { name: name.clone(), description: None, url: url.clone(), certificate };
            provider_changes::register(vcenter, manager()?, &spec)
        }
        _ => return Err("it is not about a provider".to_owned()),
    })
}

/// What port 9080 shows to us, in PEM, if it leads to a root that vCenter trusts: SMS is told to accept nothing else.
fn trusted_on_9080(facts: &Facts, host: &HostId, now: UnixTime) -> Result<String, String> {
    let host = facts.known_host(host)?;
    let shown = host.on_9080.known().map_err(|missing| missing.message.clone())?;
    let leaf = facts.certificates.find(&shown.leaf).ok_or("the certificate on port 9080 is not known")?;
    match is_trusted(facts, shown, now) {
        Some(true) => Ok(leaf.to_pem()),
        Some(false) => Err("the certificate on port 9080 does not lead to a root that vCenter trusts".to_owned()),
        None => Err("whether vCenter trusts the certificate on port 9080 is not known".to_owned()),
    }
}

fn by_api(act: &Act, inquiry: &Inquiry, saved: Option<&SavedCaStore>) -> Result<Change, String> {
    let (vcenter, facts) = (&inquiry.link.vcenter, &inquiry.facts);
    let content = inquiry.link.content.as_ref().ok_or("vCenter's managers are not known")?;
    let issuer = || content.certificate_manager.as_ref().ok_or("vCenter has no certificate manager");
    let service = rest::service::STORAGE_PROFILE_SERVICE;
    Ok(match act {
        Act::PushRoots { host } => refresh_certificates::push_roots(vcenter, issuer()?, &[host_system(host)]),
        Act::RenewHostCertificate { host } => refresh_certificates::request(vcenter, issuer()?, &[host_system(host)]),
        Act::RequestSigning { host } => {
            let is_address = facts.known_host(host)?.name.parse::<std::net::IpAddr>().is_ok();
            own_certificate::signing_request(vcenter, &certificates_of(facts, host)?, is_address)
        }
        Act::InstallHostCertificate { host, certificate } => {
            own_certificate::install(vcenter, &certificates_of(facts, host)?, &certificate.pem)
        }
        Act::NotifyServices { host } => certificate_lists::notify_services(vcenter, &certificates_of(facts, host)?),
        Act::AddToCaStore { host, .. } | Act::TrustClientCertificate { host } => {
            let saved = saved.ok_or("the CA store was not read before")?;
            let all = saving::with_added(act, inquiry, saved)?;
            certificate_lists::replace(vcenter, &certificates_of(facts, host)?, &all, &saved.revocation_lists)
        }
        Act::DisconnectHost { host } => host_connection::disconnect(vcenter, &host_system(host)),
        Act::ReconnectHost { host, accept_shown_certificate } => {
            let identity = if *accept_shown_certificate { shown_identity(facts, host)? } else { HostIdentity::Stored };
            host_connection::reconnect(vcenter, &host_system(host), &identity)
        }
        Act::RestartSps => rest::service::restart(vcenter, service),
        Act::StartSps => rest::service::start(vcenter, service),
        Act::SetRuleSet { host, key, enabled } => {
            firewall::set_enabled(vcenter, &firewall_of(facts, host)?, key, *enabled)
        }
        Act::SetAllowedAddresses { host, key, addresses } => {
            firewall::set_allowed(vcenter, &firewall_of(facts, host)?, key, addresses)
        }
        Act::SetTimeServers { host, servers } => {
            let id = facts.known_host(host)?.date_time_system.known().map_err(|missing| missing.message.clone())?;
            time_servers::request(vcenter, &MoRef::new("HostDateTimeSystem", id), servers)
        }
        Act::ClearAlarms { alarms, statuses, on_hosts_only } => {
            let shown = facts.vcenter.alarms.known().map_err(|missing| missing.message.clone())?;
            if let Some(other) = AlarmAt::other(alarms, statuses, *on_hosts_only, shown) {
                return Err(format!("the alarm `{}` at `{}` would be reset with them", other.name, other.entity));
            }
            if !vcenter.speaks(clear_alarms::SINCE) {
                return Err(format!("a vCenter before {} resets no alarms", clear_alarms::SINCE));
            }
            let manager = content.alarm_manager.as_ref().ok_or("vCenter has no alarm manager")?;
            clear_alarms::request(vcenter, manager, statuses, *on_hosts_only)
        }
        Act::AcknowledgeAlarm { alarm, entity_kind, entity } => {
            let manager = content.alarm_manager.as_ref().ok_or("vCenter has no alarm manager")?;
            let (alarm, entity) = (MoRef::new("Alarm", alarm), MoRef::new(entity_kind, entity));
            acknowledge_alarm::request(vcenter, manager, &alarm, &entity)
        }
        Act::StartService { host, service } => host_service::start(vcenter, &service_system(facts, host)?, service),
        Act::StopService { host, service } => host_service::stop(vcenter, &service_system(facts, host)?, service),
        _ => return Err("it is not done by vCenter".to_owned()),
    })
}

/// The request that takes out of a CA store what a change added, and puts back what it dropped.
pub(super) fn put_back(host: &HostId, inquiry: &Inquiry, saved: &SavedCaStore) -> Result<Change, String> {
    let manager = certificates_of(&inquiry.facts, host)?;
    let back = saving::without_added(&inquiry.facts, host, saved)?;
    Ok(certificate_lists::replace(&inquiry.link.vcenter, &manager, &back.certificates, &back.revocation_lists))
}

/// What the answer to an act says.
pub(super) fn read(act: &Act, response: &Response) -> Result<Begun, Refused> {
    match response {
        Response::Http(response) => read_http(act, response),
        Response::Ssh(output) if output.exit_code == 0 => Ok(Begun::Over),
        Response::Ssh(output) => {
            if let Act::Shell { command, .. } = act
                && let Some(why) = command.refusal(output.exit_code)
            {
                return Err(Refused::Said(why.to_owned()));
            }
            let said = String::from_utf8_lossy(&output.stderr);
            let said: String =
                said.lines().next().unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect();
            Err(Refused::Said(format!("the command ended with exit code {}: `{said}`", output.exit_code)))
        }
        _ => Err(Refused::Said("the answer is of another kind than the request".to_owned())),
    }
}

fn read_http(act: &Act, response: &HttpResponse) -> Result<Begun, Refused> {
    let over = |()| Begun::Over;
    Ok(match act {
        Act::SyncProvider { .. } => Begun::SmsTask(provider_changes::parse_sync(response)?),
        Act::ReconnectProvider { .. } => Begun::SmsTask(provider_changes::parse_reconnect(response)?),
        Act::UnregisterProvider { .. } => Begun::SmsTask(provider_changes::parse_unregister(response)?),
        Act::RegisterProvider { .. } => Begun::SmsTask(provider_changes::parse_register(response)?),
        Act::PushRoots { .. } => Begun::VimTask(refresh_certificates::parse_push_roots(response)?),
        Act::RenewHostCertificate { .. } => Begun::VimTask(refresh_certificates::parse(response)?),
        Act::DisconnectHost { .. } => Begun::VimTask(host_connection::parse_disconnect(response)?),
        Act::ReconnectHost { .. } => Begun::VimTask(host_connection::parse_reconnect(response)?),
        Act::RequestSigning { .. } => Begun::Made(own_certificate::parse_signing_request(response)?),
        Act::InstallHostCertificate { .. } => own_certificate::parse_install(response).map(over)?,
        Act::NotifyServices { .. } => certificate_lists::parse_notify_services(response).map(over)?,
        Act::AddToCaStore { .. } | Act::TrustClientCertificate { .. } => {
            certificate_lists::parse_replace(response).map(over)?
        }
        Act::RestartSps => rest::service::parse_restart(response).map(over)?,
        Act::StartSps => rest::service::parse_start(response).map(over)?,
        Act::SetRuleSet { enabled, .. } => firewall::parse_set_enabled(response, *enabled).map(over)?,
        Act::SetAllowedAddresses { .. } => firewall::parse_set_allowed(response).map(over)?,
        Act::SetTimeServers { .. } => time_servers::parse(response).map(over)?,
        Act::ClearAlarms { .. } => clear_alarms::parse(response).map(over)?,
        Act::AcknowledgeAlarm { .. } => acknowledge_alarm::parse(response).map(over)?,
        Act::StartService { .. } => host_service::parse_start(response).map(over)?,
        Act::StopService { .. } => host_service::parse_stop(response).map(over)?,
        Act::AwaitProvider { .. }
        | Act::Shell { .. }
        | Act::DeleteClientEntry { .. }
        | Act::RestoreClientEntry { .. }
        | Act::PinProvider { .. }
        | Act::UnpinProvider { .. } => Begun::Over,
    })
}

/// Why an act was not taken up.
pub(super) enum Refused {
    /// By the wire: a fault, no session, or no service.
    Wire(WireError),
    /// In words.
    Said(String),
}

impl From<WireError> for Refused {
    fn from(error: WireError) -> Self {
        Self::Wire(error)
    }
}

fn host_system(host: &HostId) -> MoRef {
    MoRef::new("HostSystem", &host.0)
}

fn provider_of(facts: &Facts, host: &HostId) -> Result<MoRef, String> {
    let host = facts.known_host(host)?;
    let provider = facts.canonical_provider(host);
    let provider = provider.ok_or_else(|| format!("`{}` has no storage provider", host.name))?;
    Ok(MoRef::new("VasaProvider", &provider.object))
}

fn service_system(facts: &Facts, host: &HostId) -> Result<MoRef, String> {
    let id = facts.known_host(host)?.service_system.known().map_err(|missing| missing.message.clone())?;
    Ok(MoRef::new("HostServiceSystem", id))
}

fn firewall_of(facts: &Facts, host: &HostId) -> Result<MoRef, String> {
    let id = facts.known_host(host)?.firewall_system.known().map_err(|missing| missing.message.clone())?;
    Ok(MoRef::new("HostFirewallSystem", id))
}

fn certificates_of(facts: &Facts, host: &HostId) -> Result<MoRef, String> {
    let id = facts.known_host(host)?.certificate_manager.known().map_err(|missing| missing.message.clone())?;
    Ok(certificate_manager(id))
}

/// What vCenter is told to accept: from 9.0 on the certificate itself, before that its SHA-1.
fn shown_identity(facts: &Facts, host: &HostId) -> Result<HostIdentity, String> {
    let host = facts.known_host(host)?;
    let leaf = host.on_443.known().map_err(|missing| missing.message.clone())?.leaf;
    let certificate: &Certificate = facts.certificates.find(&leaf).ok_or("the certificate on port 443 is not known")?;
    let is_nine = facts.vcenter.version.value().and_then(|version| version.split('.').next()?.parse::<u32>().ok());
    Ok(match is_nine {
        Some(major) if major >= 9 => HostIdentity::Certificate(certificate.to_pem()),
        _ => HostIdentity::Thumbprint(certificate.sha1_thumbprint.clone()),
    })
}

fn by_shell(act: &Act, inquiry: &Inquiry, run: i64) -> Result<Change, String> {
    let number = |command: SshChange| if command.is_of_run() { format!("{run}\n") } else { String::new() };
    match act {
        Act::Shell { host, command } => {
            on_host(&inquiry.job, inquiry.facts.known_host(host)?, *command, number(*command))
        }
        Act::DeleteClientEntry { entry } => on_appliance(&inquiry.job, entry.delete(), number(entry.delete())),
        Act::RestoreClientEntry { entry } => on_appliance(&inquiry.job, entry.restore(), number(entry.restore())),
        Act::PinProvider { url, certificate } => {
            on_appliance(&inquiry.job, SshChange::PinProviderCertificate, format!("{url}\n{}", certificate.pem))
        }
        Act::UnpinProvider { url } => {
            on_appliance(&inquiry.job, SshChange::UnpinProviderCertificate, format!("{url}\n"))
        }
        _ => Err("it is not done by the shell".to_owned()),
    }
}

fn on_host(job: &Job, host: &Host, command: SshChange, input: String) -> Result<Change, String> {
    let login = job.esxi_ssh.as_ref().ok_or("no login for SSH to ESXi hosts was given")?;
    Ok(Change::Ssh(SshRequest {
        authority: Job::authority(address_of(host), login.port),
        user: login.user.clone(),
        credential: secret::ESXI_SSH.to_owned(),
        command,
        input,
        max_output_bytes: OUTPUT_BYTES,
        deadline_seconds: COMMAND_SECONDS,
    }))
}

fn on_appliance(job: &Job, command: SshChange, input: String) -> Result<Change, String> {
    let login = job.appliance_ssh.as_ref().ok_or("no login for SSH to the appliance was given")?;
    let address = job.appliance_address.as_deref().unwrap_or_else(|| job.vcenter_host());
    Ok(Change::Ssh(SshRequest {
        authority: Job::authority(address, login.port),
        user: login.user.clone(),
        credential: secret::APPLIANCE_SSH.to_owned(),
        command,
        input,
        max_output_bytes: OUTPUT_BYTES,
        deadline_seconds: COMMAND_SECONDS,
    }))
}
