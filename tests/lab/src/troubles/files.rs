//! Troubles of the files in `/etc/vmware/ssl`.

use super::{certificate, host};
use crate::error::LabError;
use crate::world::World;
use crate::world::host::FileContent;

/// `rui.crt` is gone; vCenter tells the certificate's status as unknown. The agents run on with what they have loaded.
pub(super) fn certificate_missing(world: &mut World, key: &str) -> Result<(), LabError> {
    host(world, key)?.files.remove("rui.crt");
    Ok(())
}

/// `rui.key` is of another certificate, as after a copy that was begun and not finished; the agents did not come up again.
pub(super) fn key_mismatch(world: &mut World, key: &str) -> Result<(), LabError> {
    let other = certificate::older(world, key, 600)?;
    host(world, key)?.files.insert("rui.key".into(), FileContent::Key(other.key));
    world.restart_agents(key).map_err(|fault| LabError::scenario(fault.message))
}
