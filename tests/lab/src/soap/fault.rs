//! The faults that more than one method throws, with vCenter's own words where they are known.

use super::schema::{Field, schema};
use super::value::{Fault, Reference, Value};
use crate::world;

/// No session, or one that ended.
pub(crate) fn not_authenticated(object: &Reference, privilege: &'static str) -> Fault {
    Fault::new("NotAuthenticated", "The session is not authenticated.")
        .with("object", object.clone())
        .with("privilegeId", privilege)
}

/// The caller's role lacks a privilege.
pub(crate) fn no_permission(object: &Reference, privilege: &'static str) -> Fault {
    Fault::new("NoPermission", "Permission to perform this operation was denied.")
        .with("object", object.clone())
        .with("privilegeId", privilege)
}

/// The object was deleted, or never was.
pub(crate) fn not_found(object: &Reference) -> Fault {
    let message = "The object has already been deleted or has not been completely created";
    Fault::new("ManagedObjectNotFound", message).with("obj", object.clone())
}

/// The type has no such property.
pub(crate) fn invalid_property(path: &str) -> Fault {
    Fault::new("InvalidProperty", "").with("name", path)
}

/// The request cannot be read: bad XML, a missing or an unknown element, a version the server does not have.
pub(crate) fn invalid_request(message: impl Into<String>) -> Fault {
    Fault::new("InvalidRequest", message)
}

/// The object has no such method, or not in the version asked for.
pub(crate) fn method_not_found(object: &Reference, method: &str) -> Fault {
    Fault::new("MethodNotFound", "The method does not exist or is not supported by the receiver.")
        .with("receiver", object.clone())
        .with("method", method)
}

/// A required argument has a value that the server refuses.
pub(crate) fn invalid_argument(property: &str) -> Fault {
    let message = format!("A specified parameter was not correct: {property}");
    Fault::new("InvalidArgument", message).with("invalidProperty", property)
}

/// A fault of the world, or one that a rule names, in its wire form. What the type requires and nobody said is filled
/// in: references with `about`, text with the message. A name that no type table has is kept.
pub(crate) fn world_fault(fault: &world::Fault, about: &Reference) -> Fault {
    let Some(kind) = schema().name_of(&fault.name) else {
        return Fault::unheard_of(&fault.name, &fault.message);
    };
    let mut answer = Fault::new(kind, &fault.message);
    for field in schema().fields(kind) {
        let said = fault.fields.iter().find(|(name, _)| name == field.name).map(|(_, text)| text.as_str());
        if let Some(value) = field_value(field, said, &fault.message, about) {
            answer = answer.with(field.name, value);
        }
    }
    answer
}

fn field_value(field: &Field, said: Option<&str>, message: &str, about: &Reference) -> Option<Value> {
    let text = match said {
        Some(text) => text,
        None if field.optional || field.kind.array => return None,
        None => message,
    };
    match field.kind.name {
        "MoRef" => Some(about.clone().into()),
        "xsd:string" if field.kind.array => Some(vec![text].into()),
        "xsd:string" => Some(text.into()),
        "xsd:int" | "xsd:long" => Some(text.parse().unwrap_or(0_i32).into()),
        "xsd:boolean" => Some((text == "true").into()),
        _ => None,
    }
}
