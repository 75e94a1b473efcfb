//! All is well, and an alarm is still raised: vCenter does not clear every alarm by itself. Acknowledge it (A16), after
//! everything else. Which those are the rule says: nothing that is left of what they watch may be wrong.

use super::{FleetDraft, Remedy, Scope, moves};
use crate::plan::Planning;
use crate::rules::provider::alarm_residual;

pub(super) const REMEDY: Remedy = Remedy {
    name: "acknowledge-alarm",
    help: "acknowledge the alarms that stayed behind; setting one to green is a click in the vSphere Client",
    scope: Scope::VCenter(steps),
};

#[expect(clippy::unnecessary_wraps, reason = "all remedies have one face")]
fn steps(planning: &Planning<'_>, draft: &mut FleetDraft) -> Result<(), String> {
    let timeout = planning.case.policy.step_timeout_seconds;
    let residual = alarm_residual::residual(&planning.case);
    draft.afterwards.extend(residual.into_iter().map(|alarm| moves::acknowledge_alarm(alarm, timeout)));
    Ok(())
}
