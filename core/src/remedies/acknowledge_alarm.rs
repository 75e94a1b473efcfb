//! All is well at an object, and an alarm of it is still red: vCenter does not clear every alarm by itself. Acknowledge
//! it (A16), after everything else, and only where nothing else was found there.

use super::{FleetDraft, Remedy, Scope, moves};
use crate::facts::Observed;
use crate::plan::Planning;
use crate::rules::Place;

pub(super) const REMEDY: Remedy = Remedy {
    name: "acknowledge-alarm",
    help: "acknowledge the alarm that stayed behind; setting it to green is a click in the vSphere Client",
    scope: Scope::Alarm(steps),
};

fn steps(planning: &Planning<'_>, place: &Place, draft: &mut FleetDraft) -> Result<(), String> {
    let Observed::Seen { value: alarms, .. } = &planning.case.facts.vcenter.alarms else {
        return Err("the alarms of vCenter are not known".to_owned());
    };
    if planning.is_troubled(place) {
        return Err("something else is wrong there; the alarm is left to tell of it".to_owned());
    }
    let timeout = planning.case.policy.step_timeout_seconds;
    let is_here = |entity: &str| place.host.as_deref().map_or(entity.starts_with("group-d"), |host| host == entity);
    for alarm in alarms.iter().filter(|alarm| !alarm.acknowledged && is_here(&alarm.entity)) {
        draft.afterwards.push(moves::acknowledge_alarm(alarm, timeout));
    }
    Ok(())
}
