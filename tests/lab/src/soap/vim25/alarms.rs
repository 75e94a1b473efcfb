//! Alarms: their definitions, and `triggeredAlarmState`, in which an object shows those of everything below it too.

use super::inventory::ROOT;
use crate::soap::value::{Object, Reference, Value};
use crate::world::World;
use crate::world::alarm::{Alarm, Definition};

/// The alarms at an object and below it.
pub(crate) fn triggered_below(world: &World, object: &Reference) -> Vec<Object> {
    world.vcenter.alarms.iter().filter(|alarm| concerns(world, alarm, object)).map(state).collect()
}

/// A definition by its managed object id.
pub(crate) fn definition<'a>(world: &'a World, id: &str) -> Option<&'a Definition> {
    world.vcenter.alarm_definitions.iter().find(|definition| definition.moref == id)
}

/// A property of a definition.
pub(crate) fn property(world: &World, id: &str, name: &str) -> Option<Value> {
    let definition = definition(world, id)?;
    (name == "info").then(|| info(world, definition).into())
}

fn concerns(world: &World, alarm: &Alarm, object: &Reference) -> bool {
    match object.kind.as_str() {
        "HostSystem" => alarm.host.as_ref() == Some(&object.id),
        "ClusterComputeResource" | "ComputeResource" => {
            let host = alarm.host.as_deref().and_then(|host| world.host(host));
            host.is_some_and(|host| host.cluster == object.id)
        }
        _ => alarm.host.is_some() || object.id == ROOT,
    }
}

fn state(alarm: &Alarm) -> Object {
    let kind = if alarm.host.is_some() { "HostSystem" } else { "Folder" };
    Object::new("AlarmState")
        .with("key", alarm.key())
        .with("entity", Reference::new(kind, alarm.entity()))
        .with("alarm", Reference::new("Alarm", &alarm.definition))
        .with("overallStatus", alarm.status.as_str())
        .with("time", alarm.since)
        .with("acknowledged", alarm.acknowledged)
}

fn info(world: &World, definition: &Definition) -> Object {
    let expression = Object::new("EventAlarmExpression").with("eventType", "EventEx");
    Object::new("AlarmInfo")
        .with("name", &definition.name)
        .with_some("systemName", definition.system_name.as_ref())
        .with("description", &definition.name)
        .with("enabled", true)
        .with("expression", expression)
        .with("key", &definition.moref)
        .with("alarm", Reference::new("Alarm", &definition.moref))
        .with("entity", Reference::new("Folder", ROOT))
        .with("lastModifiedTime", world.pki.vmca.not_before)
        .with("lastModifiedUser", "")
        .with("creationEventId", 0)
}
