//! Alarms that are not green: `triggeredAlarmState` of an object, which holds those of everything below it too, and the
//! names of their definitions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::request::{HttpResponse, Look};
use crate::time::UnixTime;
use crate::wire::property::{self, Objects, Page, Record};
use crate::wire::xml::{Tag, Xml};
use crate::wire::{Fault, MoRef, VCenter, WireError};

/// The alarms at and below one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriggeredRecord {
    /// The object that was asked.
    pub moref: MoRef,
    /// `None` when they were withheld, or when there are none: vCenter leaves an empty list out.
    pub states: Option<Vec<AlarmState>>,
    /// Why they were withheld, by property path.
    pub withheld: BTreeMap<String, Fault>,
}

/// One alarm at one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmState {
    /// Unique among the alarms.
    pub key: String,
    /// What it is on.
    pub entity: MoRef,
    /// Its definition.
    pub alarm: MoRef,
    /// `red` or `yellow`; `green` and `gray` are no trouble.
    pub status: String,
    /// When it turned so, by vCenter's clock.
    pub time: UnixTime,
    /// Whether a person has acknowledged it.
    pub acknowledged: bool,
}

/// What an alarm is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefinitionRecord {
    /// The definition.
    pub moref: MoRef,
    /// Its name, in the language of the installation.
    pub name: Option<String>,
    /// Its name for programs, such as `alarm.HostConnectivityAlarm`; only the product's own have one.
    pub system_name: Option<String>,
    /// What was withheld, by property path.
    pub withheld: BTreeMap<String, Fault>,
}

/// Asks which alarms are triggered at `folder` and at everything in it.
pub fn triggered(vcenter: &VCenter, property_collector: &MoRef, folder: &MoRef) -> Look {
    let objects = Objects::These(std::slice::from_ref(folder));
    Look::Http(property::retrieve(vcenter, property_collector, "Folder", &["triggeredAlarmState"], &objects))
}

/// Reads the answer to [`triggered`].
pub fn parse_triggered(response: &HttpResponse) -> Result<Page<TriggeredRecord>, WireError> {
    property::page(response)
}

/// Asks what `alarms` are called.
pub fn definitions(vcenter: &VCenter, property_collector: &MoRef, alarms: &[MoRef]) -> Look {
    let objects = Objects::These(alarms);
    Look::Http(property::retrieve(vcenter, property_collector, "Alarm", &["info.name", "info.systemName"], &objects))
}

/// Reads the answer to [`definitions`].
pub fn parse_definitions(response: &HttpResponse) -> Result<Page<DefinitionRecord>, WireError> {
    property::page(response)
}

impl Record for TriggeredRecord {
    fn of(moref: MoRef) -> Self {
        Self { moref, states: None, withheld: BTreeMap::new() }
    }

    fn set(&mut self, path: &str, xml: &mut Xml<'_>, _: &Tag<'_>) -> Result<(), WireError> {
        if path == "triggeredAlarmState" {
            let mut states = Vec::new();
            xml.children(|xml, _| {
                states.push(state(xml)?);
                Ok(())
            })?;
            self.states = Some(states);
        }
        Ok(())
    }

    fn withheld(&mut self) -> &mut BTreeMap<String, Fault> {
        &mut self.withheld
    }
}

impl Record for DefinitionRecord {
    fn of(moref: MoRef) -> Self {
        Self { moref, name: None, system_name: None, withheld: BTreeMap::new() }
    }

    fn set(&mut self, path: &str, xml: &mut Xml<'_>, _: &Tag<'_>) -> Result<(), WireError> {
        match path {
            "info.name" => self.name = Some(xml.text()?),
            "info.systemName" => self.system_name = Some(xml.text()?),
            _ => {}
        }
        Ok(())
    }

    fn withheld(&mut self) -> &mut BTreeMap<String, Fault> {
        &mut self.withheld
    }
}

