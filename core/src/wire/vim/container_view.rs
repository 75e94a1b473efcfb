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
