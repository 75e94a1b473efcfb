//! `EventManager.QueryEvents`: what vCenter has written into its log of events, by type and time.

use serde::{Deserialize, Serialize};

use crate::request::{HttpResponse, Look};
use crate::time::UnixTime;
use crate::wire::error::one_line;
use crate::wire::soap::{self, Service};
use crate::wire::xml::Xml;
use crate::wire::{MoRef, VCenter, WireError};

/// One event. `EventEx` and `ExtendedEvent` name their type in `eventTypeId`; all others are types of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its number.
    pub key: Option<i64>,
    /// The number of the event that began the operation which it belongs to.
    pub chain: Option<i64>,
    /// `com.vmware.vc.sms.VasaProviderDisconnectedEvent`, or the name of a type such as `HostDisconnectedEvent`.
    pub kind: String,
    /// When, by vCenter's clock.
    pub time: UnixTime,
    /// The object that it is about: its host, or what `objectId` or `managedObject` names.
    pub object: Option<MoRef>,
    /// Its text in the language of the session; cut at 300 characters.
    pub message: String,
    /// Its arguments in order, each value as one line; a bounded number of them.
    pub arguments: Vec<(String, String)>,
}

/// Events that one answer may hold; what vCenter takes where nothing is said, too.
pub const MOST_EVENTS: u32 = 1000;

/// Arguments that are kept of one event; the most that a known one has is 7.
const MOST_ARGUMENTS: usize = 32;

/// Asks for events since `begin`, by vCenter's clock, of these `kinds`; at most [`MOST_EVENTS`]. Which ones are left
/// out where there are more is not documented: ask for a shorter time then. A kind that a release does not know
/// matches nothing.
pub fn request(vcenter: &VCenter, event_manager: &MoRef, begin: UnixTime, kinds: &[&str]) -> Look {
    let mut request = soap::call(vcenter, Service::Vim, "QueryEvents", event_manager, |body| {
        body.nested("filter", |body| {
            body.nested("time", |body| body.element("beginTime", &begin.to_string()));
            body.flag("disableFullMessage", false);
            body.elements("eventTypeId", kinds);
            body.element("maxCount", &MOST_EVENTS.to_string());
        });
    });
    request.max_response_bytes = soap::PAGE_BYTES;
    Look::Http(request)
}

/// Reads the answer, the newest event first.
pub fn parse(response: &HttpResponse) -> Result<Vec<Event>, WireError> {
    let mut events = soap::many(response, "QueryEvents", |xml, tag| event(xml, tag.kind.as_deref()))?;
    events.reverse();
    events.sort_by_key(|event| std::cmp::Reverse(event.time));
    Ok(events)
}

fn event(xml: &mut Xml<'_>, own_type: Option<&str>) -> Result<Event, WireError> {
    let (mut key, mut chain) = (None, None);
    let (mut type_id, mut time, mut host, mut named) = (None, None, None, None);
    let (mut message, mut arguments) = (String::new(), Vec::new());
    let (mut object_id, mut object_type) = (None, None);
    xml.children(|xml, tag| {
        match tag.name() {
            "key" => key = xml.text()?.trim().parse().ok(),
            "chainId" => chain = xml.text()?.trim().parse().ok(),
            "createdTime" => time = Some(xml.time()?),
            "eventTypeId" => type_id = Some(xml.text()?),
            "fullFormattedMessage" => message = one_line(&xml.text()?),
            "host" => xml.children(|xml, tag| {
                if tag.name() == "host" {
                    host = Some(xml.reference(tag)?);
                }
                Ok(())
            })?,
            "managedObject" => named = Some(xml.reference(tag)?),
            "objectId" => object_id = Some(xml.text()?),
            "objectType" => object_type = Some(xml.text()?),
            "arguments" | "data" if arguments.len() < MOST_ARGUMENTS => arguments.push(argument(xml)?),
            _ => {}
        }
        Ok(())
    })?;
    let described = object_type.zip(object_id).map(|(kind, value)| MoRef { kind, value });
    let kind = type_id.or_else(|| own_type.map(str::to_owned));
    Ok(Event {
        key,
        chain,
        kind: xml.required(kind, "eventTypeId")?,
        time: xml.required(time, "createdTime")?,
        object: host.or(described).or(named),
        message,
        arguments,
    })
}

