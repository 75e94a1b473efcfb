//! All is well, and an alarm is still raised: vCenter does not clear every alarm by itself. After everything else it is
//! reset to green (A16) where no other alarm would be with it, and acknowledged where it stays. Which those are the rule
//! says: nothing that is left of what they watch may be wrong.

use super::{FleetDraft, Remedy, Scope, moves};
use crate::plan::Planning;
use crate::rules::provider::alarm_residual;

pub(super) const REMEDY: Remedy = Remedy {
    name: "acknowledge-alarm",
    help: "reset the alarms that stayed behind to green, or acknowledge them where others would be reset with them",
    scope: Scope::VCenter(steps),
};

#[expect(clippy::unnecessary_wraps, reason = "all remedies have one face")]
fn steps(planning: &Planning<'_>, draft: &mut FleetDraft) -> Result<(), String> {
    let timeout = planning.case.policy.step_timeout_seconds;
    let residual = alarm_residual::residual(&planning.case);
    let all = planning.case.facts.vcenter.alarms.value().map(Vec::as_slice).unwrap_or_default();
    draft.afterwards.extend(moves::clear_alarms(&residual, all, timeout));
    draft.afterwards.extend(residual.into_iter().map(|alarm| moves::acknowledge_alarm(alarm, timeout)));
    Ok(())
}
