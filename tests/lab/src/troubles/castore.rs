//! Troubles of what hosts trust (leg B).

use std::sync::Arc;

use time::Duration;

use super::host;
use crate::error::LabError;
use crate::pki::{Certificate, LeafPlan, SMS_KEY, Signer};
use crate::world::World;
use crate::world::vcenter::SMS_ALIAS;
use crate::world::vecs::Entry;

/// `sms_self_signed` is not in the castore, as after "Refresh CA certificates".
pub(super) fn missing_sms(world: &mut World, key: &str) -> Result<(), LabError> {
    host(world, key)?.castore.retain(|certificate| certificate.is_authority);
    Ok(())
}

/// The castore has the `sms_self_signed` of before, not the one in use.
pub(super) fn stale_sms(world: &mut World, key: &str) -> Result<(), LabError> {
    let old = sms_certificate(world, 700, 1100)?;
    missing_sms(world, key)?;
    host(world, key)?.castore.push(old);
    Ok(())
}

/// The root of VMCA is not in the castore.
pub(super) fn missing_vmca_root(world: &mut World, key: &str) -> Result<(), LabError> {
    let root = Arc::clone(&world.pki.vmca);
    host(world, key)?.castore.retain(|certificate| *certificate != root);
    Ok(())
}

/// The castore is empty.
pub(super) fn empty(world: &mut World, key: &str) -> Result<(), LabError> {
    host(world, key)?.castore.clear();
    Ok(())
}

/// Someone replaced `sms_self_signed` an hour ago; every castore has the old one.
pub(super) fn fleet_without_sms(world: &mut World) -> Result<(), LabError> {
    let fresh = sms_certificate(world, 0, 1825)?;
    world.vcenter.put_sms_entry(SMS_ALIAS, Entry { certificate: Some(fresh), key: Some(SMS_KEY) });
    Ok(())
}

/// Another `sms_self_signed`, with these days left, in the place of the one in use; castores stay as they are.
pub(super) fn replace_sms(world: &mut World, days_left: i64) -> Result<Arc<Certificate>, LabError> {
    let other = sms_certificate(world, 1800, days_left)?;
    world.vcenter.put_sms_entry(SMS_ALIAS, Entry { certificate: Some(Arc::clone(&other)), key: Some(SMS_KEY) });
    Ok(other)
}

fn sms_certificate(world: &mut World, days_old: i64, days_left: i64) -> Result<Arc<Certificate>, LabError> {
    let now = world.now();
    let plan = LeafPlan {
        common_name: SMS_ALIAS.into(),
        names: vec![world.vcenter.name.clone()],
        unit: "VMware Engineering",
        signer: Signer::Oneself,
        key: SMS_KEY,
        not_before: now - Duration::days(days_old) - Duration::hours(1),
        not_after: now + Duration::days(days_left),
        client: true,
    };
    Ok(world.pki.issue(&plan)?.certificate)
}
