//! `ViewManager.CreateContainerView`: a list of objects that lives in the session, and changes nothing else.

use crate::request::{HttpResponse, Look};
use crate::wire::soap::{self, Service};
use crate::wire::{MoRef, VCenter, WireError};

/// Makes a view of everything of the type `kind`, such as `HostSystem`, anywhere in `container`. It ends with the
/// session: after a new login make it again.
pub fn create(vcenter: &VCenter, view_manager: &MoRef, container: &MoRef, kind: &str) -> Look {
    Look::Http(soap::call(vcenter, Service::Vim, "CreateContainerView", view_manager, |body| {
        body.reference("container", container);
        body.element("type", kind);
        body.flag("recursive", true);
    }))
}

/// Reads the answer to [`create`]: the view.
pub fn parse_create(response: &HttpResponse) -> Result<MoRef, WireError> {
    soap::reference(response, "CreateContainerView")
}

/// Ends a view before its session.
pub fn destroy(vcenter: &VCenter, view: &MoRef) -> Look {
    Look::Http(soap::call(vcenter, Service::Vim, "DestroyView", view, |_| {}))
}

/// Reads the answer to [`destroy`].
pub fn parse_destroy(response: &HttpResponse) -> Result<(), WireError> {
    soap::nothing(response, "DestroyView")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{look, soap, soap_body, vcenter};

    #[test]
    fn makes_and_ends_a_view() {
        let manager = MoRef::new("ViewManager", "ViewManager");
        let request = look(create(&vcenter(), &manager, &MoRef::new("Folder", "group-d1"), "HostSystem"));
        assert_eq!(
            soap_body(&request),
            "<CreateContainerView xmlns=\"urn:vim25\"><_this type=\"ViewManager\">ViewManager</_this>\
             <container type=\"Folder\">group-d1</container><type>HostSystem</type><recursive>true</recursive>\
             </CreateContainerView>"
        );
        let view = MoRef::new("ContainerView", "session[1]2");
        let answer = "<CreateContainerViewResponse xmlns='urn:vim25'><returnval type='ContainerView'>session[1]2</returnval>\
                      </CreateContainerViewResponse>";
        assert_eq!(parse_create(&soap(answer)).unwrap(), view);
        assert_eq!(
            soap_body(&look(destroy(&vcenter(), &view))),
            "<DestroyView xmlns=\"urn:vim25\"><_this type=\"ContainerView\">session[1]2</_this></DestroyView>"
        );
        parse_destroy(&soap("<DestroyViewResponse xmlns='urn:vim25'/>")).unwrap();
    }
}
