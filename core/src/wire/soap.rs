//! The SOAP envelope, both ways: requests to `/sdk` and `/sms/sdk`, and what kind of answer came back.

use super::body::Body;
use super::error::{HandedOver, WireError};
use super::xml::{Tag, Xml};
use super::{MoRef, VCenter, fault};
use crate::request::{Header, HttpRequest, HttpResponse, Keep, KeepFrom, Method, Piece, SecretEncoding, secret};

/// Bytes that the answer to an ordinary call may have.
pub(super) const ANSWER_BYTES: u32 = 4 << 20;
/// Bytes that a page of an inventory may have: 100 hosts with 100 kB each, several times over.
pub(super) const PAGE_BYTES: u32 = 64 << 20;

const COOKIE: &str = "vmware_soap_session";

/// The two SOAP services of vCenter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    /// `/sdk`.
    Vim,
    /// `/sms/sdk`. It takes the session from a SOAP header; stock vcsim looks at the cookie alone, so both are sent.
    Sms,
}

/// A call in the session.
pub(super) fn call(
    vcenter: &VCenter,
    service: Service,
    method: &str,
    this: &MoRef,
    parameters: impl FnOnce(&mut Body),
) -> HttpRequest {
    let mut request = sessionless(vcenter, service, method, this, parameters);
    request.headers.push(Header {
        name: "cookie".to_owned(),
        value: vec![
            Piece::Text(format!("{COOKIE}=\"")),
            Piece::Secret { name: secret::VIM_SESSION.to_owned(), encoding: SecretEncoding::Raw },
            Piece::Text("\"".to_owned()),
        ],
    });
    request
}

/// A call before there is a session.
pub(super) fn sessionless(
    vcenter: &VCenter,
    service: Service,
    method: &str,
    this: &MoRef,
    parameters: impl FnOnce(&mut Body),
) -> HttpRequest {
    let (path, namespace, version) = match service {
        Service::Vim => ("/sdk", "urn:vim25", &vcenter.vim_version),
        Service::Sms => ("/sms/sdk", "urn:sms", &vcenter.sms_version),
    };
    let mut body = Body::default();
    body.raw(concat!(
        r#"<?xml version="1.0" encoding="UTF-8"?>"#,
        r#"<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/""#,
        r#" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">"#,
    ));
    if service == Service::Sms {
        body.nested("soapenv:Header", |body| body.secret("vcSessionCookie", secret::VIM_SESSION));
    }
    body.nested("soapenv:Body", |body| {
        body.raw(&format!("<{method} xmlns=\"{namespace}\">"));
        body.reference("_this", this);
        parameters(body);
        body.raw(&format!("</{method}>"));
    });
    body.raw("</soapenv:Envelope>");
    HttpRequest {
        authority: vcenter.authority.clone(),
        method: Method::Post,
        path: path.to_owned(),
        headers: vec![
            header("content-type", "text/xml; charset=utf-8"),
            header("soapaction", &format!("\"{namespace}/{version}\"")),
        ],
        body: body.pieces(),
        trust: vcenter.trust.clone(),
        keep: None,
        max_response_bytes: ANSWER_BYTES,
        deadline_seconds: vcenter.deadline_seconds,
    }
}

/// Where the host program finds the session in the answer to a login.
pub(super) fn keep_session() -> Keep {
    Keep { slot: secret::VIM_SESSION.to_owned(), from: KeepFrom::Cookie(COOKIE.to_owned()) }
}

/// A header field without secrets.
pub(super) fn header(name: &str, value: &str) -> Header {
    Header { name: name.to_owned(), value: vec![Piece::Text(value.to_owned())] }
}

/// Reads the answer to `method`, handing each child of `<methodResponse>`, normally a `returnval`, to `each`. An
/// answer without result has none.
pub(super) fn answer(
    response: &HttpResponse,
    method: &str,
    mut each: impl FnMut(&mut Xml<'_>, &Tag<'_>) -> Result<(), WireError>,
) -> Result<(), WireError> {
    refuse_status(response, method)?;
    let expected = format!("{method}Response");
    let mut answered = false;
    let mut fault = None;
    Xml::new(&response.body, method)?.root(|xml, root| {
        if root.name() != "Envelope" {
            return Err(xml.malformed("the root element is not a SOAP envelope"));
        }
        xml.children(|xml, part| {
            if part.name() != "Body" {
                return Ok(());
            }
            xml.children(|xml, content| {
                if content.name() == "Fault" {
                    fault = Some(fault::of_call(xml)?);
                } else if content.name() == expected {
                    answered = true;
                    xml.children(&mut each)?;
                } else {
                    return Err(xml.malformed(&format!("`{expected}` is expected here")));
                }
                Ok(())
            })
        })
    })?;
    match fault {
        Some(fault) if fault.is_not_authenticated() => Err(WireError::NotAuthenticated { what: method.to_owned() }),
        Some(fault) => Err(WireError::Fault { what: method.to_owned(), fault: Box::new(fault) }),
        None if answered => Ok(()),
        None => Err(WireError::Malformed {
            what: method.to_owned(),
            place: "/Envelope/Body".to_owned(),
            why: format!("`{expected}` is missing"),
        }),
    }
}

