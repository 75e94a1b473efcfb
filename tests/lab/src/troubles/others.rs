//! Troubles of the way to the provider's port, and of providers that are not IO filters'.

use std::sync::Arc;

use time::Duration;

use super::{certificate, host};
use crate::error::LabError;
use crate::world::World;
use crate::world::host::RuleSet;
use crate::world::provider::{CertificateStatus, Link, Provider, ProviderKind, Status};

/// The firewall rule set of the provider's port is off.
pub(super) fn rule_set_disabled(world: &mut World, key: &str) -> Result<(), LabError> {
    host(world, key)?.rule_set.enabled = false;
    Ok(())
}

/// The rule set lets in the machine that looks (this one), and not vCenter.
pub(super) fn rule_set_restricted(world: &mut World, key: &str) -> Result<(), LabError> {
    let allowed = vec!["127.0.0.1".into(), "192.0.2.0/24".into()];
    host(world, key)?.rule_set = RuleSet { enabled: true, all_addresses: false, allowed };
    Ok(())
}

/// A firewall on the way drops what comes for the provider's port.
pub(super) fn port_filtered(world: &mut World, key: &str) -> Result<(), LabError> {
    host(world, key)?.filtered = true;
    Ok(())
}

/// vCenter recorded another certificate than the one that the host shows.
pub(super) fn recorded_other(world: &mut World, key: &str) -> Result<(), LabError> {
    let old = certificate::older(world, key, 600)?.certificate;
    host(world, key)?.recorded = old;
    Ok(())
}

/// Something that is no certificate stands in the castore.
pub(super) fn castore_malformed(world: &mut World, key: &str) -> Result<(), LabError> {
    host(world, key)?
        .castore_junk
        .push("-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n".into());
    Ok(())
}

/// The host's vSAN has a provider, which is offline.
pub(super) fn vsan_provider(world: &mut World, key: &str) -> Result<(), LabError> {
    let host = host(world, key)?;
    host.vsan = true;
    let (name, certificate) = (host.name.clone(), Arc::clone(&host.machine.certificate));
    let url = format!("https://{name}:8080/version.xml");
    let vsan = Other { name: format!("VSAN Provider {name}"), url, array: "VSAN".into(), kind: ProviderKind::Vsan };
    add(world, vsan, certificate, Status::Offline);
    Ok(())
}

/// An array's provider, whose certificate ended a day ago.
pub(super) fn array_provider(world: &mut World) -> Result<(), LabError> {
    let Some(first) = world.hosts.first().map(|host| host.moref.clone()) else { return Ok(()) };
    let ended = certificate::ended(world, &first)?.certificate;
    let url = "https://array01.lab.example:8443/vasa/version.xml".into();
    let array = Other { name: "array01".into(), url, array: "array01".into(), kind: ProviderKind::Array };
    add(world, array, ended, Status::Disconnected);
    Ok(())
}

struct Other {
    name: String,
    url: String,
    array: String,
    kind: ProviderKind,
}

fn add(world: &mut World, other: Other, certificate: Arc<crate::pki::Certificate>, status: Status) {
    let (number, now) = (world.next_number(), world.now());
    let provider = Provider {
        uid: world.uuid_of(&format!("provider {number}")),
        moref: format!("VasaProvider-{number}"),
        description: other.name.clone(),
        name: other.name,
        url: other.url,
        array_id: other.array,
        vasa_version: "3.0".into(),
        certificate_status: CertificateStatus::of(&certificate, now),
        certificate,
        status,
        status_fault: None,
        last_sync: now - Duration::days(1),
        link: Link::Dropped,
        kind: other.kind,
    };
    world.providers.push(provider);
}
