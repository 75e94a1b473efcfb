//! What looks like trouble of IOFilter providers and is another's: named, so that nobody repairs the wrong thing, and
//! handed on. Nothing here is repaired by us.

pub(super) mod filter_disabled;
pub(super) mod filter_install_failed;
pub(super) mod vsan_provider_offline;
pub(super) mod vvol_client_cert_failed;
pub(super) mod vvol_provider_expired;
pub(super) mod vvol_setcontext_storm;

use super::Case;
use crate::facts::Provider;

/// The end of the certificate that SMS has of a provider.
fn end_of(case: &Case<'_>, provider: &Provider) -> Option<crate::time::UnixTime> {
    let stored = provider.certificate.value().and_then(|stored| case.certificate(stored).ok());
    stored.map(|stored| stored.not_after).or(provider.certificate_expires)
}
