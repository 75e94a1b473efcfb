//! `EventManager.QueryEvents`.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::host;
use crate::soap::context::{Answer, Context};
use crate::soap::value::{Object, Reference};
use crate::soap::xml::Element;
use crate::world::World;
use crate::world::vcenter::Event;

/// Events that pass the filter, oldest first; of more than `maxCount` (1,000 if unset) the newest.
pub(crate) fn query(context: &Context<'_>) -> Answer {
    let filter = context.parameters().child("filter");
    let passes = |event: &&Event| filter.is_none_or(|filter| passes(context.world, filter, event));
    let mut found: Vec<&Event> = context.world.vcenter.events.iter().filter(passes).collect();
    let most = filter.and_then(|filter| filter.text_of("maxCount")?.parse().ok()).unwrap_or(1000);
    let surplus = found.len().saturating_sub(most);
    found.drain(..surplus);
    Ok(Some(found.into_iter().map(|found| event(context.world, found)).collect::<Vec<_>>().into()))
}

/// An event as `EventEx`, or as a type of its own.
pub(crate) fn event(world: &World, event: &Event) -> Object {
    let host = event
        .host
        .as_deref()
        .and_then(|moref| world.host(moref))
        .map(|host| Object::new("HostEventArgument").with("name", &host.name).with("host", host::reference(host)));
    let key = i32::try_from(event.key).unwrap_or(i32::MAX);
    let own = OWN_TYPES.into_iter().find(|own| *own == event.kind);
    let answer = Object::new(own.unwrap_or("EventEx"))
        .with("key", key)
        .with("chainId", key)
        .with("createdTime", event.created)
        .with("userName", "")
        .with_some("host", host)
        .with("fullFormattedMessage", &event.message);
    if own.is_some() {
        return answer;
    }
    let argument = |(key, value): &(String, String)| Object::new("KeyAnyValue").with("key", key).with("value", value);
    answer
        .with("eventTypeId", &event.kind)
        .with("severity", "info")
        .with("message", &event.message)
        .with("arguments", event.arguments.iter().map(argument).collect::<Vec<_>>())
}

/// Events that are types of their own here.
const OWN_TYPES: [&str; 4] =
    ["HostConnectedEvent", "HostConnectionLostEvent", "HostDisconnectedEvent", "HostReconnectionFailedEvent"];

fn passes(world: &World, filter: &Element, event: &Event) -> bool {
    let kinds = filter.texts_of("eventTypeId");
    let of_kind =
        kinds.is_empty() || kinds.iter().any(|kind| kind.strip_prefix("vim.event.").unwrap_or(kind) == event.kind);
    let entity = filter.child("entity").and_then(|entity| entity.reference("entity"));
    let of_entity = entity.is_none_or(|entity| concerns(world, event, &entity));
    let time = filter.child("time");
    let bound = |name: &str| time.and_then(|time| OffsetDateTime::parse(time.text_of(name)?, &Rfc3339).ok());
    let in_time = bound("beginTime").is_none_or(|begin| event.created >= begin)
        && bound("endTime").is_none_or(|end| event.created <= end);
    of_kind && of_entity && in_time
}

/// An event of a host concerns the host, its cluster and every folder.
fn concerns(world: &World, event: &Event, entity: &Reference) -> bool {
    let host = event.host.as_deref().and_then(|moref| world.host(moref));
    match entity.kind.as_str() {
        "HostSystem" => host.is_some_and(|host| host.moref == entity.id),
        "ClusterComputeResource" | "ComputeResource" => host.is_some_and(|host| host.cluster == entity.id),
        _ => true,
    }
}
