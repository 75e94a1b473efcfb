//! The REST session, which the host program keeps.

use crate::request::{Header, HttpResponse, Keep, KeepFrom, Look, Method, Piece, SecretEncoding, secret};
use crate::wire::json::{self, RestStyle};
use crate::wire::{VCenter, WireError};

const API: &str = "/api/session";
const REST: &str = "/rest/com/vmware/cis/session";

/// Logs in with the secret [`secret::VCENTER_BASIC`]; the session goes into the slot [`secret::REST_SESSION`].
pub fn login(vcenter: &VCenter) -> Look {
    let basic = Header {
        name: "authorization".to_owned(),
        value: vec![
            Piece::Text("Basic ".to_owned()),
            Piece::Secret { name: secret::VCENTER_BASIC.to_owned(), encoding: SecretEncoding::Base64 },
        ],
    };
    let (path, pointer) = match vcenter.rest {
        RestStyle::Api => (API, ""),
        RestStyle::Rest => (REST, "/value"),
    };
    let mut request = json::sessionless(vcenter, Method::Post, path, basic);
    request.keep = Some(Keep { slot: secret::REST_SESSION.to_owned(), from: KeepFrom::Json(pointer.to_owned()) });
    Look::Http(request)
}

/// Reads the answer to [`login`], whose session the host program has taken out. Wrong credentials are
/// [`WireError::Refused`]; a vCenter without `/api` answers with status 404.
pub fn parse_login(response: &HttpResponse) -> Result<(), WireError> {
    json::nothing(response, "POST session").map_err(|error| match error {
        WireError::NotAuthenticated { what } => WireError::Refused {
            status: response.status,
            what,
            error: "UNAUTHENTICATED".to_owned(),
            message: "the user or the password is wrong, or the account is locked".to_owned(),
        },
        other => other,
    })
}

/// Ends the session. From 8.0.3 on this may end the SOAP session with it.
pub fn logout(vcenter: &VCenter) -> Look {
    let path = match vcenter.rest {
        RestStyle::Api => "/session",
        RestStyle::Rest => "/com/vmware/cis/session",
    };
    Look::Http(json::call(vcenter, Method::Delete, path))
}

/// Reads the answer to [`logout`]. `NotAuthenticated` means that the session had ended before.
pub fn parse_logout(response: &HttpResponse) -> Result<(), WireError> {
    json::nothing(response, "DELETE session")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{header, look, response, vcenter};

    fn both() -> [VCenter; 2] {
        [vcenter(), VCenter { rest: RestStyle::Rest, ..vcenter() }]
    }

    #[test]
    fn logs_in_and_out_in_both_styles() {
        let expected = [(API, "", "/api/session"), (REST, "/value", "/rest/com/vmware/cis/session")];
        for (vcenter, (path, pointer, out)) in both().iter().zip(expected) {
            let request = look(login(vcenter));
            assert_eq!((request.method, request.path.as_str()), (Method::Post, path));
            assert_eq!(header(&request, "authorization").unwrap(), "Basic {vcenter.basic:Base64}");
            let keep = request.keep.unwrap();
            assert_eq!((keep.slot.as_str(), keep.from), (secret::REST_SESSION, KeepFrom::Json(pointer.to_owned())));
            let request = look(logout(vcenter));
            assert_eq!((request.method, request.path.as_str()), (Method::Delete, out));
            assert_eq!(header(&request, "vmware-api-session-id").unwrap(), "{session.rest:Raw}");
        }
        parse_login(&response(201, "\"\"")).unwrap();
        parse_logout(&response(204, "")).unwrap();
    }

    #[test]
    fn wrong_credentials_do_not_ask_to_log_in_again() {
        let error = parse_login(&response(401, r#"{"error_type":"UNAUTHENTICATED","messages":[]}"#)).unwrap_err();
        assert!(!error.is_not_authenticated());
        assert_eq!(
            error.to_string(),
            "vCenter refused `POST session` with status 401: `UNAUTHENTICATED`: the user or the password is wrong, or the account is locked"
        );
        assert!(parse_logout(&response(401, "")).unwrap_err().is_not_authenticated());
        assert!(parse_login(&response(404, "<html>")).unwrap_err().gone());
    }
}
