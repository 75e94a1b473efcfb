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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{look, soap, soap_body, vcenter};

    #[test]
    fn asks_by_user_and_reads_each_privilege() {
        let manager = MoRef::new("AuthorizationManager", "AuthorizationManager");
        let entities = [MoRef::new("Folder", "group-d1")];
        let request =
            look(request(&vcenter(), &manager, &entities, "LAB\\u", &["Certificate.Manage", "StorageViews.View"]));
        assert_eq!(
            soap_body(&request),
            "<HasUserPrivilegeOnEntities xmlns=\"urn:vim25\"><_this type=\"AuthorizationManager\">AuthorizationManager</_this>\
             <entities type=\"Folder\">group-d1</entities><userName>LAB\\u</userName><privId>Certificate.Manage</privId>\
             <privId>StorageViews.View</privId></HasUserPrivilegeOnEntities>"
        );
        let answer = soap(
            "<HasUserPrivilegeOnEntitiesResponse xmlns='urn:vim25'><returnval><entity type='Folder'>group-d1</entity>\
             <privAvailability><privId>Certificate.Manage</privId><isGranted>0</isGranted></privAvailability>\
             <privAvailability><privId>StorageViews.View</privId><isGranted>true</isGranted></privAvailability></returnval>\
             </HasUserPrivilegeOnEntitiesResponse>",
        );
        let granted = vec![("Certificate.Manage".to_owned(), false), ("StorageViews.View".to_owned(), true)];
        assert_eq!(parse(&answer).unwrap(), [EntityPrivileges { entity: MoRef::new("Folder", "group-d1"), granted }]);
    }
}
