//! Troubles that vCenter's alarms and events tell of.

use std::sync::Arc;

use super::{castore, certificate, host, provider};
use crate::error::LabError;
use crate::world::World;
use crate::world::alarm;

/// The provider is well, and the alarm of the day it was not is still red.
pub(super) fn alarm_residual(world: &mut World, key: &str) -> Result<(), LabError> {
    let moref = host(world, key)?.moref.clone();
    world.raise_alarm(alarm::DISCONNECTED, Some(&moref), "red");
    if let Some(raised) = world.vcenter.alarms.last_mut() {
        raised.since -= time::Duration::days(1);
    }
    Ok(())
}

/// vCenter tried to register the provider, and failed for a reason that is gone.
pub(super) fn registration_failed(world: &mut World, key: &str) -> Result<(), LabError> {
    provider::missing(world, key)?;
    raised(
        world,
        key,
        "com.vmware.vc.iofilter.HostVendorProviderRegistrationFailedEvent",
        "Cannot register vendor provider",
    )?;
    let moref = host(world, key)?.moref.clone();
    world.raise_alarm(alarm::REGISTRATION, Some(&moref), "red");
    Ok(())
}

/// vCenter tried to unregister the provider of the host's old name, and failed.
pub(super) fn unregistration_failed(world: &mut World, key: &str) -> Result<(), LabError> {
    provider::orphan(world, key)?;
    let left = world.providers.last().map_or_else(String::new, |left| left.name.clone());
    let kind = "com.vmware.vc.iofilter.HostVendorProviderUnregistrationFailedEvent";
    let text = format!("Cannot unregister vendor provider {left}");
    world.record_event_with(kind, text, None, vec![("providerName".to_owned(), left)]);
    Ok(())
}

/// Someone had vCenter push its authorities, which took `sms_self_signed` out of the castore.
pub(super) fn wiped_after_refresh(world: &mut World, key: &str) -> Result<(), LabError> {
    world.refresh_authorities(key).map_err(|fault| LabError::scenario(fault.message))?;
    castore::missing_sms(world, key)
}

/// The certificate that the host shows to arrays ended, and could not be replaced.
pub(super) fn vasa_client_failed(world: &mut World, key: &str) -> Result<(), LabError> {
    let ended = certificate::ended(world, key)?.certificate;
    let host = host(world, key)?;
    host.vasa_client = Some(ended);
    let moref = host.moref.clone();
    let kind = "com.vmware.vc.sms.EsxiVasaClientCertificateProvisionFailure";
    raised(world, key, kind, "Cannot provision the VASA client certificate")?;
    world.raise_alarm(alarm::VASA_CLIENT, Some(&moref), "red");
    Ok(())
}

/// A filter was disabled on the host.
pub(super) fn filter_disabled(world: &mut World, key: &str) -> Result<(), LabError> {
    for filter in &mut host(world, key)?.filters {
        filter.available = false;
    }
    raised(world, key, "esx.problem.iofilter.disabled", "The IO filter was disabled")
}

/// A filter could not be installed on the host.
pub(super) fn filter_install_failed(world: &mut World, key: &str) -> Result<(), LabError> {
    raised(world, key, "com.vmware.vc.iofilter.FilterInstallationFailedEvent", "Cannot install the IO filter")
}

/// vCenter could not push its authorities to a provider.
pub(super) fn refresh_failed(world: &mut World) {
    let text = "Refreshing CA certificates and CRLs failed for VASA providers";
    world.record_event("com.vmware.vc.sms.VasaProviderRefreshCACertsAndCRLsFailure", text, None);
    world.raise_alarm(alarm::REFRESH_AUTHORITIES, None, "red");
}

/// SPS could not renew `sms_self_signed`, which has twenty days left and is in every castore.
pub(super) fn sms_renewal_failed(world: &mut World) -> Result<(), LabError> {
    let ending = castore::replace_sms(world, 20)?;
    for host in &mut world.hosts {
        host.castore.retain(|certificate| certificate.is_authority);
        host.add_to_castore(Arc::clone(&ending));
    }
    world.raise_alarm(alarm::SMS_RENEWAL, None, "red");
    Ok(())
}

/// The role lacks the privilege to see storage providers.
pub(super) fn no_view(world: &mut World) {
    world.vcenter.denied_privileges.insert("StorageViews.View".into());
}

/// The role may see everything and change neither providers nor connections.
pub(super) fn no_write(world: &mut World) {
    let privileges = ["StorageViews.ConfigureService", "Host.Config.Connection"].map(Into::into);
    world.vcenter.denied_privileges.extend(privileges);
}

fn raised(world: &mut World, key: &str, kind: &str, what: &str) -> Result<(), LabError> {
    let host = host(world, key)?;
    let (moref, text) = (host.moref.clone(), format!("{what} on host {}", host.name));
    world.record_event(kind, text, Some(&moref));
    Ok(())
}