/// Reads an answer that has no result.
pub(super) fn nothing(response: &HttpResponse, method: &str) -> Result<(), WireError> {
    answer(response, method, |_, _| Ok(()))
}

/// Reads an answer that is one thing and must be there.
pub(super) fn one<T>(
    response: &HttpResponse,
    method: &str,
    read: impl FnMut(&mut Xml<'_>, &Tag<'_>) -> Result<T, WireError>,
) -> Result<T, WireError> {
    many(response, method, read)?.pop().ok_or_else(|| WireError::Malformed {
        what: method.to_owned(),
        place: format!("/Envelope/Body/{method}Response"),
        why: "the element `returnval` is missing".to_owned(),
    })
}

/// Reads an answer that is a list; an answer without any is empty.
pub(super) fn many<T>(
    response: &HttpResponse,
    method: &str,
    mut read: impl FnMut(&mut Xml<'_>, &Tag<'_>) -> Result<T, WireError>,
) -> Result<Vec<T>, WireError> {
    let mut all = Vec::new();
    answer(response, method, |xml, tag| {
        if tag.name() == "returnval" {
            all.push(read(xml, tag)?);
        }
        Ok(())
    })?;
    Ok(all)
}

/// Reads an answer that is a reference, such as the task that was begun.
pub(super) fn reference(response: &HttpResponse, method: &str) -> Result<MoRef, WireError> {
    one(response, method, of_reference)
}

/// Reads an answer that is a list of references.
pub(super) fn references(response: &HttpResponse, method: &str) -> Result<Vec<MoRef>, WireError> {
    many(response, method, of_reference)
}

fn of_reference(xml: &mut Xml<'_>, tag: &Tag<'_>) -> Result<MoRef, WireError> {
    xml.reference(tag)
}

/// Tells by the status alone what does not come from the service: the proxy in front of it, and the web server.
pub(super) fn refuse_status(response: &HttpResponse, what: &str) -> Result<(), WireError> {
    match response.status {
        200..=299 | 500 => Ok(()),
        401 => Err(WireError::NotAuthenticated { what: what.to_owned() }),
        status @ (429 | 502 | 503 | 504) => {
            let (service, handed_over) = (proxied(&response.body), handed_over(status, &response.body));
            Err(WireError::Unavailable { status, what: what.to_owned(), service, handed_over })
        }
        status => {
            Err(WireError::Refused { status, what: what.to_owned(), error: "HTTP".to_owned(), message: String::new() })
        }
    }
}

/// What a proxy says when it had no connection to hand a call over by: `rhttpproxy` up to 7.0, then Envoy, whose other
/// reasons (`connection termination`) leave it open.
const NOT_HANDED_OVER: [&str; 5] = [
    "failed to connect to endpoint",
    "no healthy upstream",
    "reset reason: connection failure",
    "reset reason: remote connection failure",
    "reset reason: overflow",
];

fn handed_over(status: u16, body: &[u8]) -> HandedOver {
    let text = String::from_utf8_lossy(body).to_ascii_lowercase();
    if status == 429 || (status == 503 && NOT_HANDED_OVER.iter().any(|said| text.contains(said))) {
        HandedOver::No
    } else {
        HandedOver::Unknown
    }
}

/// The path that vCenter's proxy says it could not reach: `... _serverNamespace = /sms action = Allow ...`.
fn proxied(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let path = text.split_once("_serverNamespace = ").and_then(|(_, rest)| rest.split_whitespace().next());
    match path {
        Some(path) if path.starts_with('/') && path.len() < 40 && path.chars().all(|c| c.is_ascii_graphic()) => {
            path.to_owned()
        }
        Some(_) | None => String::new(),
    }
}
