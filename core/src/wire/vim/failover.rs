//! What vSphere HA has set aside in clusters for hosts that fail, and whether it is there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::request::{HttpResponse, Look};
use crate::wire::property::{self, Objects, Page, Record};
use crate::wire::xml::{Tag, Xml};
use crate::wire::{Fault, MoRef, VCenter, WireError};

/// Admission control of one cluster. `None` is what vCenter did not say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailoverRecord {
    /// The cluster.
    pub moref: MoRef,
    /// Whether HA is on (`configuration.dasConfig.enabled`).
    pub enabled: Option<bool>,
    /// Whether it refuses what would use up what is set aside (`configuration.dasConfig.admissionControlEnabled`).
    pub admission_control: Option<bool>,
    /// What is to be set aside (`configuration.dasConfig.admissionControlPolicy`).
    pub wanted: Option<Capacity>,
    /// What is there (`summary.admissionControlInfo`).
    pub present: Option<Capacity>,
    /// What was withheld, by property path.
    pub withheld: BTreeMap<String, Fault>,
}

/// A capacity in one of the three ways in which HA counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Capacity {
    /// Hosts that may fail.
    Hosts(i64),
    /// Percent of the cluster's CPU and memory.
    Percent {
        /// Of CPU.
        cpu: i64,
        /// Of memory.
        memory: i64,
    },
    /// Hosts that stand by, as many as are not green.
    StandBy {
        /// Those that are green.
        green: usize,
        /// All.
        all: usize,
    },
}

/// Asks for the admission control of `clusters`, each a `ClusterComputeResource`.
pub fn request(vcenter: &VCenter, property_collector: &MoRef, clusters: &[MoRef]) -> Look {
    let (objects, paths) = (Objects::These(clusters), ["configuration.dasConfig", "summary"]);
    Look::Http(property::retrieve(vcenter, property_collector, "ClusterComputeResource", &paths, &objects))
}

/// Reads the answer.
pub fn parse(response: &HttpResponse) -> Result<Page<FailoverRecord>, WireError> {
    property::page(response)
}

impl Record for FailoverRecord {
    fn of(moref: MoRef) -> Self {
        let withheld = BTreeMap::new();
        Self { moref, enabled: None, admission_control: None, wanted: None, present: None, withheld }
    }

    fn set(&mut self, path: &str, xml: &mut Xml<'_>, _: &Tag<'_>) -> Result<(), WireError> {
        match path {
            "configuration.dasConfig" => xml.children(|xml, tag| {
                match tag.name() {
                    "enabled" => self.enabled = Some(xml.boolean()?),
                    "admissionControlEnabled" => self.admission_control = Some(xml.boolean()?),
                    "admissionControlPolicy" => self.wanted = capacity(xml)?,
                    _ => {}
                }
                Ok(())
            }),
            "summary" => xml.children(|xml, tag| {
                if tag.name() == "admissionControlInfo" {
                    self.present = capacity(xml)?;
                }
                Ok(())
            }),
            _ => Ok(()),
        }
    }

    fn withheld(&mut self) -> &mut BTreeMap<String, Fault> {
        &mut self.withheld
    }
}

