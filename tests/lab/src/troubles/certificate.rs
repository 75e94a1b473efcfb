//! Troubles of the certificate on 443 and of its copy on 9080.

use std::sync::Arc;

use time::Duration;

use super::host;
use crate::error::LabError;
use crate::pki::{Identity, LeafPlan, Signer};
use crate::world::World;

/// Both the host's certificate and its copy, issued together, ended a day ago.
pub(super) fn expired(world: &mut World, key: &str) -> Result<(), LabError> {
    both(world, key, Signer::Vmca, -1)
}

/// Twenty days left, on both ports.
pub(super) fn expiring_hard(world: &mut World, key: &str) -> Result<(), LabError> {
    both(world, key, Signer::Vmca, 20)
}

/// Two hundred days left: inside vCenter's soft threshold (240), outside SMS's (six months).
pub(super) fn expiring_soft(world: &mut World, key: &str) -> Result<(), LabError> {
    both(world, key, Signer::Vmca, 200)
}

/// Signed by the root that VMCA had before, which is no longer trusted.
pub(super) fn old_vmca_root(world: &mut World, key: &str) -> Result<(), LabError> {
    both(world, key, Signer::OldVmca, 900)
}

/// As `/sbin/generate-certificates` leaves it.
pub(super) fn self_signed(world: &mut World, key: &str) -> Result<(), LabError> {
    both(world, key, Signer::Oneself, 900)
}

/// The customer's authority signed it, its root is imported everywhere, and the mode is still `vmca`.
pub(super) fn foreign_ca(world: &mut World, key: &str) -> Result<(), LabError> {
    let root = Arc::clone(&world.pki.customer);
    if !world.vcenter.trusted_roots.contains(&root) {
        world.vcenter.trusted_roots.push(Arc::clone(&root));
    }
    for host in &mut world.hosts {
        host.add_to_castore(Arc::clone(&root));
    }
    both(world, key, Signer::Customer, 900)
}

/// It names what the host was called before.
pub(super) fn name_mismatch(world: &mut World, key: &str) -> Result<(), LabError> {
    let name = format!("old-{}", host(world, key)?.name);
    let identity = issue(world, key, Signer::Vmca, Span { name: Some(name), ..Span::left(900) })?;
    serve_everywhere(world, key, identity)
}

/// Begins only six hours from now.
pub(super) fn not_yet_valid(world: &mut World, key: &str) -> Result<(), LabError> {
    let identity = issue(world, key, Signer::Vmca, Span { begins: Duration::hours(6), ..Span::left(900) })?;
    serve_everywhere(world, key, identity)
}

/// The host was renewed, 9080 still serves the old certificate, which ended a day ago.
pub(super) fn vp_expired(world: &mut World, key: &str) -> Result<(), LabError> {
    copy_only(world, key, -1)
}

/// The host was renewed, the copy has twenty days left.
pub(super) fn vp_expiring_hard(world: &mut World, key: &str) -> Result<(), LabError> {
    copy_only(world, key, 20)
}

/// The host was renewed, the copy has a hundred and fifty days left.
pub(super) fn vp_expiring_soft(world: &mut World, key: &str) -> Result<(), LabError> {
    copy_only(world, key, 150)
}

/// The host was renewed, the copy is the old certificate and good for long.
pub(super) fn vp_stale(world: &mut World, key: &str) -> Result<(), LabError> {
    copy_only(world, key, 600)
}

/// A firewall breaks TLS to the host open, on the way from whoever is not vCenter.
pub(super) fn intercepted(world: &mut World, key: &str) -> Result<(), LabError> {
    let forged = issue(world, key, Signer::Gateway, Span::left(300))?;
    host(world, key)?.forged = Some(forged);
    Ok(())
}

/// An older certificate of a host, by VMCA, with these days left.
pub(super) fn older(world: &mut World, key: &str, days_left: i64) -> Result<Identity, LabError> {
    issue(world, key, Signer::Vmca, Span::left(days_left))
}

/// A certificate that ended a day ago, by VMCA, that nobody serves.
pub(super) fn ended(world: &mut World, key: &str) -> Result<Identity, LabError> {
    older(world, key, -1)
}

/// A certificate that also names the host's address, on both ports and in SMS.
pub(super) fn with_address(world: &mut World, key: &str) -> Result<(), LabError> {
    let address = host(world, key)?.address.to_string();
    let identity = issue(world, key, Signer::Vmca, Span { also: Some(address), ..Span::left(1400) })?;
    serve_everywhere(world, key, identity)
}

fn both(world: &mut World, key: &str, signer: Signer, days_left: i64) -> Result<(), LabError> {
    let identity = issue(world, key, signer, Span::left(days_left))?;
    serve_everywhere(world, key, identity)
}

fn copy_only(world: &mut World, key: &str, days_left: i64) -> Result<(), LabError> {
    let old = older(world, key, days_left)?;
    let fresh = host(world, key)?.machine.clone();
    serve_everywhere(world, key, old)?;
    let host = host(world, key)?;
    host.recorded = Arc::clone(&fresh.certificate);
    host.install(fresh);
    Ok(())
}

/// Puts a pair on both ports, and lets vCenter and SMS know it as if it had always been there.
fn serve_everywhere(world: &mut World, key: &str, identity: Identity) -> Result<(), LabError> {
    let certificate = Arc::clone(&identity.certificate);
    let host = host(world, key)?;
    host.install(identity);
    host.refresh_provider_copy();
    host.recorded = Arc::clone(&certificate);
    let url_host = host.name.clone();
    for provider in world.providers.iter_mut().filter(|provider| provider.is_of(&url_host)) {
        provider.certificate = Arc::clone(&certificate);
    }
    Ok(())
}

struct Span {
    days_left: i64,
    begins: Duration,
    name: Option<String>,
    also: Option<String>,
}

impl Span {
    fn left(days_left: i64) -> Self {
        Self { days_left, begins: Duration::days(days_left.min(1800) - 1825), name: None, also: None }
    }
}

fn issue(world: &mut World, key: &str, signer: Signer, span: Span) -> Result<Identity, LabError> {
    let now = world.now();
    let index = world.host_index(key).unwrap_or(0);
    let host = host(world, key)?;
    host.turns += 1;
    let (turns, name) = (host.turns, span.name.unwrap_or_else(|| host.name.clone()));
    let own = signer == Signer::Oneself;
    world.pki.issue(&LeafPlan {
        common_name: name.clone(),
        names: std::iter::once(name).chain(span.also).collect(),
        unit: if own { "VMware ESX Server Default Certificate" } else { "VMware Engineering" },
        signer,
        key: world.pki.keys().of_host(index, turns),
        not_before: now + span.begins,
        not_after: now + Duration::days(span.days_left),
        client: false,
    })
}
