//! vCenter's tasks: `TaskInfo`, and the methods that begin one.

use super::host;
use crate::soap::context::{Answer, Context};
use crate::soap::fault;
use crate::soap::value::{Object, Reference, Value};
use crate::world::World;
use crate::world::task::{Operation, Task};

/// `TaskInfo`.
pub(crate) fn info(world: &World, task: &Task) -> Object {
    let id = task.id();
    let name = task.operation.method();
    let entity = task.operation.object().and_then(|moref| world.host(moref));
    let error = task.error.as_ref().map(|error| super::world_fault(error, &Reference::new("Task", &id)));
    let reason = Object::new("TaskReasonUser").with("userName", &world.vcenter.username);
    Object::new("TaskInfo")
        .with("key", &id)
        .with("task", Reference::new("Task", &id))
        .with("name", name)
        .with("descriptionId", task.operation.description_id())
        .with_some("entity", entity.map(host::reference))
        .with_some("entityName", entity.map(|host| &host.name))
        .with("state", task.state.as_str())
        .with("cancelled", false)
        .with("cancelable", false)
        .with_some("error", error)
        .with_some("progress", task.progress().and_then(|progress| i32::try_from(progress).ok()))
        .with("reason", reason)
        .with("queueTime", task.queued)
        .with_some("startTime", task.started.map(Value::from))
        .with_some("completeTime", task.completed.map(Value::from))
        .with("eventChainId", i32::try_from(task.number).unwrap_or(i32::MAX))
}

/// A method of `CertificateManager`, which takes a list of hosts.
pub(crate) fn begin_for_hosts(context: &mut Context<'_>, operation: fn(Vec<String>) -> Operation) -> Answer {
    let hosts = context.parameters().references("host");
    if hosts.is_empty() {
        return Err(fault::invalid_argument("host"));
    }
    if let Some(gone) = hosts.iter().find(|host| !context.exists(host)) {
        return Err(fault::not_found(gone));
    }
    context.begin(operation(hosts.into_iter().map(|host| host.id).collect()))
}

/// A method of `HostSystem`.
pub(crate) fn begin_for_host(context: &mut Context<'_>, operation: fn(String) -> Operation) -> Answer {
    let host = context.this().id.clone();
    context.begin(operation(host))
}
