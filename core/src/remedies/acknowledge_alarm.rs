//! All is well at an object, and an alarm of it is still red: vCenter does not clear every alarm by itself. Acknowledge
//! it (A16), after everything else, and only where nothing else was found there.

use super::{FleetDraft, Remedy, Scope, moves};
use crate::plan::Planning;
use crate::rules::{Place, residual_alarms};

pub(super) const REMEDY: Remedy = Remedy {
    name: "acknowledge-alarm",
    help: "acknowledge the alarm that stayed behind; setting it to green is a click in the vSphere Client",
    scope: Scope::Alarm(steps),
};

fn steps(planning: &Planning<'_>, place: &Place, draft: &mut FleetDraft) -> Result<(), String> {
    if planning.is_troubled(place) {
        return Err("something else is wrong there; the alarm is left to tell of it".to_owned());
    }
    let timeout = planning.case.policy.step_timeout_seconds;
    // What the finding names, and nothing else that may be red.
    for alarm in residual_alarms(&planning.case) {
        draft.afterwards.push(moves::acknowledge_alarm(alarm, timeout));
    }
    Ok(())
}
