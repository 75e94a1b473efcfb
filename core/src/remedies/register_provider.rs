//! A host has no provider: SPS registers missing ones when it restarts (KB 320568), so restart it once for the whole
//! run (A12) and wait (A4). What does not come by itself is registered by hand (A5), the last resort.

use super::{Anew, HostDraft, Remedy, Scope};
use crate::facts::Host;
use crate::plan::Planning;

pub(super) const REMEDY: Remedy = Remedy {
    name: "register-provider",
    help: "restart the service `sps` once, which registers missing IOFilter providers, and wait for them",
    scope: Scope::Host(steps),
};

#[expect(clippy::unnecessary_wraps, reason = "all remedies have one face")]
fn steps(_: &Planning<'_>, _: &Host, draft: &mut HostDraft) -> Result<(), String> {
    draft.anew = Anew::IfUnwell;
    draft.awaits_provider = true;
    Ok(())
}
