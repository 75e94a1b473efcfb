//! `SessionManager.Login`: begins a session, which the host program keeps.

use serde::{Deserialize, Serialize};

use crate::request::{HttpResponse, Look, secret};
use crate::wire::soap::{self, Service};
use crate::wire::{MoRef, VCenter, WireError};

/// The session that was begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The user as vCenter spells it, such as `VSPHERE.LOCAL\Administrator`.
    pub user: String,
}

/// Logs in as `user` with the secret [`secret::VCENTER_PASSWORD`]; the session goes into the slot
/// [`secret::VIM_SESSION`]. Wrong credentials are the fault `InvalidLogin`, or `PasswordExpired` from 6.7.2 on.
pub fn request(vcenter: &VCenter, session_manager: &MoRef, user: &str) -> Look {
    let mut request = soap::sessionless(vcenter, Service::Vim, "Login", session_manager, |body| {
        body.element("userName", user);
        body.secret("password", secret::VCENTER_PASSWORD);
    });
    request.keep = Some(soap::keep_session());
    Look::Http(request)
}

/// Reads the answer. The session's key in it, which is as good as the session on some releases, is passed over.
pub fn parse(response: &HttpResponse) -> Result<Session, WireError> {
    soap::one(response, "Login", |xml, _| {
        let mut user = None;
        xml.children(|xml, tag| {
            if tag.name() == "userName" {
                user = Some(xml.text()?);
            }
            Ok(())
        })?;
        Ok(Session { user: xml.required(user, "userName")? })
    })
}
