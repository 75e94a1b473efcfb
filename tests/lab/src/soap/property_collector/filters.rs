//! Filters that outlive a call: `CreateFilter`, `WaitForUpdates`, `WaitForUpdatesEx`, `DestroyPropertyFilter`.

use std::collections::BTreeMap;

use super::spec::FilterSpec;
use super::{Inventory, path};
use crate::soap::value::{Fault, Object, Reference, Value};

/// A filter and what it last reported.
#[derive(Debug)]
pub(crate) struct Filter {
    spec: FilterSpec,
    reported: BTreeMap<Reference, BTreeMap<String, Value>>,
}

/// The filters of one session and the version of its last update.
#[derive(Debug, Default)]
pub(crate) struct Collector {
    filters: BTreeMap<String, Filter>,
    version: u64,
}

impl Collector {
    /// Adds a filter under an id.
    pub(crate) fn add(&mut self, id: String, spec: FilterSpec) {
        self.filters.insert(id, Filter { spec, reported: BTreeMap::new() });
    }

    /// Removes a filter; false when there is none of this id.
    pub(crate) fn remove(&mut self, id: &str) -> bool {
        self.filters.remove(id).is_some()
    }

    /// The filter ids.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &String> {
        self.filters.keys()
    }

    /// Checks a version that a client sends: empty means from the beginning, any other must be the last one.
    pub(crate) fn resume(&mut self, version: &str) -> Result<(), Fault> {
        if version.is_empty() {
            self.filters.values_mut().for_each(|filter| filter.reported.clear());
            return Ok(());
        }
        if version != self.version.to_string() {
            return Err(Fault::new("InvalidCollectorVersion", "The collector version is not valid."));
        }
        Ok(())
    }

    /// An `UpdateSet` when something changed since the last one.
    pub(crate) fn updates(&mut self, inventory: &dyn Inventory) -> Option<Object> {
        let mut sets = Vec::new();
        for (id, filter) in &mut self.filters {
            let changes = filter.changes(inventory);
            if !changes.is_empty() {
                let reference = Reference::new("PropertyFilter", id);
                sets.push(Object::new("PropertyFilterUpdate").with("filter", reference).with("objectSet", changes));
            }
        }
        if sets.is_empty() {
            return None;
        }
        self.version += 1;
        Some(Object::new("UpdateSet").with("version", self.version.to_string()).with("filterSet", sets))
    }
}

impl Filter {
    fn changes(&mut self, inventory: &dyn Inventory) -> Vec<Object> {
        // An object of the filter that is gone now has left; the call itself does not fail for it.
        let selected = self.spec.select(inventory).unwrap_or_default();
        let mut updates = Vec::new();
        let mut now = BTreeMap::new();
        for item in selected {
            let values: BTreeMap<String, Value> = item
                .paths
                .iter()
                .filter_map(|path| Some((path.clone(), path::value_at(inventory, &item.object, path)?)))
                .collect();
            let before = self.reported.remove(&item.object);
            let kind = if before.is_some() { "modify" } else { "enter" };
            let entered = before.is_none();
            let changed = differences(&before.unwrap_or_default(), &values);
            if entered || !changed.is_empty() {
                updates.push(object_update(kind, &item.object, changed));
            }
            now.insert(item.object, values);
        }
        updates.extend(self.reported.keys().map(|gone| object_update("leave", gone, Vec::new())));
        self.reported = now;
        updates
    }
}

fn object_update(kind: &str, object: &Reference, changes: Vec<Object>) -> Object {
    Object::new("ObjectUpdate").with("kind", kind).with("obj", object.clone()).with("changeSet", changes)
}

fn differences(before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>) -> Vec<Object> {
    let assigned = after.iter().filter(|(path, value)| before.get(*path) != Some(value)).map(|(path, value)| {
        Object::new("PropertyChange").with("name", path).with("op", "assign").with("val", value.clone())
    });
    let removed = before
        .keys()
        .filter(|path| !after.contains_key(*path))
        .map(|path| Object::new("PropertyChange").with("name", path).with("op", "remove"));
    assigned.chain(removed).collect()
}
