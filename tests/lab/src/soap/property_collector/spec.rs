//! `PropertyFilterSpec`: which properties of which objects.

use std::collections::{BTreeMap, BTreeSet};

use super::Inventory;
use super::path;
use crate::soap::fault;
use crate::soap::schema::schema;
use crate::soap::value::{Fault, Reference, Value};
use crate::soap::xml::Element;

/// A filter specification as a client sent it.
#[derive(Debug, Clone)]
pub(crate) struct FilterSpec {
    properties: Vec<PropertySpec>,
    objects: Vec<ObjectSpec>,
    /// Objects that are gone are left out instead of failing the call.
    report_missing: bool,
}

#[derive(Debug, Clone)]
struct PropertySpec {
    kind: String,
    all: bool,
    paths: Vec<String>,
}

#[derive(Debug, Clone)]
struct ObjectSpec {
    object: Reference,
    skip: bool,
    selections: Vec<Selection>,
}

/// A `TraversalSpec`, or only the name of one that stands elsewhere in the same object spec.
#[derive(Debug, Clone)]
struct Selection {
    name: Option<String>,
    step: Option<Step>,
}

#[derive(Debug, Clone)]
struct Step {
    kind: String,
    path: String,
    skip: bool,
    selections: Vec<Selection>,
}

/// An object that a filter selects, with the paths asked of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Selected {
    pub(crate) object: Reference,
    pub(crate) paths: Vec<String>,
}

impl FilterSpec {
    /// Reads a `specSet` or `spec` element, and refuses paths that the type does not have with `InvalidProperty`.
    pub(crate) fn read(element: &Element) -> Result<Self, Fault> {
        let properties: Vec<PropertySpec> = element.all("propSet").map(PropertySpec::read).collect();
        for property in &properties {
            for path in &property.paths {
                path::check(&property.kind, path)?;
            }
        }
        let objects = element.all("objectSet").filter_map(ObjectSpec::read).collect();
        Ok(Self { properties, objects, report_missing: element.flag("reportMissingObjectsInResults") })
    }

    /// The objects that the filter starts from.
    pub(crate) fn roots(&self) -> impl Iterator<Item = &Reference> {
        self.objects.iter().map(|spec| &spec.object)
    }

    /// The paths asked of an object, `None` when the filter wants nothing of its type.
    pub(crate) fn paths_of(&self, object: &Reference) -> Option<Vec<String>> {
        let mut found = None;
        for property in self.properties.iter().filter(|property| schema().is_a(&object.kind, &property.kind)) {
            let paths: &mut Vec<String> = found.get_or_insert_default();
            if property.all {
                paths.extend(schema().fields(&object.kind).iter().map(|field| field.name.to_owned()));
            }
            paths.extend(property.paths.iter().cloned());
        }
        found
    }

    /// All objects that the filter selects now, each once, in the order they are reached.
    pub(crate) fn select(&self, inventory: &dyn Inventory) -> Result<Vec<Selected>, Fault> {
        let mut walk = Walk { spec: self, inventory, seen: BTreeSet::new(), selected: Vec::new() };
        for start in &self.objects {
            if inventory.exists(&start.object) {
                walk.start(start);
            } else if !self.report_missing {
                return Err(fault::not_found(&start.object));
            }
        }
        Ok(walk.selected)
    }
}

struct Walk<'a> {
    spec: &'a FilterSpec,
    inventory: &'a dyn Inventory,
    seen: BTreeSet<Reference>,
    selected: Vec<Selected>,
}

impl Walk<'_> {
    fn start(&mut self, start: &ObjectSpec) {
        let mut named = BTreeMap::new();
        collect_names(&start.selections, &mut named);
        if !start.skip {
            self.take(&start.object);
        }
        let mut visited = BTreeSet::new();
        self.follow(&start.object, &start.selections, &named, &mut visited);
    }

    fn take(&mut self, object: &Reference) {
        if !self.seen.insert(object.clone()) {
            return;
        }
        if let Some(paths) = self.spec.paths_of(object) {
            self.selected.push(Selected { object: object.clone(), paths });
        }
    }

    /// Follows every selection from one object; a selection by name is looked up, so that specs may recurse.
    fn follow(
        &mut self,
        from: &Reference,
        selections: &[Selection],
        named: &BTreeMap<String, Step>,
        visited: &mut BTreeSet<(Reference, String)>,
    ) {
        for selection in selections {
            let by_name = selection.name.as_ref().and_then(|name| named.get(name));
            let Some(step) = selection.step.as_ref().or(by_name) else { continue };
            let first_time = visited.insert((from.clone(), format!("{}.{}", step.kind, step.path)));
            if !first_time || !schema().is_a(&from.kind, &step.kind) {
                continue;
            }
            for object in references(path::value_at(self.inventory, from, &step.path)) {
                if !step.skip {
                    self.take(&object);
                }
                self.follow(&object, &step.selections, named, visited);
            }
        }
    }
}

fn references(value: Option<Value>) -> Vec<Reference> {
    match value {
        Some(Value::Reference(reference)) => vec![reference],
        Some(Value::List(_, values)) => values.into_iter().flat_map(|value| references(Some(value))).collect(),
        _ => Vec::new(),
    }
}

fn collect_names(selections: &[Selection], named: &mut BTreeMap<String, Step>) {
    for selection in selections {
        if let Some(step) = &selection.step {
            if let Some(name) = &selection.name {
                named.insert(name.clone(), step.clone());
            }
            collect_names(&step.selections, named);
        }
    }
}

impl PropertySpec {
    fn read(element: &Element) -> Self {
        Self {
            kind: element.text_of("type").unwrap_or_default().to_owned(),
            all: element.flag("all"),
            paths: element.all("pathSet").map(|path| path.text.trim().to_owned()).collect(),
        }
    }
}

impl ObjectSpec {
    fn read(element: &Element) -> Option<Self> {
        let selections = element.all("selectSet").map(Selection::read).collect();
        Some(Self { object: element.reference("obj")?, skip: element.flag("skip"), selections })
    }
}

impl Selection {
    fn read(element: &Element) -> Self {
        let step = (element.subtype() == Some("TraversalSpec")).then(|| Step {
            kind: element.text_of("type").unwrap_or_default().to_owned(),
            path: element.text_of("path").unwrap_or_default().to_owned(),
            skip: element.flag("skip"),
            selections: element.all("selectSet").map(Self::read).collect(),
        });
        Self { name: element.text_of("name").map(str::to_owned), step }
    }
}
