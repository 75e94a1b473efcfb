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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{look, soap, soap_body, vcenter};

    #[test]
    fn names_clusters_and_tells_of_those_that_are_gone() {
        let clusters = [MoRef::new("ClusterComputeResource", "domain-c8"), MoRef::new("ComputeResource", "domain-s9")];
        let body =
            soap_body(&look(request(&vcenter(), &MoRef::new("PropertyCollector", "propertyCollector"), &clusters)));
        assert_eq!(
            body,
            "<RetrievePropertiesEx xmlns=\"urn:vim25\"><_this type=\"PropertyCollector\">propertyCollector</_this><specSet>\
             <propSet><type>ComputeResource</type><all>false</all><pathSet>name</pathSet></propSet>\
             <objectSet><obj type=\"ClusterComputeResource\">domain-c8</obj><skip>false</skip></objectSet>\
             <objectSet><obj type=\"ComputeResource\">domain-s9</obj><skip>false</skip></objectSet>\
             <reportMissingObjectsInResults>true</reportMissingObjectsInResults></specSet><options></options>\
             </RetrievePropertiesEx>"
        );
        let page = parse(&soap(
            "<RetrievePropertiesExResponse xmlns='urn:vim25'><returnval><objects><obj type='ClusterComputeResource'>domain-c8</obj>\
             <propSet><name>name</name><val xsi:type='xsd:string'>Zürich &amp; Genf</val></propSet></objects>\
             <objects><obj type='ComputeResource'>domain-s9</obj><missingSet><path>name</path><fault>\
             <fault xsi:type='ManagedObjectNotFound'><obj type='ComputeResource'>domain-s9</obj></fault>\
             <localizedMessage>gone</localizedMessage></fault></missingSet></objects></returnval></RetrievePropertiesExResponse>",
        ))
        .unwrap();
        assert_eq!(page.records.first().unwrap().name.as_deref(), Some("Zürich & Genf"));
        assert!(page.records.get(1).unwrap().withheld.get("name").unwrap().gone());
    }
}
