//! Takes sessions out of answers, so that none reaches the core.

use serde_json::Value;

use super::secrets::Secrets;
use crate::request::{HttpResponse, Keep, KeepFrom};

/// Keeps the session that `keep` asks for, if the answer holds one, and removes it from the answer wherever it stands.
/// `cookies` are the values of the `set-cookie` fields, which never reach the core.
pub(super) fn keep_session(keep: &Keep, cookies: &[String], response: &mut HttpResponse, secrets: &Secrets) {
    let session = match &keep.from {
        KeepFrom::Cookie(name) => cookie(name, cookies),
        KeepFrom::Json(pointer) => take_json(pointer, &mut response.body),
    };
    if let Some(session) = session.filter(|session| !session.is_empty()) {
        // Some servers repeat the session elsewhere in the answer, as the simulator vcsim does in `UserSession.key`.
        // A text this short is no real session, and would be found by chance everywhere.
        if session.len() >= SHORTEST_SESSION {
            blank(&mut response.body, session.as_bytes());
            for (_, value) in &mut response.headers {
                *value = value.replace(&session, "");
            }
        }
        secrets.keep_session(&keep.slot, session);
    }
}

/// The last one counts, as in a browser.
fn cookie(name: &str, cookies: &[String]) -> Option<String> {
    let value = cookies.iter().rev().find_map(|cookie| {
        let (key, value) = cookie.split(';').next()?.split_once('=')?;
        (key.trim() == name).then(|| value.trim())
    })?;
    Some(value.trim_matches('"').to_owned())
}

fn take_json(pointer: &str, body: &mut Vec<u8>) -> Option<String> {
    let mut document: Value = serde_json::from_slice(body).ok()?;
    let value = document.pointer_mut(pointer)?;
    let session = value.as_str()?.to_owned();
    *value = Value::String(String::new());
    *body = serde_json::to_vec(&document).ok()?;
    Some(session)
}

fn blank(body: &mut Vec<u8>, session: &[u8]) {
    let mut kept = Vec::with_capacity(body.len());
    let mut rest = body.as_slice();
    while let Some((&first, after)) = rest.split_first() {
        if let Some(after) = rest.strip_prefix(session) {
            rest = after;
        } else {
            kept.push(first);
            rest = after;
        }
    }
    *body = kept;
}

const SHORTEST_SESSION: usize = 16;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn kept(from: KeepFrom, cookies: &[&str], body: &str) -> (HttpResponse, Secrets) {
        let secrets = Secrets::new();
        let headers = vec![("x-echo".to_owned(), "52-abcdef-0123456789".to_owned())];
        let mut response = HttpResponse { status: 200, headers, body: body.into() };
        let cookies: Vec<String> = cookies.iter().map(ToString::to_string).collect();
        keep_session(&Keep { slot: "session.x".into(), from }, &cookies, &mut response, &secrets);
        (response, secrets)
    }

    #[test]
    fn a_cookie_is_kept_without_its_quotes_and_blanked_where_it_is_repeated() {
        let cookies = ["other=1", "vmware_soap_session=\"52-abcdef-0123456789\"; Path=/; HttpOnly; Secure;"];
        let from = KeepFrom::Cookie("vmware_soap_session".into());
        let (response, secrets) = kept(from, &cookies, "<key>52-abcdef-0123456789</key>");
        assert_eq!(secrets.text("session.x").unwrap().as_str(), "52-abcdef-0123456789");
        assert_eq!(response.body, b"<key></key>");
        assert_eq!(response.headers, [("x-echo".to_owned(), String::new())]);
    }

    #[test]
    fn json_is_kept_from_the_whole_body_and_from_inside() {
        let (response, secrets) = kept(KeepFrom::Json(String::new()), &[], "\"52-abcdef-0123456789\"");
        assert_eq!(
            (response.body.as_slice(), secrets.text("session.x").unwrap().as_str()),
            (&b"\"\""[..], "52-abcdef-0123456789")
        );
        let (response, secrets) = kept(KeepFrom::Json("/value".into()), &[], r#"{"value":"52-abcdef-0123456789"}"#);
        assert_eq!(response.body, br#"{"value":""}"#);
        assert_eq!(secrets.text("session.x").unwrap().as_str(), "52-abcdef-0123456789");
    }

    #[test]
    fn an_answer_without_a_session_is_left_as_it_is() {
        let (response, secrets) = kept(KeepFrom::Json("/value".into()), &[], "<html>503</html>");
        assert_eq!(response.body, b"<html>503</html>");
        assert!(secrets.text("session.x").is_err());
        let (_, secrets) = kept(KeepFrom::Cookie("s".into()), &["s=\"\"; Max-Age=0"], "");
        assert!(secrets.text("session.x").is_err());
    }
}
