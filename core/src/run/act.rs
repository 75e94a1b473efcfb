//! From an act to the request that does it, and from the answer to what was begun.

use super::journal::SavedCaStore;
use crate::facts::{Facts, Host, HostId};
use crate::job::Job;
use crate::plan::Act;
use crate::request::{Change, Response, SshChange, SshRequest, secret};
use crate::survey::{Inquiry, address_of, certificate_manager};
use crate::wire::vim::host_connection::{self, HostIdentity};
use crate::wire::vim::{certificate_lists, host_service, refresh_certificates};
use crate::wire::{MoRef, WireError, rest, sms};

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
    /// A task of vCenter.
    VimTask(MoRef),
    /// A task of SMS.
    SmsTask(MoRef),
}

/// What must be kept to go back. `Err` when it is not known: then nothing may be changed.
pub(super) fn save(act: &Act, inquiry: &Inquiry) -> Result<Option<SavedCaStore>, String> {
    let Act::AddToCaStore { host, .. } = act else { return Ok(None) };
    let host = host_of(&inquiry.facts, host)?;
    let store =
        host.ca_store.known().map_err(|missing| format!("the CA store could not be read: {}", missing.message))?;
    let lists = host.ca_revocation_lists.known();
    let lists = lists.map_err(|missing| format!("the revocation lists could not be read: {}", missing.message))?;
    let pem = |one| inquiry.facts.certificates.find(one).map(crate::certificate::Certificate::to_pem);
    let certificates: Option<Vec<String>> = store.iter().map(pem).collect();
    let certificates = certificates.ok_or("a certificate of the CA store is not known")?;
    Ok(Some(SavedCaStore { certificates, revocation_lists: lists.clone() }))
}

/// The request for an act. `saved` is what [`save`] gave.
pub(super) fn prepare(act: &Act, inquiry: &Inquiry, saved: Option<&SavedCaStore>) -> Result<Prepared, String> {
    let vcenter = &inquiry.link.vcenter;
    let facts = &inquiry.facts;
    let content = inquiry.link.content.as_ref().ok_or("vCenter's managers are not known")?;
    let change = match act {
        Act::AwaitProvider { .. } => return Ok(Prepared::Wait),
        Act::SyncProvider { host } => sms::provider_changes::sync(vcenter, &provider_of(facts, host)?, None),
        Act::ReconnectProvider { host } => sms::provider_changes::reconnect(vcenter, &provider_of(facts, host)?),
        Act::UnregisterProvider { provider } => {
            let manager = inquiry.link.storage_manager.as_ref().ok_or("the storage manager is not known")?;
            sms::provider_changes::unregister(vcenter, manager, &provider.0)
        }
        Act::RenewHostCertificate { host } => {
            let manager = content.certificate_manager.as_ref().ok_or("vCenter has no certificate manager")?;
            refresh_certificates::request(vcenter, manager, &[host_system(host)])
        }
        Act::AddToCaStore { host, certificates } => {
            let saved = saved.ok_or("the CA store was not read before")?;
            let manager =
                host_of(facts, host)?.certificate_manager.known().map_err(|missing| missing.message.clone())?;
            let held = host_of(facts, host)?.ca_store.value().map_or(&[][..], Vec::as_slice);
            let added = certificates.iter().filter(|one| !held.contains(&one.fingerprint)).map(|one| one.pem.clone());
            let all: Vec<String> = saved.certificates.iter().cloned().chain(added).collect();
            certificate_lists::replace(vcenter, &certificate_manager(manager), &all, &saved.revocation_lists)
        }
        Act::Shell { host, command } => shell(&inquiry.job, host_of(facts, host)?, *command)?,
        Act::DisconnectHost { host } => host_connection::disconnect(vcenter, &host_system(host)),
        Act::ReconnectHost { host, accept_shown_certificate } => {
            let identity = if *accept_shown_certificate { shown_identity(facts, host)? } else { HostIdentity::Stored };
            host_connection::reconnect(vcenter, &host_system(host), &identity)
        }
        Act::RestartSps => rest::service::restart(vcenter, rest::service::STORAGE_PROFILE_SERVICE),
        Act::StartSps => rest::service::start(vcenter, rest::service::STORAGE_PROFILE_SERVICE),
        Act::StartService { host, service } => host_service::start(vcenter, &service_system(facts, host)?, service),
        Act::StopService { host, service } => host_service::stop(vcenter, &service_system(facts, host)?, service),
    };
    Ok(Prepared::Send(Box::new(change)))
}

