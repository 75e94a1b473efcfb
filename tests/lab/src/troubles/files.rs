//! Troubles of the files in `/etc/vmware/ssl`. The agents still run with what they loaded before.

use super::{certificate, host};
use crate::error::LabError;
use crate::world::World;
use crate::world::host::FileContent;

/// `rui.crt` is gone; vCenter tells the certificate's status as unknown.
pub(super) fn certificate_missing(world: &mut World, key: &str) -> Result<(), LabError> {
    host(world, key)?.files.remove("rui.crt");
    Ok(())
}

/// `rui.key` is of another certificate, as after a copy that was begun and not finished.
pub(super) fn key_mismatch(world: &mut World, key: &str) -> Result<(), LabError> {
    let other = certificate::older(world, key, 600)?;
    host(world, key)?.files.insert("rui.key".into(), FileContent::Key(other.key));
    Ok(())
}
