//! Troubles of what SMS knows, and of the service itself.

use std::sync::Arc;

use time::Duration;

use super::{certificate, host};
use crate::error::LabError;
use crate::world::World;
use crate::world::host::{Host, PROVIDER_FILE, ProviderHealth};
use crate::world::provider::{Link, Provider, Status};
use crate::world::sps::SpsState;
use crate::world::vcenter::SMS_ALIAS;
use crate::world::{Fault, sps::Trouble};

/// SMS shows the certificate of before although 9080 serves the new one.
pub(super) fn cached_stale(world: &mut World, key: &str) -> Result<(), LabError> {
    let old = certificate::older(world, key, 600)?.certificate;
    provider_of(world, key)?.certificate = old;
    Ok(())
}

/// SMS lost the provider half an hour ago for a reason that is gone, and its polls do not notice; a sync does.
pub(super) fn offline(world: &mut World, key: &str) -> Result<(), LabError> {
    lose(world, key, Status::Offline, Link::Stuck)
}

/// SMS lost the providers of all hosts in this host's cluster together, for a reason that is gone.
pub(super) fn cluster_down(world: &mut World, key: &str) -> Result<(), LabError> {
    let cluster = host(world, key)?.cluster.clone();
    lose_all(world, |host| host.cluster == cluster)
}

/// SMS lost the providers of all hosts from 9.0 on together, as when they refuse `sps-extension`, for a reason that is
/// gone. This host is one of them.
pub(super) fn newer_down(world: &mut World, key: &str) -> Result<(), LabError> {
    let asked = host(world, key)?;
    if !asked.speaks_vasa_five() {
        return Err(LabError::scenario(format!("host `{}` is below 9.0", asked.name)));
    }
    lose_all(world, Host::speaks_vasa_five)
}

/// SMS stopped talking to the provider half an hour ago for a reason that is gone.
pub(super) fn disconnected(world: &mut World, key: &str) -> Result<(), LabError> {
    lose(world, key, Status::Disconnected, Link::Dropped)
}

/// No provider is registered for the host.
pub(super) fn missing(world: &mut World, key: &str) -> Result<(), LabError> {
    let name = host(world, key)?.name.clone();
    world.providers.retain(|provider| !provider.is_of(&name));
    Ok(())
}

/// The host is registered a second time, by address, which its certificate names too.
pub(super) fn duplicate(world: &mut World, key: &str) -> Result<(), LabError> {
    certificate::with_address(world, key)?;
    let address = host(world, key)?.address.to_string();
    register_by_hand(world, &address)
}

/// A provider is left of a host that is no longer in the inventory: this host's old name.
pub(super) fn orphan(world: &mut World, key: &str) -> Result<(), LabError> {
    let (name, address) = {
        let host = host(world, key)?;
        (host.name.clone(), host.address.to_string())
    };
    let mut left = world.provider_of_url("", &world.provider_url(&address)).map_err(not_possible)?;
    let gone = format!("gone-{name}");
    left.url = world.provider_url(&gone);
    left.name = format!("IOFILTER Provider {gone}");
    left.description = format!("IOFILTER VASA Provider on host {gone}");
    left.array_id = format!("IOFILTERS:{}", world.uuid_of(&gone));
    left.last_sync = world.now() - Duration::days(9);
    left.status = Status::Offline;
    left.status_fault = Some(Trouble::NoAnswer.fault(&left.certificate));
    world.providers.push(left);
    Ok(())
}

/// The provider daemon does not run, so port 9080 refuses.
pub(super) fn port_refused(world: &mut World, key: &str) -> Result<(), LabError> {
    host(world, key)?.provider_daemon = false;
    Ok(())
}

/// The daemon runs and answers nothing but 500.
pub(super) fn page_broken(world: &mut World, key: &str) -> Result<(), LabError> {
    turn(world, key, ProviderHealth::Sick)
}

/// The daemon hangs up before it has shown a certificate.
pub(super) fn no_certificate(world: &mut World, key: &str) -> Result<(), LabError> {
    host(world, key)?.files.remove(PROVIDER_FILE);
    turn(world, key, ProviderHealth::NoCertificate)
}

/// The daemon offers no cipher that anybody uses.
pub(super) fn no_common_cipher(world: &mut World, key: &str) -> Result<(), LabError> {
    turn(world, key, ProviderHealth::NoCommonCipher)
}

fn turn(world: &mut World, key: &str, health: ProviderHealth) -> Result<(), LabError> {
    host(world, key)?.provider_health = health;
    world.poll();
    Ok(())
}

/// SPS is stopped.
pub(super) fn service_stopped(world: &mut World) {
    world.sps.state = SpsState::Stopped;
}

/// The alias `sms_self_signed` was deleted.
pub(super) fn client_certificate_missing(world: &mut World) {
    world.vcenter.take_sms_entry(SMS_ALIAS);
}

fn lose_all(world: &mut World, is_lost: impl Fn(&Host) -> bool) -> Result<(), LabError> {
    let has_provider = |host: &Host| world.providers.iter().any(|provider| provider.is_of(&host.name));
    let lost = world.hosts.iter().filter(|host| is_lost(host) && has_provider(host));
    let lost: Vec<String> = lost.map(|host| host.moref.clone()).collect();
    lost.iter().try_for_each(|host| offline(world, host))
}

fn lose(world: &mut World, key: &str, status: Status, link: Link) -> Result<(), LabError> {
    let since = world.now() - Duration::minutes(30);
    let provider = provider_of(world, key)?;
    provider.status = status;
    provider.link = link;
    provider.last_sync = since;
    provider.status_fault = Some(Trouble::NoAnswer.fault(&Arc::clone(&provider.certificate)));
    Ok(())
}

fn register_by_hand(world: &mut World, url_host: &str) -> Result<(), LabError> {
    let url = world.provider_url(url_host);
    let provider = world.provider_of_url(&format!("IOFILTER Provider {url_host}"), &url).map_err(not_possible)?;
    world.add_provider(provider);
    Ok(())
}

fn provider_of<'a>(world: &'a mut World, key: &str) -> Result<&'a mut Provider, LabError> {
    let name = host(world, key)?.name.clone();
    let found = world.providers.iter_mut().find(|provider| provider.is_of(&name));
    found.ok_or_else(|| LabError::scenario(format!("host `{name}` has no provider to be in trouble with")))
}

fn not_possible(fault: Fault) -> LabError {
    LabError::scenario(fault.message)
}
