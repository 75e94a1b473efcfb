//! What a closed gate, or the policy's ceiling, keeps out of a plan.

use std::collections::BTreeSet;

use super::{Act, Planning, Step};
use crate::case::PlaceKind;
use crate::facts::Host;
use crate::gates::{GateReading, Touches, connected};

/// Lets steps into the plan, or names what keeps them out. A gate that holds even what touches nothing holds all that a
/// remedy would do, whatever its steps are.
pub(super) fn admit<'s>(
    planning: &Planning<'_>,
    host: Option<&Host>,
    steps: impl Iterator<Item = &'s Step>,
) -> Result<(), (Vec<String>, String)> {
    let steps: Vec<&Step> = steps.collect();
    let connects = steps.iter().any(|step| matches!(step.act, Act::ReconnectHost { .. }));
    let of_all = closed_gates(planning, host, Touches::Nothing);
    let mut gates: BTreeSet<String> = of_all.into_iter().map(|reading| reading.gate.clone()).collect();
    let mut above = None;
    for step in steps {
        gates.extend(held_by(planning, host, step, connects));
        if step.safety > planning.case.policy.ceiling {
            above = Some(step);
        }
    }
    if !gates.is_empty() {
        let gates: Vec<String> = gates.into_iter().collect();
        let why = reasons(planning, host, &gates);
        return Err((gates, why));
    }
    match above {
        Some(step) => Err((
            vec!["ceiling".to_owned()],
            format!(
                "`{}` goes further than the ceiling allows; raise the setting `ceiling` to `ask_first` if that is wanted",
                step.act.title()
            ),
        )),
        None => Ok(()),
    }
}

/// Closed gates that hold a step. One that is drafted with a reconnection of its host is not held for want of a connection:
/// that asks first where a person disconnected the host.
pub(super) fn held_by(planning: &Planning<'_>, host: Option<&Host>, step: &Step, connects: bool) -> BTreeSet<String> {
    step.touched()
        .flat_map(|touches| closed_gates(planning, host, touches))
        .map(|reading| reading.gate.clone())
        .filter(|gate| !(connects && *gate == connected::GATE.name))
        .collect()
}

pub(super) fn closed_gates<'p>(
    planning: &'p Planning<'_>,
    host: Option<&Host>,
    touches: Touches,
) -> Vec<&'p GateReading> {
    planning.gates.iter().filter(|reading| is_before(reading, host) && reading.holds_back(touches)).collect()
}

fn is_before(reading: &GateReading, host: Option<&Host>) -> bool {
    host.map_or(reading.place.kind == PlaceKind::Vcenter, |host| reading.stands_before(host))
}

fn reasons(planning: &Planning<'_>, host: Option<&Host>, names: &[String]) -> String {
    let is_here =
        |reading: &&GateReading| names.contains(&reading.gate) && is_before(reading, host) && !reading.passes();
    let tell = |reading: &GateReading| match reading.help() {
        "" => format!("gate `{}`: {}", reading.gate, reading.reason()),
        help => format!("gate `{}`: {} ({help})", reading.gate, reading.reason()),
    };
    planning.gates.iter().filter(is_here).map(tell).collect::<Vec<_>>().join("; ")
}
