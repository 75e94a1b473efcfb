//! Troubles of a host's state.

use std::net::Ipv4Addr;

use super::{CLOCK_SKEW, host};
use crate::error::LabError;
use crate::world::World;
use crate::world::alarm;
use crate::world::host::{Connection, SSH_SERVICE};

/// A person disconnected it.
pub(super) fn disconnected(world: &mut World, key: &str) -> Result<(), LabError> {
    let known = host(world, key)?.moref.clone();
    world.disconnect_host(&known).map_err(|fault| LabError::scenario(fault.message))
}

/// Its agent does not answer.
pub(super) fn not_responding(world: &mut World, key: &str) -> Result<(), LabError> {
    let lost = host(world, key)?;
    lost.connection = Connection::NotResponding;
    let (moref, text) = (lost.moref.clone(), format!("Host {} is not responding", lost.name));
    world.record_event("HostConnectionLostEvent", text, Some(&moref));
    world.raise_alarm(alarm::CONNECTION, Some(&moref), "red");
    Ok(())
}

/// It is in maintenance mode.
pub(super) fn maintenance(world: &mut World, key: &str) -> Result<(), LabError> {
    host(world, key)?.maintenance = true;
    Ok(())
}

/// Its clock is ten minutes ahead of vCenter's, as its time server is.
pub(super) fn clock_skew(world: &mut World, key: &str) -> Result<(), LabError> {
    let host = host(world, key)?;
    host.clock_offset = CLOCK_SKEW;
    host.time_servers = vec![crate::world::actions::WRONG_TIME_SERVER.to_owned()];
    Ok(())
}

/// Its name leads to an address that is not its own, as after a renumbering that name service was not told of.
pub(super) fn name_leads_elsewhere(world: &mut World, key: &str) -> Result<(), LabError> {
    let host = host(world, key)?;
    let [first, second, ..] = host.address.octets();
    host.resolves_to = Ipv4Addr::new(first, second, 0, 99);
    Ok(())
}

/// TSM-SSH does not run.
pub(super) fn ssh_stopped(world: &mut World, key: &str) -> Result<(), LabError> {
    if let Some(service) = host(world, key)?.services.get_mut(SSH_SERVICE) {
        service.running = false;
    }
    Ok(())
}
