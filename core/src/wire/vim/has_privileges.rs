//! `AuthorizationManager.HasUserPrivilegeOnEntities`: what a user may do, before anything is tried. (Its sibling for
//! sessions wants the session's key, which the core never sees.) vCenter 6.5 and later.

use serde::{Deserialize, Serialize};

use crate::request::{HttpResponse, Look};
use crate::wire::soap::{self, Service};
use crate::wire::xml::Xml;
use crate::wire::{MoRef, VCenter, WireError};

/// What a user may do at one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntityPrivileges {
    /// The object.
    pub entity: MoRef,
    /// Each privilege that was asked for, and whether it is granted.
    pub granted: Vec<(String, bool)>,
}

/// Asks whether `user`, spelled as the login's answer spells it, has `privileges` at `entities`.
pub fn request(
    vcenter: &VCenter,
    authorization_manager: &MoRef,
    entities: &[MoRef],
    user: &str,
    privileges: &[&str],
) -> Look {
    let method = "HasUserPrivilegeOnEntities";
    Look::Http(soap::call(vcenter, Service::Vim, method, authorization_manager, |body| {
        for entity in entities {
            body.reference("entities", entity);
        }
        body.element("userName", user);
        body.elements("privId", privileges);
    }))
}

/// Reads the answer.
pub fn parse(response: &HttpResponse) -> Result<Vec<EntityPrivileges>, WireError> {
    soap::many(response, "HasUserPrivilegeOnEntities", |xml, _| {
        let (mut entity, mut granted) = (None, Vec::new());
        xml.children(|xml, tag| {
            match tag.name() {
                "entity" => entity = Some(xml.reference(tag)?),
                "privAvailability" => granted.push(availability(xml)?),
                _ => {}
            }
            Ok(())
        })?;
        Ok(EntityPrivileges { entity: xml.required(entity, "entity")?, granted })
    })
}

fn availability(xml: &mut Xml<'_>) -> Result<(String, bool), WireError> {
    let (mut privilege, mut granted) = (None, None);
    xml.children(|xml, tag| {
        match tag.name() {
            "privId" => privilege = Some(xml.text()?),
            "isGranted" => granted = Some(xml.boolean()?),
            _ => {}
        }
        Ok(())
    })?;
    Ok((xml.required(privilege, "privId")?, xml.required(granted, "isGranted")?))
}
