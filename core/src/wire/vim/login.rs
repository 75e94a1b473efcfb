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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{header, joined, look, response, sample, soap_body, vcenter};

    #[test]
    fn the_password_and_the_session_stay_with_the_host_program() {
        let manager = MoRef::new("SessionManager", "SessionManager");
        let request = look(request(&vcenter(), &manager, "VSPHERE.LOCAL\\a&b"));
        assert_eq!(
            soap_body(&request),
            "<Login xmlns=\"urn:vim25\"><_this type=\"SessionManager\">SessionManager</_this>\
             <userName>VSPHERE.LOCAL\\a&amp;b</userName><password>{vcenter.password:XmlText}</password></Login>"
        );
        assert_eq!(request.path, "/sdk");
        assert_eq!(header(&request, "soapaction").unwrap(), "\"urn:vim25/8.0.3.0\"");
        assert_eq!(header(&request, "cookie"), None, "there is no session yet");
        let keep = request.keep.unwrap();
        assert_eq!(keep.slot, secret::VIM_SESSION);
        assert_eq!(keep.from, crate::request::KeepFrom::Cookie("vmware_soap_session".to_owned()));
        assert!(joined(&request.body).starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope "));
    }

    #[test]
    fn reads_what_vcsim_answers() {
        assert_eq!(parse(&sample!(200, "login-vcsim.xml")).unwrap(), Session { user: "user".to_owned() });
    }

    #[test]
    fn wrong_credentials_are_a_fault_by_name() {
        let body = "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body><e:Fault>\
                    <faultstring>Cannot complete login.</faultstring>\
                    <detail><InvalidLoginFault xmlns='urn:vim25'/></detail></e:Fault></e:Body></e:Envelope>";
        let error = parse(&response(500, body)).unwrap_err();
        assert_eq!(error.fault().unwrap().name, "InvalidLogin");
        assert_eq!(error.to_string(), "vCenter refused `Login`: `InvalidLogin`: Cannot complete login");
    }
}
