//! `SmsTask`, which is polled: no property collector knows it.

use crate::soap::context::{Answer, Context};
use crate::soap::fault::{self, world_fault};
use crate::soap::value::{Fault, Object, Reference, Value};
use crate::world::World;
use crate::world::task::{Task, TaskState};

/// `QuerySmsTaskInfo`.
pub(crate) fn query_info(context: &Context<'_>) -> Answer {
    Ok(Some(info(called(context)?).into()))
}

/// `QuerySmsTaskResult`: what the task made; its fault when it failed; nothing while it runs.
pub(crate) fn query_result(context: &Context<'_>) -> Answer {
    let task = called(context)?;
    match &task.error {
        Some(error) => Err(world_fault(error, context.this())),
        None => Ok(result(task)),
    }
}

fn called<'a>(context: &'a Context<'_>) -> Result<&'a Task, Fault> {
    let world: &World = context.world;
    world.task(&context.this().id).ok_or_else(|| fault::not_found(context.this()))
}

fn info(task: &Task) -> Object {
    let this = Reference::new("SmsTask", task.id());
    let provider = task.operation.object().map(|moref| Reference::new("VasaProvider", moref));
    let progress = match task.state {
        TaskState::Success | TaskState::Error => Some(100),
        TaskState::Queued | TaskState::Running => task.progress().and_then(|progress| i32::try_from(progress).ok()),
    };
    Object::new("SmsTaskInfo")
        .with("key", &this.id)
        .with("task", this.clone())
        .with_some("object", provider)
        .with_some("error", task.error.as_ref().map(|error| world_fault(error, &this)))
        .with_some("result", result(task))
        .with_some("startTime", task.started)
        .with_some("completionTime", task.completed)
        .with("state", task.state.as_str())
        .with_some("progress", progress)
}

/// Only registering makes something: the new provider.
fn result(task: &Task) -> Option<Value> {
    task.result.as_ref().map(|moref| Reference::new("VasaProvider", moref).into())
}
