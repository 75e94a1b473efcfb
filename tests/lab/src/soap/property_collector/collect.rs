//! `RetrieveProperties` and its paged variant.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::spec::{FilterSpec, Selected};
use super::{Inventory, path};
use crate::soap::fault;
use crate::soap::value::{Fault, Object, Reference, Value};

/// Objects that did not fit into an answer, until the client comes with the token.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) rest: Vec<Object>,
    pub(crate) size: usize,
}

/// `ObjectContent` of every object that the filters select.
pub(crate) fn collect(inventory: &dyn Inventory, specs: &[FilterSpec]) -> Result<Vec<Object>, Fault> {
    let mut contents = Vec::new();
    for spec in specs {
        for selected in spec.select(inventory)? {
            contents.push(content(inventory, &selected));
        }
    }
    Ok(contents)
}

/// What a caller without a session gets: HTTP 200, and per property the reason why it is missing. Objects that can
/// only be reached through something the session owned (a view) are not there at all.
pub(crate) fn collect_unauthenticated(inventory: &dyn Inventory, specs: &[FilterSpec]) -> Vec<Object> {
    let mut contents = Vec::new();
    for spec in specs {
        for object in spec.roots().filter(|object| inventory.exists(object)) {
            let Some(paths) = spec.paths_of(object) else { continue };
            let (mut found, mut missing) = (Vec::new(), Vec::new());
            for path in paths {
                match path::value_at(inventory, object, &path) {
                    Some(value) if is_public(object, &path) => found.push(property(&path, value)),
                    _ => missing.push(missing_property(&path, fault::not_authenticated(object, "System.Read"))),
                }
            }
            contents.push(object_content(object, found, missing));
        }
    }
    contents
}

/// The first page of some contents, and what is left. A size of zero means that everything fits.
pub(crate) fn page(mut contents: Vec<Object>, size: usize) -> (Vec<Object>, Option<Page>) {
    if size == 0 || contents.len() <= size {
        return (contents, None);
    }
    let rest = contents.split_off(size);
    (contents, Some(Page { rest, size }))
}

/// `ServiceInstance` is there to be asked before the login.
fn is_public(object: &Reference, path: &str) -> bool {
    object.kind == "ServiceInstance" && (path == "content" || path.starts_with("content."))
}

fn content(inventory: &dyn Inventory, selected: &Selected) -> Object {
    let remembered = Remembering { inventory, known: RefCell::default() };
    let found = selected
        .paths
        .iter()
        .filter_map(|path| Some(property(path, path::value_at(&remembered, &selected.object, path)?)))
        .collect();
    object_content(&selected.object, found, Vec::new())
}

fn object_content(object: &Reference, found: Vec<Object>, missing: Vec<Object>) -> Object {
    Object::new("ObjectContent").with("obj", object.clone()).with("propSet", found).with("missingSet", missing)
}

fn property(path: &str, value: Value) -> Object {
    Object::new("DynamicProperty").with("name", path).with("val", value)
}

fn missing_property(path: &str, fault: Fault) -> Object {
    Object::new("MissingProperty").with("path", path).with("fault", fault)
}

/// Builds a property of one object only once, however many paths lead into it.
struct Remembering<'a> {
    inventory: &'a dyn Inventory,
    known: RefCell<BTreeMap<String, Option<Value>>>,
}

impl Inventory for Remembering<'_> {
    fn exists(&self, object: &Reference) -> bool {
        self.inventory.exists(object)
    }

    fn property(&self, object: &Reference, name: &str) -> Option<Value> {
        if let Some(value) = self.known.borrow().get(name) {
            return value.clone();
        }
        let value = self.inventory.property(object, name);
        self.known.borrow_mut().insert(name.to_owned(), value.clone());
        value
    }
}
