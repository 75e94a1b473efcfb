//! SMS has an old picture of a provider that is well by now: synchronise (A1), reconnect (A2), and if neither helps let
//! it register itself anew: unregister (A3), one restart of `sps` for the whole run (A12), wait (A4). KB 320568 notes
//! that the dates in the Storage Providers view change only by the last way.

use super::{HostDraft, Remedy, Scope, Stage, moves};
use crate::facts::Host;
use crate::plan::Planning;

pub(super) const REMEDY: Remedy = Remedy {
    name: "refresh-provider",
    help: "synchronise the provider, reconnect it, and if it is still not well unregister it and let it register itself",
    scope: Scope::Host(steps),
};

/// Seconds that SMS gets to show the effect of a sync or a reconnection before the next stronger step.
const PATIENCE_SECONDS: i64 = 60;

pub(super) fn steps(planning: &Planning<'_>, host: &Host, draft: &mut HostDraft) -> Result<(), String> {
    let patience = PATIENCE_SECONDS.min(planning.case.policy.step_timeout_seconds);
    if planning.case.canonical_provider(host).is_some() {
        draft.add(Stage::Sync, moves::sync_provider(host, patience));
        draft.add(Stage::Reconnect, moves::reconnect_provider(host, patience));
    }
    draft.may_register_anew = true;
    draft.awaits_provider = true;
    Ok(())
}
