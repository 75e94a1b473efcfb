//! The faults that more than one method throws, with vCenter's own words where they are known.

use super::value::{Fault, Reference};

/// No session, or one that ended.
pub(crate) fn not_authenticated(object: &Reference, privilege: &'static str) -> Fault {
    Fault::new("NotAuthenticated", "The session is not authenticated.")
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
