//! The service `sps` is stopped, so every provider looks bad: start it (A12) before anything else is judged or done.

use super::{FleetDraft, Remedy, Scope, moves};
use crate::plan::Planning;

pub(super) const REMEDY: Remedy = Remedy {
    name: "start-profile-service",
    help: "start the service `sps` on vCenter, then check again",
    scope: Scope::VCenter(steps),
};

#[expect(clippy::unnecessary_wraps, reason = "all remedies have one face")]
fn steps(planning: &Planning<'_>, draft: &mut FleetDraft) -> Result<(), String> {
    draft.first.push(moves::start_sps(planning.case.policy.step_timeout_seconds));
    Ok(())
}
