//! The session a call comes with: an HTTP cookie on `/sdk`, a SOAP header or the cookie on `/sms/sdk`.

use super::SoapRequest;
use super::xml::Call;

const COOKIE: &str = "vmware_soap_session";

/// The token of the call's cookie. Clients echo it quoted, bare, or with the attributes of `Set-Cookie` behind it.
pub(crate) fn cookie_of(request: &SoapRequest) -> Option<String> {
    request
        .headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("cookie"))
        .flat_map(|(_, value)| value.split(';'))
        .find_map(|part| part.trim().strip_prefix(COOKIE)?.trim_start().strip_prefix('='))
        .map(|value| value.trim().trim_matches('"').to_owned())
        .filter(|token| !token.is_empty())
}

/// The token that an SMS call comes with; the header goes before the cookie.
pub(crate) fn header_or_cookie(request: &SoapRequest, call: &Call) -> Option<String> {
    let header = call.session_header.as_ref().map(|value| value.trim_matches('"').to_owned());
    header.filter(|token| !token.is_empty()).or_else(|| cookie_of(request))
}

/// The `Set-Cookie` of a token, with the quotes that vCenter puts around it.
pub(crate) fn set_cookie(token: &str) -> (String, String) {
    ("set-cookie".to_owned(), format!("{COOKIE}=\"{token}\"; Path=/; HttpOnly; Secure; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(cookie: &str) -> Option<String> {
        cookie_of(&SoapRequest {
            method: "POST".into(),
            path: "/sdk".into(),
            headers: vec![("cookie".into(), cookie.into())],
            body: Vec::new(),
        })
    }

    #[test]
    fn every_way_to_echo_a_cookie_is_read() {
        let expected = Some("52ab".to_owned());
        assert_eq!(token("vmware_soap_session=\"52ab\""), expected);
        assert_eq!(token("vmware_soap_session=52ab"), expected);
        assert_eq!(token("vmware_soap_session=\"52ab\"; Path=/; HttpOnly; Secure; "), expected);
        assert_eq!(token("other=1; vmware_soap_session=\"52ab\""), expected);
        assert_eq!(token("other=1"), None);
        assert_eq!(token(""), None);
    }
}
