//! All is well, and an alarm is still raised: vCenter does not clear every alarm by itself. After everything else it is
//! acknowledged (A16). With the ceiling `ask-first` it is reset to green before, where no other alarm would be with it.
//! Which those are the rule says: nothing that is left of what they watch may be wrong.

use super::{FleetDraft, Remedy, Scope, moves};
use crate::plan::{Planning, Safety};
use crate::rules::provider::alarm_residual;

pub(super) const REMEDY: Remedy = Remedy {
    name: "acknowledge-alarm",
    help: "acknowledge the alarms that stayed behind, or reset them to green (needs the ceiling `ask-first`)",
    scope: Scope::VCenter(steps),
};

#[expect(clippy::unnecessary_wraps, reason = "all remedies have one face")]
fn steps(planning: &Planning<'_>, draft: &mut FleetDraft) -> Result<(), String> {
    let timeout = planning.case.policy.step_timeout_seconds;
    let residual = alarm_residual::residual(&planning.case);
    let all = planning.case.facts.vcenter.alarms.value().map(Vec::as_slice).unwrap_or_default();
    if planning.case.policy.ceiling >= Safety::AskFirst {
        draft.afterwards.extend(moves::clear_alarms(&residual, all, timeout));
    }
    draft.afterwards.extend(residual.into_iter().map(|alarm| moves::acknowledge_alarm(alarm, timeout)));
    Ok(())
}
