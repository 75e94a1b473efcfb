//! The virtual machine that a vCenter runs in, where it is in the inventory: found by what it calls itself, and asked for
//! its snapshots.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::request::{HttpResponse, Look};
use crate::time::UnixTime;
use crate::wire::property::{self, Objects, Page, Record};
use crate::wire::soap::{self, Service};
use crate::wire::xml::{Tag, Xml};
use crate::wire::{Fault, MoRef, VCenter, WireError};

/// A virtual machine and its snapshots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineRecord {
    /// The machine.
    pub moref: MoRef,
    /// Its name in the inventory.
    pub name: Option<String>,
    /// Its snapshots, parents before children; empty when it has none.
    pub snapshots: Vec<Snapshot>,
    /// What was withheld, by property path.
    pub withheld: BTreeMap<String, Fault>,
}

/// One snapshot (`VirtualMachineSnapshotTree`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Its name.
    pub name: String,
    /// When it was taken.
    pub create_time: UnixTime,
    /// The machine's power then: `poweredOff`, `poweredOn` or `suspended`.
    pub state: String,
}

/// Asks which machines call themselves `name`, a DNS name or an address: VMware Tools tell vCenter both
/// (`SearchIndex.FindAllByDnsName`, `FindAllByIp`).
pub fn find(vcenter: &VCenter, search_index: &MoRef, name: &str) -> Look {
    let (method, parameter) = match name.parse::<std::net::IpAddr>() {
        Ok(_) => (BY_ADDRESS, "ip"),
        Err(_) => (BY_NAME, "dnsName"),
    };
    Look::Http(soap::call(vcenter, Service::Vim, method, search_index, |body| {
        body.element(parameter, name);
        body.flag("vmSearch", true);
    }))
}

/// Reads the answer to [`find`] for the same name; empty when there is none.
pub fn parse_find(response: &HttpResponse, name: &str) -> Result<Vec<MoRef>, WireError> {
    let method = if name.parse::<std::net::IpAddr>().is_ok() { BY_ADDRESS } else { BY_NAME };
    soap::references(response, method)
}

/// Asks for the snapshots of `machines`.
pub fn snapshots(vcenter: &VCenter, property_collector: &MoRef, machines: &[MoRef]) -> Look {
    let objects = Objects::These(machines);
    Look::Http(property::retrieve(vcenter, property_collector, "VirtualMachine", &["name", "snapshot"], &objects))
}

/// Reads the answer to [`snapshots`].
pub fn parse_snapshots(response: &HttpResponse) -> Result<Page<MachineRecord>, WireError> {
    property::page(response)
}

const BY_NAME: &str = "FindAllByDnsName";
const BY_ADDRESS: &str = "FindAllByIp";

impl Record for MachineRecord {
    fn of(moref: MoRef) -> Self {
        Self { moref, name: None, snapshots: Vec::new(), withheld: BTreeMap::new() }
    }

    fn set(&mut self, path: &str, xml: &mut Xml<'_>, _: &Tag<'_>) -> Result<(), WireError> {
        match path {
            "name" => self.name = Some(xml.text()?),
            "snapshot" => xml.children(|xml, tag| match tag.name() {
                "rootSnapshotList" => tree(xml, &mut self.snapshots),
                _ => Ok(()),
            })?,
            _ => {}
        }
        Ok(())
    }

    fn withheld(&mut self) -> &mut BTreeMap<String, Fault> {
        &mut self.withheld
    }
}

fn tree(xml: &mut Xml<'_>, all: &mut Vec<Snapshot>) -> Result<(), WireError> {
    let place = all.len();
    let (mut name, mut create_time, mut state) = (None, None, None);
    xml.children(|xml, tag| {
        match tag.name() {
            "name" => name = Some(xml.text()?),
            "createTime" => create_time = Some(xml.time()?),
            "state" => state = Some(xml.text()?),
            "childSnapshotList" => tree(xml, all)?,
            _ => {}
        }
        Ok(())
    })?;
    let snapshot = Snapshot {
        name: xml.required(name, "name")?,
        create_time: xml.required(create_time, "createTime")?,
        state: xml.required(state, "state")?,
    };
    all.insert(place, snapshot);
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{look, soap, soap_body, vcenter};

    #[test]
    fn a_machine_is_looked_for_by_its_name_or_its_address() {
        let index = MoRef::new("SearchIndex", "SearchIndex");
        assert_eq!(
            soap_body(&look(find(&vcenter(), &index, "vc.example.com"))),
            "<FindAllByDnsName xmlns=\"urn:vim25\"><_this type=\"SearchIndex\">SearchIndex</_this>\
             <dnsName>vc.example.com</dnsName><vmSearch>true</vmSearch></FindAllByDnsName>"
        );
        assert!(soap_body(&look(find(&vcenter(), &index, "2001:db8::7"))).contains("<ip>2001:db8::7</ip>"));
        let found = "<FindAllByDnsNameResponse xmlns='urn:vim25'><returnval type='VirtualMachine'>vm-1</returnval>\
                     </FindAllByDnsNameResponse>";
        assert_eq!(parse_find(&soap(found), "vc.example.com").unwrap(), [MoRef::new("VirtualMachine", "vm-1")]);
        assert_eq!(parse_find(&soap("<FindAllByIpResponse xmlns='urn:vim25'/>"), "192.0.2.7").unwrap(), []);
    }

    fn answer(value: &str) -> HttpResponse {
        soap(&format!(
            "<RetrievePropertiesExResponse xmlns='urn:vim25'><returnval><objects><obj type='VirtualMachine'>vm-1</obj>\
             {value}</objects></returnval></RetrievePropertiesExResponse>"
        ))
    }

    fn one(name: &str, state: &str, children: &str) -> String {
        format!(
            "<snapshot type='VirtualMachineSnapshot'>s</snapshot><vm type='VirtualMachine'>vm-1</vm><name>{name}</name>\
             <description/><id>1</id><createTime>2026-09-13T08:55:01Z</createTime><state>{state}</state>\
             <quiesced>false</quiesced>{children}"
        )
    }

    #[test]
    fn snapshots_are_read_parents_first() {
        let child = format!("<childSnapshotList>{}</childSnapshotList>", one("b", "poweredOff", ""));
        let list = format!(
            "<propSet><name>snapshot</name><val xsi:type='VirtualMachineSnapshotInfo'><currentSnapshot \
             type='VirtualMachineSnapshot'>s</currentSnapshot><rootSnapshotList>{}</rootSnapshotList></val></propSet>",
            one("a", "poweredOn", &child)
        );
        let page = parse_snapshots(&answer(&list)).unwrap();
        let read = |name: &str, state: &str| Snapshot {
            name: name.to_owned(),
            create_time: UnixTime(1_789_289_701),
            state: state.to_owned(),
        };
        assert_eq!(page.records.first().unwrap().snapshots, [read("a", "poweredOn"), read("b", "poweredOff")]);
        let none = parse_snapshots(&answer("<propSet><name>name</name><val xsi:type='xsd:string'>vc</val></propSet>"));
        let none = none.unwrap().records.pop().unwrap();
        assert_eq!((none.name.as_deref(), none.snapshots.len()), (Some("vc"), 0));
    }
}
