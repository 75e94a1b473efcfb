//! What SMS says of the providers that are registered.

pub(super) mod alarm_backup_store;
pub(crate) mod alarm_residual;
pub(super) mod mode_thumbprint;
pub(super) mod provider_cache_wedged;
pub(super) mod provider_cert_cached_stale;
pub(super) mod provider_cert_expired;
pub(super) mod provider_cert_hard;
pub(super) mod provider_cert_invalid;
pub(super) mod provider_cert_soft;
pub(super) mod provider_connected_unsynced;
pub(super) mod provider_disconnected;
pub(super) mod provider_duplicate;
pub(super) mod provider_missing;
pub(super) mod provider_offline;
pub(super) mod provider_offline_transient;
pub(super) mod provider_online_valid;
pub(super) mod provider_orphan;
pub(super) mod provider_registration_failed;
pub(super) mod provider_status_unknown;
pub(super) mod provider_syncerror;
pub(super) mod provider_unregistration_failed;
pub(super) mod provider_url_form;
pub(super) mod refresh_ca_failed_event;
pub(super) mod register_exists;
pub(super) mod register_invalid_cert;
mod registration;
pub(super) mod reregister_not_trusted;
pub(super) mod thumbprint;
pub(super) mod thumbprint_entry_leftover;
pub(super) mod thumbprint_entry_missing;
pub(super) mod thumbprint_entry_stale;
pub(super) mod thumbprint_log_flood;

use crate::case::{Case, Verdict, certificate_seen, first_standing, known};
use crate::diagnostic::Evidence;
use crate::facts::{MissingReason, Provider};
use crate::time::UnixTime;

/// Found when SMS has this word for the provider's state.
fn has_status(provider: &Provider, word: &str, meaning: &str) -> Verdict {
    match provider.status.known() {
        Ok(status) if status == word => {
            let message = format!("storage provider `{}` is {word}: {meaning}", provider.name);
            Verdict::found(message, status_evidence(provider, status))
        }
        Ok(_) => Verdict::Fine,
        // No word at all is a trouble of its own: `provider-status-unknown`.
        Err(missing) if missing.reason == MissingReason::NotSent => Verdict::NotApplicable,
        Err(missing) => Verdict::from(missing),
    }
}

/// The time at which a provider was last known to be well: when SMS last synchronised with it, or when vCenter logged
/// for the first time since that it went down. vCenter logs that again while the outage lasts.
fn down_since(case: &Case<'_>, provider: &Provider) -> Option<UnixTime> {
    let (bad, good) = (["VasaProviderDisconnectedEvent"], ["VasaProviderConnectedEvent"]);
    let went_down = first_standing(case.events_of(provider), &bad, &good, provider.last_sync);
    went_down.map(|event| event.at).max(provider.last_sync)
}

fn status_evidence(provider: &Provider, status: &str) -> Vec<Evidence> {
    let fault = provider.status_fault.as_ref().map(|fault| Evidence::new("fault in SMS", fault.clone()));
    let sync = provider.last_sync.map(|at| Evidence::new("last synchronised", at.to_string()));
    [Some(Evidence::new("status in SMS", status)), fault, sync].into_iter().flatten().collect()
}

/// Found when SMS has this word for the provider's certificate.
fn has_certificate_status(case: &Case<'_>, provider: &Provider, word: &str, meaning: &str) -> Verdict {
    if known!(provider.certificate_status.known()) != word {
        return Verdict::Fine;
    }
    let stored = provider.certificate.value().and_then(|stored| case.certificate(stored).ok());
    let end = provider.certificate_expires.or_else(|| stored.map(|stored| stored.not_after));
    let end = end.map(|end| format!(" (not after {end}, judged at {})", case.now)).unwrap_or_default();
    let message = format!("certificate that SMS has of provider `{}` {meaning}{end}", provider.name);
    let stored = stored.map(|stored| certificate_seen("certificate in SMS", stored));
    Verdict::found(message, std::iter::once(Evidence::new("certificate status in SMS", word)).chain(stored).collect())
}
