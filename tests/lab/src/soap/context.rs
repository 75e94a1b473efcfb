//! What a method works with, and what it answers.

use super::objects::Objects;
use super::property_collector::Inventory;
use super::value::{Fault, Reference, Value};
use super::vim25::view::WorldView;
use super::xml::{Call, Element};
use crate::world::World;
use crate::world::task::{Fate, Operation};
use crate::world::vcenter::Session;

/// The answer of a method: a value, nothing, or a fault.
pub(crate) type Answer = Result<Option<Value>, Fault>;

/// One call on its way through the server.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) world: &'a mut World,
    pub(crate) objects: &'a mut Objects,
    pub(crate) call: &'a Call,
    /// The caller's session, with its token.
    pub(crate) session: Option<(String, Session)>,
    /// How a task begun by this call is to end.
    pub(crate) fate: Fate,
    /// The token of a session that this call opened.
    pub(crate) opened: Option<String>,
}

impl Context<'_> {
    /// The object whose method is called.
    pub(crate) fn this(&self) -> &Reference {
        &self.call.this
    }

    /// The method with its parameters.
    pub(crate) fn parameters(&self) -> &Element {
        &self.call.method
    }

    /// The text of a parameter, empty when it is absent.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.call.method.child(name).map_or("", |child| child.text.as_str())
    }

    /// The token of the caller's session; empty for a caller without one.
    pub(crate) fn token(&self) -> &str {
        self.session.as_ref().map_or("", |(token, _)| token)
    }

    /// The world as the property collector reads it, with the caller's views in it.
    pub(crate) fn inventory(&self) -> WorldView<'_> {
        WorldView::new(self.world, self.objects, self.session.as_ref())
    }

    /// Whether the object exists for this caller.
    pub(crate) fn exists(&self, object: &Reference) -> bool {
        self.inventory().exists(object)
    }

    /// Begins a task and answers the reference to it.
    pub(crate) fn begin(&mut self, operation: Operation) -> Answer {
        let kind = if operation.is_sms() { "SmsTask" } else { "Task" };
        let id = self.world.begin_task(operation, self.fate.clone());
        Ok(Some(Reference::new(kind, id).into()))
    }
}
