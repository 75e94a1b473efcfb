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
