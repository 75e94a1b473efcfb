//! Property paths such as `config.service.service`.

use super::Inventory;
use crate::soap::fault;
use crate::soap::schema::{Kind, schema};
use crate::soap::value::{Fault, Reference, Value};

/// Whether the type has the path; `InvalidProperty` when a name in it is unknown. Below a type that the schema does
/// not hold every name is taken as known but unset.
pub(crate) fn check(kind: &str, path: &str) -> Result<(), Fault> {
    walk(kind, path).map(|_| ()).map_err(|()| fault::invalid_property(path))
}

/// The value at a path. `None` when it is unset, or something on the way to it is.
pub(crate) fn value_at(inventory: &dyn Inventory, object: &Reference, path: &str) -> Option<Value> {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let value = inventory.property(object, first)?;
    let value = match rest {
        Some(rest) => inside(&value, rest)?.clone(),
        None => value,
    };
    let declared = walk(&object.kind, path).ok().flatten()?;
    Some(value.declared(declared))
}

fn inside<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    let mut value = value;
    for name in path.split('.') {
        let Value::Object(object) = value else { return None };
        value = object.value(name)?;
    }
    Some(value)
}

/// The declared type at a path: `Ok(None)` when it cannot be known, `Err` when a name is wrong.
fn walk(kind: &str, path: &str) -> Result<Option<Kind>, ()> {
    let mut here = Some(Kind { name: "", array: false });
    let mut type_name = kind;
    for name in path.split('.') {
        let is_leaf = type_name.starts_with("xsd:") || schema().enumeration(type_name).is_some();
        if is_leaf || here.is_none_or(|kind| kind.array) {
            return Err(());
        }
        if schema().wire_type(type_name).is_none() {
            return Ok(None);
        }
        let field = schema().field(type_name, name).ok_or(())?;
        here = Some(field.kind);
        type_name = field.kind.name;
    }
    Ok(here)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_checked_against_the_types() {
        assert!(check("HostSystem", "name").is_ok());
        assert!(check("HostSystem", "config.service.service").is_ok());
        assert!(check("HostSystem", "runtime.connectionState").is_ok());
        assert!(check("HostSystem", "nosuch.prop").is_err());
        assert!(check("HostSystem", "config.nosuch").is_err());
        assert!(check("HostSystem", "config.service.service.key").is_err());
        assert!(check("HostSystem", "name.length").is_err());
    }

    #[test]
    fn paths_into_types_the_lab_lacks_are_known_but_unset() {
        assert!(check("HostSystem", "config.storageDevice.hostBusAdapter").is_ok());
    }
}