fn state(xml: &mut Xml<'_>) -> Result<AlarmState, WireError> {
    let (mut key, mut entity, mut alarm, mut status, mut time) = (None, None, None, None, None);
    let mut acknowledged = false;
    xml.children(|xml, tag| {
        match tag.name() {
            "key" => key = Some(xml.text()?),
            "entity" => entity = Some(xml.reference(tag)?),
            "alarm" => alarm = Some(xml.reference(tag)?),
            "overallStatus" => status = Some(xml.text()?),
            "time" => time = Some(xml.time()?),
            "acknowledged" => acknowledged = xml.boolean()?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(AlarmState {
        key: xml.required(key, "key")?,
        entity: xml.required(entity, "entity")?,
        alarm: xml.required(alarm, "alarm")?,
        status: xml.required(status, "overallStatus")?,
        time: xml.required(time, "time")?,
        acknowledged,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{look, soap, soap_body, vcenter};

    fn answer(content: &str) -> HttpResponse {
        soap(&format!(
            "<RetrievePropertiesExResponse xmlns='urn:vim25'><returnval><objects>{content}</objects></returnval>\
             </RetrievePropertiesExResponse>"
        ))
    }

    #[test]
    fn reads_what_is_triggered_below_the_root_folder() {
        let (collector, root) = (MoRef::new("PropertyCollector", "p"), MoRef::new("Folder", "group-d1"));
        let body = soap_body(&look(triggered(&vcenter(), &collector, &root)));
        assert!(body.contains("<type>Folder</type><all>false</all><pathSet>triggeredAlarmState</pathSet>"));
        let page = parse_triggered(&answer(
            "<obj type='Folder'>group-d1</obj><propSet><name>triggeredAlarmState</name><val xsi:type='ArrayOfAlarmState'>\
             <AlarmState><key>alarm-9.host-21</key><entity type='HostSystem'>host-21</entity><alarm type='Alarm'>alarm-9</alarm>\
             <overallStatus>red</overallStatus><time>2026-09-13T08:55:01.5Z</time><acknowledged>true</acknowledged>\
             <acknowledgedByUser>VSPHERE.LOCAL\\a</acknowledgedByUser><eventKey>77</eventKey></AlarmState></val></propSet>",
        ))
        .unwrap();
        let expected = AlarmState {
            key: "alarm-9.host-21".to_owned(),
            entity: MoRef::new("HostSystem", "host-21"),
            alarm: MoRef::new("Alarm", "alarm-9"),
            status: "red".to_owned(),
            time: UnixTime(1_789_289_701),
            acknowledged: true,
        };
        assert_eq!(page.records.first().unwrap().states.as_deref(), Some([expected].as_slice()));
    }

    #[test]
    fn none_and_withheld_are_told_apart() {
        let none = parse_triggered(&answer("<obj type='Folder'>group-d1</obj>")).unwrap();
        assert!(none.records.first().unwrap().withheld.is_empty());
        let withheld = parse_triggered(&answer(
            "<obj type='Folder'>group-d1</obj><missingSet><path>triggeredAlarmState</path><fault><fault xsi:type='NoPermission'>\
             <privilegeId>System.Read</privilegeId></fault></fault></missingSet>",
        ))
        .unwrap();
        assert_eq!(withheld.records.first().unwrap().withheld.len(), 1);
    }

    #[test]
    fn a_definition_of_a_person_has_no_name_for_programs() {
        let alarms = [MoRef::new("Alarm", "alarm-9")];
        let body = soap_body(&look(definitions(&vcenter(), &MoRef::new("PropertyCollector", "p"), &alarms)));
        assert!(body.contains("<pathSet>info.name</pathSet><pathSet>info.systemName</pathSet>"));
        let page = parse_definitions(&answer(
            "<obj type='Alarm'>alarm-9</obj><propSet><name>info.name</name><val xsi:type='xsd:string'>Ours &amp; theirs</val></propSet>",
        ))
        .unwrap();
        let record = page.records.first().unwrap();
        assert_eq!((record.name.as_deref(), record.system_name.as_deref()), (Some("Ours & theirs"), None));
    }
}
