//! `/vcenter/services`: list, look, start, stop, restart.

use serde_json::{Value, json};

use super::{Answer, Call, Payload, Refusal};
use crate::world::World;
use crate::world::sps::SpsState;

/// Answers a call under `vcenter/services`.
pub(super) fn answer(world: &mut World, call: &Call<'_>) -> Answer {
    let parts = call.path.get(2..).unwrap_or_default();
    // `/api` has the action in the query, `/rest` in the path.
    let action = call.action.or_else(|| parts.get(1).copied());
    match (call.method, parts, action) {
        ("GET", [], _) => Ok(Payload::Map(SERVICES.iter().map(|name| ((*name).into(), info(world, name))).collect())),
        ("GET", [name], _) if SERVICES.contains(name) => Ok(Payload::Value(info(world, name))),
        ("POST", [name] | [name, _], Some(action)) if SERVICES.contains(name) => act(world, name, action),
        (_, [name, ..], _) => Err(Refusal::not_found(&format!("service {name}"))),
        _ => Err(Refusal::not_found("the operation")),
    }
}

fn act(world: &mut World, name: &str, action: &str) -> Answer {
    if name != "sps" {
        return Err(Refusal::new(403, "UNAUTHORIZED", format!("the lab does not touch {name}")));
    }
    let already = |world: &World, state| world.sps.state == state;
    let changed = match action {
        "start" if already(world, SpsState::Started) => return Err(already_there()),
        "stop" if already(world, SpsState::Stopped) => return Err(already_there()),
        "start" => world.start_sps(),
        "stop" => world.stop_sps(),
        "restart" => world.restart_sps(),
        _ => return Err(Refusal::not_found("the operation")),
    };
    let refused = |fault: crate::world::Fault| Refusal::new(400, "NOT_ALLOWED_IN_CURRENT_STATE", fault.message);
    changed.map(|()| Payload::Nothing).map_err(refused)
}

fn already_there() -> Refusal {
    Refusal::new(400, "ALREADY_IN_DESIRED_STATE", "the service is in that state already")
}

fn info(world: &World, name: &str) -> Value {
    let state = match name {
        "sps" => world.sps.state,
        "rbd" if !world.vcenter.auto_deploy => SpsState::Stopped,
        _ => SpsState::Started,
    };
    let mut info = json!({
        "name_key": format!("cis.{name}.ServiceName"),
        "description_key": format!("cis.{name}.ServiceDescription"),
        "startup_type": if name == "rbd" { "MANUAL" } else { "AUTOMATIC" },
        "state": state.as_str(),
    });
    // A service that does not run has no health, not even an empty list of messages (the SDK refuses it).
    if state == SpsState::Started
        && let Some(fields) = info.as_object_mut()
    {
        fields.insert("health".into(), json!("HEALTHY"));
        fields.insert("health_messages".into(), json!([]));
    }
    info
}

/// Services that the list shows; only `sps` can be changed.
const SERVICES: [&str; 5] = ["certificatemanagement", "rbd", "sps", "vapi-endpoint", "vpxd"];
