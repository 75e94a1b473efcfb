//! Troubles of vCenter's certificate stores, and of what else only the appliance's shell tells.

use std::collections::BTreeSet;
use std::sync::Arc;

use time::Duration;

use super::{certificate, host};
use crate::error::LabError;
use crate::pki::{LeafPlan, SMS_KEY, SPS_EXTENSION_KEY, Signer};
use crate::world::World;
use crate::world::vcenter::SPS_EXTENSION_ALIAS;
use crate::world::vecs::{BACKUP_STORE, Entry, SMS_STORE};

/// There is no store `SMS`, and so no certificate that SPS could show.
pub(super) fn store_missing(world: &mut World) {
    world.vcenter.vecs.stores.remove(SMS_STORE);
}

/// `vpxd` alone may read the store of SPS, and nobody may write it.
pub(super) fn store_not_writable(world: &mut World) {
    if let Some(store) = world.vcenter.vecs.stores.get_mut(SMS_STORE) {
        store.readers = BTreeSet::from(["vpxd".to_owned()]);
        store.writers.clear();
    }
}

/// The alias `sps-extension` was deleted.
pub(super) fn extension_missing(world: &mut World) {
    world.vcenter.take_sms_entry(SPS_EXTENSION_ALIAS);
}

/// `sps-extension` ended a day ago.
pub(super) fn extension_expired(world: &mut World) -> Result<(), LabError> {
    let pair = ended(world, SPS_EXTENSION_ALIAS, Signer::Vmca, SPS_EXTENSION_KEY)?;
    world.vcenter.put_sms_entry(SPS_EXTENSION_ALIAS, pair);
    Ok(())
}

/// A certificate that vCenter replaced long ago lies in the backup store, expired (KB 326268).
pub(super) fn expired_backup(world: &mut World) -> Result<(), LabError> {
    let pair = ended(world, "bkp___MACHINE_CERT", Signer::Vmca, SMS_KEY)?;
    world.vcenter.vecs.stores.entry(BACKUP_STORE.into()).or_default().entries.insert("bkp___MACHINE_CERT".into(), pair);
    Ok(())
}

/// The folder of published roots still holds the root before, and not the one in use.
pub(super) fn roots_not_published(world: &mut World) {
    world.vcenter.vecs.published_roots = Some(vec![Arc::clone(&world.pki.old_vmca)]);
}

/// `sps-runtime.log.stderr` has grown to 3 GiB in two days (KB 318194).
pub(super) fn log_flood(world: &mut World) {
    let now = world.now();
    let log = &mut world.vcenter.vecs.sps_stderr;
    (log.bytes, log.begun) = (3 << 30, now - Duration::days(2));
}

/// The store `SMS` has no entry for the host's provider.
pub(super) fn entry_missing(world: &mut World, key: &str) -> Result<(), LabError> {
    let url = url_of(world, key)?;
    world.vcenter.take_sms_entry(&url);
    Ok(())
}

/// The entry for the host's provider holds the certificate that port 9080 served before.
pub(super) fn entry_stale(world: &mut World, key: &str) -> Result<(), LabError> {
    let (url, old) = (url_of(world, key)?, certificate::older(world, key, 600)?);
    world.vcenter.put_sms_entry(&url, Entry::trusted(old.certificate));
    Ok(())
}

/// An entry is left for the name that the host had before it was renamed; its certificate ended a day ago.
pub(super) fn entry_leftover(world: &mut World, key: &str) -> Result<(), LabError> {
    let name = format!("old-{}", host(world, key)?.name);
    let url = world.provider_url(&name);
    let old = certificate::older(world, key, -1)?;
    world.vcenter.put_sms_entry(&url, Entry::trusted(old.certificate));
    Ok(())
}

fn url_of(world: &mut World, key: &str) -> Result<String, LabError> {
    let name = host(world, key)?.name.clone();
    Ok(world.provider_url(&name))
}

/// A client certificate of vCenter that ended a day ago.
fn ended(world: &mut World, name: &str, signer: Signer, key: usize) -> Result<Entry, LabError> {
    let now = world.now();
    let plan = LeafPlan {
        common_name: name.into(),
        names: vec![world.vcenter.name.clone()],
        unit: "VMware Engineering",
        signer,
        key,
        not_before: now - Duration::days(700),
        not_after: now - Duration::days(1),
        client: true,
    };
    Ok(Entry::pair(world.pki.issue(&plan)?))
}
