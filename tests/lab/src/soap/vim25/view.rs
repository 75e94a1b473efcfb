//! The world as vCenter's managed objects: which exist, and what their properties are.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::{alarms, host, host_managers, inventory, managers, task};
use crate::soap::objects::Objects;
use crate::soap::property_collector::Inventory;
use crate::soap::schema::schema;
use crate::soap::value::{Reference, Value};
use crate::world::World;
use crate::world::host::Host;
use crate::world::vcenter::Session;

/// The world as one caller sees it.
#[derive(Debug)]
pub(crate) struct WorldView<'a> {
    pub(crate) world: &'a World,
    pub(crate) objects: &'a Objects,
    pub(crate) session: Option<&'a (String, Session)>,
    /// Hosts by id, made at the first look: a whole fleet is read through one view.
    hosts: OnceCell<BTreeMap<&'a str, &'a Host>>,
}

impl Inventory for WorldView<'_> {
    fn exists(&self, object: &Reference) -> bool {
        match object.kind.as_str() {
            "ContainerView" => self.view(&object.id).is_some(),
            "Alarm" => alarms::definition(self.world, &object.id).is_some(),
            "PropertyFilter" => self.filters().contains(&object.id),
            "Task" => self.world.task(&object.id).is_some_and(|task| !task.operation.is_sms()),
            _ => {
                managers::exists(object)
                    || inventory::exists(self.world, object)
                    || host_managers::host_of(self.world, object).is_some()
            }
        }
    }

    fn property(&self, object: &Reference, name: &str) -> Option<Value> {
        match object.kind.as_str() {
            "HostSystem" => host::property(self.world, self.host(&object.id)?, name),
            "Folder" | "Datacenter" | "ClusterComputeResource" | "VirtualMachine" => {
                inventory::property(self.world, object, name)
            }
            "ContainerView" => self.view_property(&object.id, name),
            "Alarm" => alarms::property(self.world, &object.id, name),
            "Task" => (name == "info")
                .then_some(())
                .and_then(|()| self.world.task(&object.id))
                .map(|task| task::info(self.world, task).into()),
            "PropertyCollector" => (name == "filter").then(|| references("PropertyFilter", self.filters())),
            "ViewManager" => (name == "viewList").then(|| references("ContainerView", self.view_ids())),
            _ => managers::property(self, object, name).or_else(|| {
                host_managers::property(self.world, host_managers::host_of(self.world, object)?, object, name)
            }),
        }
    }
}

impl<'a> WorldView<'a> {
    /// The world as the caller of this session sees it.
    pub(crate) fn new(world: &'a World, objects: &'a Objects, session: Option<&'a (String, Session)>) -> Self {
        Self { world, objects, session, hosts: OnceCell::new() }
    }

    fn host(&self, id: &str) -> Option<&'a Host> {
        let by_id = || self.world.hosts.iter().map(|host| (host.moref.as_str(), host)).collect();
        self.hosts.get_or_init(by_id).get(id).copied()
    }

    fn view(&self, id: &str) -> Option<&crate::soap::objects::View> {
        self.objects.of(&self.session?.0)?.views.get(id)
    }

    fn view_ids(&self) -> Vec<String> {
        let owned = self.session.and_then(|(token, _)| self.objects.of(token));
        owned.map(|owned| owned.views.keys().cloned().collect()).unwrap_or_default()
    }

    fn filters(&self) -> Vec<String> {
        let owned = self.session.and_then(|(token, _)| self.objects.of(token));
        owned.map(|owned| owned.collector.ids().cloned().collect()).unwrap_or_default()
    }

    fn view_property(&self, id: &str, name: &str) -> Option<Value> {
        let view = self.view(id)?;
        match name {
            "container" => Some(view.container.clone().into()),
            "type" => Some(view.kinds.iter().map(String::as_str).collect::<Vec<_>>().into()),
            "recursive" => Some(view.recursive.into()),
            "view" => {
                let mut found = Vec::new();
                self.descend(&view.container, &view.kinds, view.recursive, &mut found);
                Some(found.into())
            }
            _ => None,
        }
    }

    fn descend(&self, from: &Reference, kinds: &[String], recursive: bool, found: &mut Vec<Reference>) {
        for child in inventory::children(self.world, from) {
            let wanted = kinds.is_empty() || kinds.iter().any(|kind| schema().is_a(&child.kind, kind));
            if wanted {
                found.push(child.clone());
            }
            if recursive {
                self.descend(&child, kinds, recursive, found);
            }
        }
    }
}

fn references(kind: &str, ids: Vec<String>) -> Value {
    ids.into_iter().map(|id| Reference::new(kind, id)).collect::<Vec<_>>().into()
}
