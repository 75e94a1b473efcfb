//! Requests and answers for the tests of this module.

use super::{RestStyle, VCenter};
use crate::request::{Change, HttpRequest, HttpResponse, Look, Piece, Trust};

/// A vCenter 8.0.3 with a default root store.
pub(super) fn vcenter() -> VCenter {
    VCenter {
        authority: "vc.example.com:443".to_owned(),
        trust: Trust::HostRoots,
        vim_version: "8.0.3.0".to_owned(),
        sms_version: "8.0.0.0".to_owned(),
        rest: RestStyle::Api,
        deadline_seconds: 30,
    }
}

/// The HTTP request in a look.
pub(super) fn look(look: Look) -> HttpRequest {
    match look {
        Look::Http(request) => request,
        Look::Peek(_) | Look::Ssh(_) | Look::File(_) | Look::Resolve(_) => {
            unreachable!("wire only makes HTTP requests")
        }
    }
}

/// The HTTP request in a change.
pub(super) fn change(change: Change) -> HttpRequest {
    match change {
        Change::Http(request) => request,
        Change::Ssh(_) => unreachable!("wire only makes HTTP requests"),
    }
}

/// Pieces joined, each secret as `{name:encoding}`.
pub(super) fn joined(pieces: &[Piece]) -> String {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Secret { name, encoding } => format!("{{{name}:{encoding:?}}}"),
        })
        .collect()
}

/// What stands between the tags of the SOAP body.
pub(super) fn soap_body(request: &HttpRequest) -> String {
    let whole = joined(&request.body);
    let (_, rest) = whole.split_once("<soapenv:Body>").unwrap_or_default();
    rest.trim_end_matches("</soapenv:Body></soapenv:Envelope>").to_owned()
}

/// A header field, joined.
pub(super) fn header(request: &HttpRequest, name: &str) -> Option<String> {
    request.headers.iter().find(|header| header.name == name).map(|header| joined(&header.value))
}

/// An answer.
pub(super) fn response(status: u16, body: impl AsRef<[u8]>) -> HttpResponse {
    HttpResponse { status, headers: Vec::new(), body: body.as_ref().to_vec() }
}

/// An answer with status 200 and this in its SOAP body.
pub(super) fn soap(content: &str) -> HttpResponse {
    response(
        200,
        format!(
            "<?xml version='1.0' encoding='UTF-8'?><soapenv:Envelope \
             xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
             xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\
             <soapenv:Body>{content}</soapenv:Body></soapenv:Envelope>"
        ),
    )
}

/// A captured answer; where each comes from is written in `core/tests/wire/README.md`.
macro_rules! sample {
    ($status:literal, $name:literal) => {
        crate::wire::testing::response(
            $status,
            include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wire/", $name)),
        )
    };
}
pub(super) use sample;