/// A policy, or what is there by it: the fields of the three kinds have names of their own. `None` for a kind that this
/// version does not know.
fn capacity(xml: &mut Xml<'_>) -> Result<Option<Capacity>, WireError> {
    let (mut hosts, mut cpu, mut memory, mut standing_by) = (None, None, None, None::<(usize, usize)>);
    xml.children(|xml, tag| {
        match tag.name() {
            "failoverLevel" | "currentFailoverLevel" => hosts = Some(xml.integer()?),
            "cpuFailoverResourcesPercent" | "currentCpuFailoverResourcesPercent" => cpu = Some(xml.integer()?),
            "memoryFailoverResourcesPercent" | "currentMemoryFailoverResourcesPercent" => memory = Some(xml.integer()?),
            "failoverHosts" => {
                let (green, all) = standing_by.unwrap_or_default();
                standing_by = Some((green.saturating_add(1), all.saturating_add(1)));
            }
            "hostStatus" => {
                let (green, all) = standing_by.unwrap_or_default();
                standing_by = Some((green.saturating_add(usize::from(is_green(xml)?)), all.saturating_add(1)));
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(match (cpu.zip(memory), standing_by, hosts) {
        // The later kinds carry a level besides, by which their own figures are computed.
        (Some((cpu, memory)), _, _) => Some(Capacity::Percent { cpu, memory }),
        (None, Some((green, all)), _) => Some(Capacity::StandBy { green, all }),
        (None, None, Some(hosts)) => Some(Capacity::Hosts(hosts)),
        (None, None, None) => None,
    })
}

fn is_green(xml: &mut Xml<'_>) -> Result<bool, WireError> {
    let mut green = false;
    xml.children(|xml, tag| {
        if tag.name() == "status" {
            green = xml.text()? == "green";
        }
        Ok(())
    })?;
    Ok(green)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{look, soap, soap_body, vcenter};

    fn read(policy: &str, info: &str) -> FailoverRecord {
        let body = format!(
            "<RetrievePropertiesExResponse xmlns='urn:vim25'><returnval><objects><obj type='ClusterComputeResource'>domain-c8</obj>\
             <propSet><name>configuration.dasConfig</name><val xsi:type='ClusterDasConfigInfo'><enabled>true</enabled>\
             <failoverLevel>7</failoverLevel><admissionControlPolicy xsi:type='P'>{policy}</admissionControlPolicy>\
             <admissionControlEnabled>true</admissionControlEnabled></val></propSet>\
             <propSet><name>summary</name><val xsi:type='ClusterComputeResourceSummary'><currentFailoverLevel>9</currentFailoverLevel>\
             <admissionControlInfo xsi:type='I'>{info}</admissionControlInfo></val></propSet></objects></returnval>\
             </RetrievePropertiesExResponse>"
        );
        parse(&soap(&body)).unwrap().records.pop().unwrap()
    }

    #[test]
    fn the_three_ways_of_counting_are_told_apart() {
        let level = read("<failoverLevel>1</failoverLevel>", "<currentFailoverLevel>0</currentFailoverLevel>");
        assert_eq!((level.wanted, level.present), (Some(Capacity::Hosts(1)), Some(Capacity::Hosts(0))));
        assert_eq!((level.enabled, level.admission_control), (Some(true), Some(true)));
        let share = read(
            "<cpuFailoverResourcesPercent>25</cpuFailoverResourcesPercent><memoryFailoverResourcesPercent>30\
             </memoryFailoverResourcesPercent><failoverLevel>1</failoverLevel>",
            "<currentCpuFailoverResourcesPercent>60</currentCpuFailoverResourcesPercent>\
             <currentMemoryFailoverResourcesPercent>20</currentMemoryFailoverResourcesPercent>",
        );
        assert_eq!(share.wanted, Some(Capacity::Percent { cpu: 25, memory: 30 }));
        assert_eq!(share.present, Some(Capacity::Percent { cpu: 60, memory: 20 }));
        let host = |status: &str| {
            format!("<hostStatus><host type='HostSystem'>h</host><status>{status}</status></hostStatus>")
        };
        let stand_by = read(
            "<failoverHosts type='HostSystem'>h</failoverHosts><failoverHosts type='HostSystem'>i</failoverHosts>",
            &(host("green") + &host("red")),
        );
        assert_eq!(stand_by.wanted, Some(Capacity::StandBy { green: 2, all: 2 }));
        assert_eq!(stand_by.present, Some(Capacity::StandBy { green: 1, all: 2 }));
        assert_eq!(read("", "").present, None);
    }

    #[test]
    fn it_is_asked_of_clusters_only() {
        let clusters = [MoRef::new("ClusterComputeResource", "domain-c8")];
        let body = soap_body(&look(request(&vcenter(), &MoRef::new("PropertyCollector", "p"), &clusters)));
        assert!(body.contains(
            "<type>ClusterComputeResource</type><all>false</all><pathSet>configuration.dasConfig</pathSet><pathSet>summary</pathSet>"
        ));
    }
}
