//! States in which a careful person does not change anything.

use super::host;
use crate::error::LabError;
use crate::world::World;
use crate::world::host::{FilteredDisk, Lockdown};
use crate::world::vcenter::Node;

/// The host is in normal lockdown.
pub(super) fn lockdown(world: &mut World, key: &str) -> Result<(), LabError> {
    host(world, key)?.lockdown = Lockdown::Normal;
    Ok(())
}

/// The host is in strict lockdown.
pub(super) fn lockdown_strict(world: &mut World, key: &str) -> Result<(), LabError> {
    host(world, key)?.lockdown = Lockdown::Strict;
    Ok(())
}

/// A disk on the host uses its filter.
pub(super) fn filter_in_use(world: &mut World, key: &str) -> Result<(), LabError> {
    let host = host(world, key)?;
    if let Some(filter) = host.filters.first() {
        host.disks_in_use.push(FilteredDisk { filter: filter.id.clone(), machine: "vm-501".into(), disk: 2000 });
    }
    Ok(())
}

/// The host is a member of a vSAN cluster.
pub(super) fn vsan(world: &mut World, key: &str) -> Result<(), LabError> {
    host(world, key)?.vsan = true;
    Ok(())
}

/// The host is stateless: vCenter boots it over the network.
pub(super) fn autodeploy(world: &mut World, key: &str) -> Result<(), LabError> {
    host(world, key)?.stateless = true;
    auto_deploy_runs(world);
    Ok(())
}

/// vCenter boots hosts over the network; which, only their shells tell.
pub(super) fn auto_deploy_runs(world: &mut World) {
    world.vcenter.auto_deploy = true;
}

/// vSphere Trust Authority attests the host.
pub(super) fn trust_authority(world: &mut World, key: &str) -> Result<(), LabError> {
    host(world, key)?.attested = true;
    Ok(())
}

/// A second vCenter is in the single sign-on domain.
pub(super) fn linked_mode(world: &mut World) {
    let (own, other) = (world.vcenter.name.clone(), "vc02.lab.example".to_owned());
    world.vcenter.nodes =
        vec![Node { name: own.clone(), partners: vec![other.clone()] }, Node { name: other, partners: vec![own] }];
}

/// No backup was ever made.
pub(super) fn no_backup(world: &mut World) {
    world.vcenter.backups.clear();
}

/// SDDC Manager has registered itself.
pub(super) fn vcf(world: &mut World) {
    world.vcenter.extensions.push("com.vmware.sddcManager".into());
}

/// vCenter HA is configured.
pub(super) fn high_availability(world: &mut World) {
    world.vcenter.high_availability = true;
}