/// The request that puts a CA store back as it was.
pub(super) fn put_back(host: &HostId, inquiry: &Inquiry, saved: &SavedCaStore) -> Result<Change, String> {
    let manager =
        host_of(&inquiry.facts, host)?.certificate_manager.known().map_err(|missing| missing.message.clone())?;
    let manager = certificate_manager(manager);
    Ok(certificate_lists::replace(&inquiry.link.vcenter, &manager, &saved.certificates, &saved.revocation_lists))
}

/// What the answer to an act says. `Ok(Err(..))` is a refusal in words.
pub(super) fn read(act: &Act, response: &Response) -> Result<Begun, Refused> {
    let response = match response {
        Response::Http(response) => response,
        Response::Ssh(output) if output.exit_code == 0 => return Ok(Begun::Over),
        Response::Ssh(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            let said: String =
                said.lines().next().unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect();
            return Err(Refused::Said(format!("the command ended with exit code {}: `{said}`", output.exit_code)));
        }
        _ => return Err(Refused::Said("the answer is of another kind than the request".to_owned())),
    };
    let begun = match act {
        Act::SyncProvider { .. } => Begun::SmsTask(sms::provider_changes::parse_sync(response)?),
        Act::ReconnectProvider { .. } => Begun::SmsTask(sms::provider_changes::parse_reconnect(response)?),
        Act::UnregisterProvider { .. } => Begun::SmsTask(sms::provider_changes::parse_unregister(response)?),
        Act::RenewHostCertificate { .. } => Begun::VimTask(refresh_certificates::parse(response)?),
        Act::DisconnectHost { .. } => Begun::VimTask(host_connection::parse_disconnect(response)?),
        Act::ReconnectHost { .. } => Begun::VimTask(host_connection::parse_reconnect(response)?),
        Act::AddToCaStore { .. } => certificate_lists::parse_replace(response).map(|()| Begun::Over)?,
        Act::RestartSps => rest::service::parse_restart(response).map(|()| Begun::Over)?,
        Act::StartSps => rest::service::parse_start(response).map(|()| Begun::Over)?,
        Act::StartService { .. } => host_service::parse_start(response).map(|()| Begun::Over)?,
        Act::StopService { .. } => host_service::parse_stop(response).map(|()| Begun::Over)?,
        Act::AwaitProvider { .. } | Act::Shell { .. } => Begun::Over,
    };
    Ok(begun)
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

fn host_of<'f>(facts: &'f Facts, host: &HostId) -> Result<&'f Host, String> {
    facts.hosts.get(host).ok_or_else(|| format!("ESXi host `{}` is not in the inventory any more", host.0))
}

fn host_system(host: &HostId) -> MoRef {
    MoRef::new("HostSystem", &host.0)
}

fn provider_of(facts: &Facts, host: &HostId) -> Result<MoRef, String> {
    let host = host_of(facts, host)?;
    let own = facts.providers_of(host).find(|provider| provider.url.host.eq_ignore_ascii_case(&host.name));
    let provider = own.or_else(|| facts.providers_of(host).next());
    let provider = provider.ok_or_else(|| format!("`{}` has no storage provider", host.name))?;
    Ok(MoRef::new("VasaProvider", &provider.object))
}

fn service_system(facts: &Facts, host: &HostId) -> Result<MoRef, String> {
    let id = host_of(facts, host)?.service_system.known().map_err(|missing| missing.message.clone())?;
    Ok(MoRef::new("HostServiceSystem", id))
}

/// What vCenter is told to accept: from 9.0 on the certificate itself, before that its SHA-1.
fn shown_identity(facts: &Facts, host: &HostId) -> Result<HostIdentity, String> {
    let host = host_of(facts, host)?;
    let leaf = host.on_443.known().map_err(|missing| missing.message.clone())?.leaf;
    let certificate = facts.certificates.find(&leaf).ok_or("the certificate on port 443 is not known")?;
    let is_nine = facts.vcenter.version.value().and_then(|version| version.split('.').next()?.parse::<u32>().ok());
    Ok(match is_nine {
        Some(major) if major >= 9 => HostIdentity::Certificate(certificate.to_pem()),
        _ => HostIdentity::Thumbprint(certificate.sha1_thumbprint.clone()),
    })
}

fn shell(job: &Job, host: &Host, command: SshChange) -> Result<Change, String> {
    let login = job.esxi_ssh.as_ref().ok_or("no login for SSH to ESXi hosts was given")?;
    Ok(Change::Ssh(SshRequest {
        authority: Job::authority(address_of(host), login.port),
        user: login.user.clone(),
        credential: secret::ESXI_SSH.to_owned(),
        command,
        max_output_bytes: OUTPUT_BYTES,
        deadline_seconds: COMMAND_SECONDS,
    }))
}
