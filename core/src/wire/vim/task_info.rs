//! `Task.info`: how far tasks of vCenter are, many in one call.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::request::{HttpResponse, Look};
use crate::time::UnixTime;
use crate::wire::property::{self, Objects, Page, Record};
use crate::wire::xml::{Tag, Xml};
use crate::wire::{Fault, MoRef, TaskState, VCenter, WireError, fault};

/// One task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskRecord {
    /// The task.
    pub moref: MoRef,
    /// `None` when it was withheld: vCenter forgets a finished task after some minutes (`ManagedObjectNotFound`).
    pub info: Option<TaskInfo>,
    /// Its state, in the answer to [`states`].
    pub state: Option<TaskState>,
    /// Why it was withheld, by property path.
    pub withheld: BTreeMap<String, Fault>,
}

/// How far a task is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskInfo {
    /// Its state.
    pub state: TaskState,
    /// Why it failed.
    pub error: Option<Fault>,
    /// Percent done.
    pub progress: Option<i64>,
    /// What it works on.
    pub entity: Option<MoRef>,
    /// When it ended, by vCenter's clock.
    pub complete_time: Option<UnixTime>,
}

/// Asks how far `tasks` are. Asking keeps the session alive.
pub fn request(vcenter: &VCenter, property_collector: &MoRef, tasks: &[MoRef]) -> Look {
    Look::Http(property::retrieve(vcenter, property_collector, "Task", &["info"], &Objects::These(tasks)))
}

/// Asks for the states of `tasks` and nothing else.
pub fn states(vcenter: &VCenter, property_collector: &MoRef, tasks: &[MoRef]) -> Look {
    Look::Http(property::retrieve(vcenter, property_collector, "Task", &["info.state"], &Objects::These(tasks)))
}

/// Reads the answer to either.
pub fn parse(response: &HttpResponse) -> Result<Page<TaskRecord>, WireError> {
    property::page(response)
}

impl Record for TaskRecord {
    fn of(moref: MoRef) -> Self {
        Self { moref, info: None, state: None, withheld: BTreeMap::new() }
    }

    fn set(&mut self, path: &str, xml: &mut Xml<'_>, _: &Tag<'_>) -> Result<(), WireError> {
        match path {
            "info" => self.info = Some(info(xml)?),
            "info.state" => self.state = Some(TaskState::of(xml.text()?)),
            _ => {}
        }
        Ok(())
    }

    fn withheld(&mut self) -> &mut BTreeMap<String, Fault> {
        &mut self.withheld
    }
}

fn info(xml: &mut Xml<'_>) -> Result<TaskInfo, WireError> {
    let (mut state, mut error, mut progress, mut entity, mut complete_time) = (None, None, None, None, None);
    xml.children(|xml, tag| {
        match tag.name() {
            "state" => state = Some(TaskState::of(xml.text()?)),
            "error" => error = Some(fault::of_field(xml)?),
            "progress" => progress = Some(xml.integer()?),
            "entity" => entity = Some(xml.reference(tag)?),
            "completeTime" => complete_time = Some(xml.time()?),
            _ => {}
        }
        Ok(())
    })?;
    Ok(TaskInfo { state: xml.required(state, "state")?, error, progress, entity, complete_time })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{look, soap, soap_body, vcenter};

    #[test]
    fn asks_for_many_tasks_and_reads_their_errors() {
        let tasks = [MoRef::new("Task", "task-68")];
        let body = soap_body(&look(request(&vcenter(), &MoRef::new("PropertyCollector", "p"), &tasks)));
        assert!(body.contains("<type>Task</type><all>false</all><pathSet>info</pathSet>"));
        let page = parse(&soap(
            "<RetrievePropertiesExResponse xmlns='urn:vim25'><returnval><objects><obj type='Task'>task-68</obj><propSet>\
             <name>info</name><val xsi:type='TaskInfo'><key>task-68</key><task type='Task'>task-68</task>\
             <entity type='HostSystem'>host-21</entity><state>error</state><error><fault xsi:type='SSLVerifyFault'>\
             <selfSigned>true</selfSigned><thumbprint>AA:BB</thumbprint></fault><localizedMessage>no trust</localizedMessage>\
             </error><progress>15</progress><completeTime>2026-09-13T08:55:01Z</completeTime></val></propSet></objects>\
             </returnval></RetrievePropertiesExResponse>",
        ))
        .unwrap();
        let info = page.records.first().unwrap().info.as_ref().unwrap();
        assert_eq!(info.state, TaskState::Error);
        let error = info.error.as_ref().unwrap();
        assert_eq!((error.name.as_str(), error.field("thumbprint")), ("SSLVerifyFault", Some("AA:BB")));
        assert_eq!((info.progress, info.complete_time), (Some(15), Some(UnixTime(1_789_289_701))));
        assert_eq!(info.entity, Some(MoRef::new("HostSystem", "host-21")));
    }

    #[test]
    fn asks_for_states_alone() {
        let tasks = [MoRef::new("Task", "task-68")];
        let body = soap_body(&look(states(&vcenter(), &MoRef::new("PropertyCollector", "p"), &tasks)));
        assert!(body.contains("<type>Task</type><all>false</all><pathSet>info.state</pathSet>"));
        let page = parse(&soap(
            "<RetrievePropertiesExResponse xmlns='urn:vim25'><returnval><objects><obj type='Task'>task-68</obj><propSet>\
             <name>info.state</name><val xsi:type='TaskInfoState'>running</val></propSet></objects></returnval>\
             </RetrievePropertiesExResponse>",
        ))
        .unwrap();
        assert_eq!(page.records.first().unwrap().state, Some(TaskState::Running));
    }
}
