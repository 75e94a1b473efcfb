//! `SessionManager.Logout`: ends the session. From 8.0.3 on this may end the REST session with it.

use crate::request::{HttpResponse, Look};
use crate::wire::soap::{self, Service};
use crate::wire::{MoRef, VCenter, WireError};

/// Ends the session.
pub fn request(vcenter: &VCenter, session_manager: &MoRef) -> Look {
    Look::Http(soap::call(vcenter, Service::Vim, "Logout", session_manager, |_| {}))
}

/// Reads the answer. `NotAuthenticated` means that the session had ended before.
pub fn parse(response: &HttpResponse) -> Result<(), WireError> {
    soap::nothing(response, "Logout")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{header, look, soap, soap_body, vcenter};

    #[test]
    fn ends_the_session_by_its_cookie() {
        let request = look(request(&vcenter(), &MoRef::new("SessionManager", "SessionManager")));
        assert_eq!(
            soap_body(&request),
            "<Logout xmlns=\"urn:vim25\"><_this type=\"SessionManager\">SessionManager</_this></Logout>"
        );
        assert_eq!(header(&request, "cookie").unwrap(), "vmware_soap_session=\"{session.vim:Raw}\"");
        parse(&soap("<LogoutResponse xmlns='urn:vim25'></LogoutResponse>")).unwrap();
    }
}
