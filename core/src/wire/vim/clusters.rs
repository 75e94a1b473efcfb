//! The names of clusters, and of the `ComputeResource` objects that stand for hosts in no cluster.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::request::{HttpResponse, Look};
use crate::wire::property::{self, Objects, Page, Record};
use crate::wire::xml::{Tag, Xml};
use crate::wire::{Fault, MoRef, VCenter, WireError};

/// What ESXi hosts belong to: a cluster when the type is `ClusterComputeResource`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterRecord {
    /// The cluster.
    pub moref: MoRef,
    /// Its name.
    pub name: Option<String>,
    /// What was withheld, by property path.
    pub withheld: BTreeMap<String, Fault>,
}

/// Asks for the names of `clusters`, which are the parents of hosts.
pub fn request(vcenter: &VCenter, property_collector: &MoRef, clusters: &[MoRef]) -> Look {
    let objects = Objects::These(clusters);
    Look::Http(property::retrieve(vcenter, property_collector, "ComputeResource", &["name"], &objects))
}

/// Reads the answer.
pub fn parse(response: &HttpResponse) -> Result<Page<ClusterRecord>, WireError> {
    property::page(response)
}

impl Record for ClusterRecord {
    fn of(moref: MoRef) -> Self {
        Self { moref, name: None, withheld: BTreeMap::new() }
    }

    fn set(&mut self, path: &str, xml: &mut Xml<'_>, _: &Tag<'_>) -> Result<(), WireError> {
        if path == "name" {
            self.name = Some(xml.text()?);
        }
        Ok(())
    }

    fn withheld(&mut self) -> &mut BTreeMap<String, Fault> {
        &mut self.withheld
    }
}