/// A value is of any type; of one with parts, the texts of all parts stand side by side.
fn argument(xml: &mut Xml<'_>) -> Result<(String, String), WireError> {
    let (mut key, mut texts) = (None, Vec::new());
    xml.children(|xml, tag| {
        match tag.name() {
            "key" => key = Some(xml.text()?),
            "value" => xml.leaves(String::new(), &mut |_, text| texts.push(text))?,
            _ => {}
        }
        Ok(())
    })?;
    Ok((xml.required(key, "key")?, one_line(&texts.join(" "))))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{look, soap, soap_body, vcenter};

    #[test]
    fn asks_by_time_and_type() {
        let manager = MoRef::new("EventManager", "EventManager");
        let request = look(request(&vcenter(), &manager, UnixTime(1_789_289_701), &["a.B", "HostDisconnectedEvent"]));
        assert_eq!(
            soap_body(&request),
            "<QueryEvents xmlns=\"urn:vim25\"><_this type=\"EventManager\">EventManager</_this><filter><time>\
             <beginTime>2026-09-13T08:55:01Z</beginTime></time><disableFullMessage>false</disableFullMessage>\
             <eventTypeId>a.B</eventTypeId><eventTypeId>HostDisconnectedEvent</eventTypeId><maxCount>1000</maxCount></filter>\
             </QueryEvents>"
        );
    }

    #[test]
    fn reads_the_three_shapes_of_an_event_newest_first() {
        let events = parse(&soap(
            "<QueryEventsResponse xmlns='urn:vim25'><returnval xsi:type='HostDisconnectedEvent'><key>1</key><chainId>1</chainId>\
             <createdTime>2026-09-13T08:55:01Z</createdTime><userName>u</userName><host><name>h</name><host type='HostSystem'>host-21\
             </host></host><fullFormattedMessage>Disconnected from h\nin D.</fullFormattedMessage></returnval>\
             <returnval xsi:type='EventEx'><key>2</key><chainId>1</chainId><createdTime>2026-09-13T08:55:03Z</createdTime>\
             <userName/><eventTypeId>com.vmware.vc.sms.X</eventTypeId><arguments><key>providerName</key>\
             <value xsi:type='xsd:string'>IOFILTER Provider h</value></arguments><arguments><key>list</key>\
             <value xsi:type='ArrayOfString'><string>a</string><string>b</string></value></arguments>\
             <objectId>host-22</objectId><objectType>HostSystem</objectType></returnval>\
             <returnval xsi:type='ExtendedEvent'><key>3</key><chainId>3</chainId><createdTime>2026-09-13T08:55:02Z</createdTime>\
             <userName/><message>m</message><eventTypeId>com.vmware.vc.certmgr.Y</eventTypeId>\
             <managedObject type='Folder'>group-d1</managedObject><data><key>k</key><value>v</value></data></returnval>\
             </QueryEventsResponse>",
        ))
        .unwrap();
        let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
        assert_eq!(kinds, ["com.vmware.vc.sms.X", "com.vmware.vc.certmgr.Y", "HostDisconnectedEvent"]);
        let [of_sms, of_certificates, of_host] = events.as_slice() else { unreachable!("there are three") };
        let argument = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!((of_sms.key, of_sms.chain), (Some(2), Some(1)));
        assert_eq!(of_sms.arguments, [argument("providerName", "IOFILTER Provider h"), argument("list", "a b")]);
        assert_eq!(of_sms.object, Some(MoRef::new("HostSystem", "host-22")));
        assert_eq!(of_certificates.arguments, [argument("k", "v")]);
        assert_eq!(of_certificates.object, Some(MoRef::new("Folder", "group-d1")));
        assert_eq!(of_host.message, "Disconnected from h in D");
        assert_eq!(of_host.object.as_ref().unwrap().value.trim(), "host-21");
    }

    #[test]
    fn events_of_one_moment_keep_the_order_that_the_log_has_turned_round() {
        let one = |name: &str| {
            format!("<returnval xsi:type='{name}'><createdTime>2026-09-13T08:55:01Z</createdTime></returnval>")
        };
        let body =
            format!("<QueryEventsResponse xmlns='urn:vim25'>{}{}</QueryEventsResponse>", one("First"), one("Second"));
        let events = parse(&soap(&body)).unwrap();
        assert_eq!(events.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>(), ["Second", "First"]);
        assert_eq!(parse(&soap("<QueryEventsResponse xmlns='urn:vim25'/>")).unwrap(), []);
    }
}
