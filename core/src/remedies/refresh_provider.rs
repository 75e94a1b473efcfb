//! SMS has an old picture of a provider that is well by now: synchronise (A1), reconnect (A2), and if neither helps let
//! it register itself anew: unregister (A3), one restart of `sps` for the whole run (A12), wait (A4). KB 320568 notes
//! that the dates in the Storage Providers view change only by the last way.

use super::{Anew, HostDraft, Remedy, Scope, Stage, moves};
use crate::facts::{CertificateMode, Host};
use crate::plan::Planning;

pub(super) const REMEDY: Remedy = Remedy {
    name: "refresh-provider",
    help: "synchronise the provider, reconnect it, and if it is still not well unregister it and let it register itself",
    scope: Scope::Host(steps),
};

/// Seconds that SMS gets to show the effect of a sync or a reconnection before the next stronger step. Both are tasks
/// whose end is waited for first, so this is only the time between SMS's knowing and SMS's telling.
pub(super) const PATIENCE_SECONDS: i64 = 10;

pub(super) fn steps(planning: &Planning<'_>, host: &Host, draft: &mut HostDraft) -> Result<(), String> {
    let provider = planning.case.canonical_provider(host);
    if provider.is_none() && host.is_in_cluster() == Ok(false) {
        // Only the hosts of a cluster get a provider, so there is none to wait for.
        return Ok(());
    }
    may_register_anew(planning)?;
    let patience = PATIENCE_SECONDS.min(planning.case.policy.step_timeout_seconds);
    if let Some(provider) = provider {
        draft.add(Stage::Sync, moves::sync_provider(host, patience));
        // For any other status, and for VASA 1.x whatever its status, a reconnection does nothing.
        let may_help = provider.vasa_version.as_deref().is_none_or(|version| !version.starts_with("1."));
        if may_help && provider.status.value().is_some_and(|status| status == "disconnected") {
            draft.add(Stage::Reconnect, moves::reconnect_provider(host, patience));
        }
    }
    draft.anew = Anew::IfUnwell;
    draft.awaits_provider = true;
    Ok(())
}

/// Why a provider must not be registered anew in this certificate mode, if so.
pub(super) fn may_register_anew(planning: &Planning<'_>) -> Result<(), String> {
    if planning.case.facts.vcenter.mode.value() == Some(&CertificateMode::Thumbprint) {
        // SMS knows each provider by an entry of its own store then (KB 318194); registering anew would only lose it.
        return Err("in certificate mode `thumbprint` a provider is trusted by an entry in vCenter's store `SMS`; correct that entry, or leave the mode (KB 318194)".to_owned());
    }
    Ok(())
}
