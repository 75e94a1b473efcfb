//! `RetrievePropertiesEx`: chosen properties of many objects in one call, and pages of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::{Fault, WireError};
use super::soap::{self, Service};
use super::xml::{Tag, Xml};
use super::{MoRef, VCenter, fault};
use crate::request::{HttpRequest, HttpResponse};

/// Objects that a page holds at most, so that no answer grows with the fleet.
pub(super) const PAGE_OBJECTS: u32 = 100;

/// One page of objects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The objects, in the order of the answer.
    pub records: Vec<T>,
    /// How to ask for the next page; a token is good once. `None` on the last page.
    pub token: Option<String>,
    /// True when the answer had no result at all. vCenter says so when there is no such object, and also, with status
    /// 200, when there is no session: ask for the time before believing it.
    pub empty: bool,
}

/// Which objects are asked.
pub(super) enum Objects<'a> {
    /// All that a container view shows.
    View(&'a MoRef),
    /// These.
    These(&'a [MoRef]),
}

/// Asks for the properties `paths` of objects of the type `kind`.
pub(super) fn retrieve(
    vcenter: &VCenter,
    collector: &MoRef,
    kind: &str,
    paths: &[&str],
    objects: &Objects<'_>,
) -> HttpRequest {
    let mut request = soap::call(vcenter, Service::Vim, "RetrievePropertiesEx", collector, |body| {
        body.nested("specSet", |body| {
            body.nested("propSet", |body| {
                body.element("type", kind);
                body.flag("all", false);
                body.elements("pathSet", paths);
            });
            match objects {
                Objects::View(view) => body.nested("objectSet", |body| {
                    body.reference("obj", view);
                    body.flag("skip", true);
                    body.typed("selectSet", "TraversalSpec", |body| {
                        body.element("name", "view");
                        body.element("type", "ContainerView");
                        body.element("path", "view");
                        body.flag("skip", false);
                    });
                }),
                Objects::These(these) => {
                    for object in *these {
                        body.nested("objectSet", |body| {
                            body.reference("obj", object);
                            body.flag("skip", false);
                        });
                    }
                    // One that is gone is told of in its place (vcsim leaves it out), and the others are answered.
                    body.flag("reportMissingObjectsInResults", true);
                }
            }
        });
        body.nested("options", |body| {
            if matches!(objects, Objects::View(_)) {
                body.element("maxObjects", &PAGE_OBJECTS.to_string());
            }
        });
    });
    request.max_response_bytes = soap::PAGE_BYTES;
    request
}

/// Asks for the next page.
pub(super) fn proceed(vcenter: &VCenter, collector: &MoRef, token: &str) -> HttpRequest {
    let mut request = soap::call(vcenter, Service::Vim, "ContinueRetrievePropertiesEx", collector, |body| {
        body.element("token", token);
    });
    request.max_response_bytes = soap::PAGE_BYTES;
    request
}

/// What one object is read into.
pub(super) trait Record: Sized {
    /// The object, of which nothing is known yet.
    fn of(object: MoRef) -> Self;
    /// Reads the value of the property `path`.
    fn set(&mut self, path: &str, xml: &mut Xml<'_>, value: &Tag<'_>) -> Result<(), WireError>;
    /// Where the properties stand that were asked for and withheld, by path.
    fn withheld(&mut self) -> &mut BTreeMap<String, Fault>;
}

/// Reads a page; also the answer to [`proceed`].
pub(super) fn page<R: Record>(response: &HttpResponse) -> Result<Page<R>, WireError> {
    match read(response, "RetrievePropertiesEx") {
        // Both answers are alike but for the name.
        Err(WireError::Malformed { .. }) if is_continued(response) => read(response, "ContinueRetrievePropertiesEx"),
        result => result,
    }
}

fn is_continued(response: &HttpResponse) -> bool {
    let head = response.body.get(..response.body.len().min(2_000)).unwrap_or_default();
    String::from_utf8_lossy(head).contains("ContinueRetrievePropertiesExResponse")
}

fn read<R: Record>(response: &HttpResponse, method: &str) -> Result<Page<R>, WireError> {
    let mut page = Page { records: Vec::new(), token: None, empty: true };
    soap::answer(response, method, |xml, tag| {
        if tag.name() != "returnval" {
            return Ok(());
        }
        page.empty = false;
        xml.children(|xml, tag| {
            match tag.name() {
                "token" => page.token = Some(xml.text()?),
                "objects" => page.records.push(object(xml, method)?),
                _ => {}
            }
            Ok(())
        })
    })?;
    Ok(page)
}

fn object<R: Record>(xml: &mut Xml<'_>, method: &str) -> Result<R, WireError> {
    let mut record = None;
    xml.children(|xml, tag| {
        match tag.name() {
            "obj" => record = Some(R::of(xml.reference(tag)?)),
            "propSet" => property(xml, known(xml, record.as_mut())?)?,
            "missingSet" => {
                let record = known(xml, record.as_mut())?;
                let (path, fault) = missing(xml)?;
                if fault.is_not_authenticated() {
                    return Err(WireError::NotAuthenticated { what: method.to_owned() });
                }
                record.withheld().insert(path, fault);
            }
            _ => {}
        }
        Ok(())
    })?;
    xml.required(record, "obj")
}

fn known<'r, R>(xml: &Xml<'_>, record: Option<&'r mut R>) -> Result<&'r mut R, WireError> {
    record.ok_or_else(|| xml.malformed("it comes before the object that it belongs to"))
}

fn property<R: Record>(xml: &mut Xml<'_>, record: &mut R) -> Result<(), WireError> {
    let mut path = None;
    xml.children(|xml, tag| {
        match tag.name() {
            "name" => path = Some(xml.text()?),
            "val" => {
                let path = path.as_deref().ok_or_else(|| xml.malformed("a value comes before its name"))?;
                record.set(path, xml, tag)?;
            }
            _ => {}
        }
        Ok(())
    })
}

fn missing(xml: &mut Xml<'_>) -> Result<(String, Fault), WireError> {
    let (mut path, mut fault) = (None, None);
    xml.children(|xml, tag| {
        match tag.name() {
            "path" => path = Some(xml.text()?),
            "fault" => fault = Some(fault::of_field(xml)?),
            _ => {}
        }
        Ok(())
    })?;
    Ok((xml.required(path, "path")?, xml.required(fault, "fault")?))
}
