//! `GET /version.xml` on a provider's port: the page by which SPS learns what a provider speaks (KB 402809).

use super::xml::Xml;
use crate::certificate::Fingerprint;
use crate::facts::VersionXml;
use crate::request::{Header, HttpRequest, HttpResponse, Look, Method, Piece, Trust};

/// Bytes that the page may have; a real one has a few hundred.
const MOST_BYTES: u32 = 1 << 16;

/// Asks for the page, of nobody but the server that has just shown `leaf`. No secret is sent, and the connection is not
/// kept: a fleet has thousands of these servers.
pub fn request(authority: String, leaf: &Fingerprint, deadline_seconds: u32) -> Look {
    Look::Http(HttpRequest {
        authority,
        method: Method::Get,
        path: "/version.xml".to_owned(),
        headers: vec![Header { name: "connection".to_owned(), value: vec![Piece::Text("close".to_owned())] }],
        body: Vec::new(),
        trust: Trust::PinnedLeaf(leaf.to_string()),
        keep: None,
        max_response_bytes: MOST_BYTES,
        deadline_seconds,
    })
}

/// Reads the answer, whatever its status. A page that is not one has no version.
pub fn parse(response: &HttpResponse) -> VersionXml {
    let version = if response.status == 200 { first_version(&response.body) } else { None };
    VersionXml { status: response.status, version }
}

/// The `id` of the first element `version`, or its text where it has no `id`.
fn first_version(body: &[u8]) -> Option<String> {
    let xml = Xml::new(body, "GET /version.xml").ok()?;
    let mut version = None;
    xml.root(|xml, _| {
        xml.children(|xml, tag| {
            if version.is_none() && tag.name() == "version" {
                version = tag.attribute("id");
                if version.is_none() {
                    version = Some(xml.text()?.trim().to_owned());
                }
            }
            Ok(())
        })
    })
    .ok()?;
    version.filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(status: u16, body: &str) -> Option<String> {
        let response = HttpResponse { status, headers: Vec::new(), body: body.as_bytes().to_vec() };
        let page = parse(&response);
        assert_eq!(page.status, status);
        page.version
    }

    #[test]
    fn reads_the_first_version_by_its_id_or_its_text() {
        let page = "<?xml version=\"1.0\"?>\n<supportedVersions><version id=\"1.5\" serviceLocation=\"/vasa\"/>\
                    <version id=\"2.0\"/></supportedVersions>";
        assert_eq!(version(200, page).as_deref(), Some("1.5"));
        assert_eq!(
            version(200, "<v:supported xmlns:v='x'><version> 1.0 </version></v:supported>").as_deref(),
            Some("1.0")
        );
    }

    #[test]
    fn what_is_no_such_page_has_no_version() {
        let page = "<supportedVersions><version id=\"1.5\"/></supportedVersions>";
        assert_eq!(version(403, page), None);
        for body in ["", "It works!", "<html><body/></html>", "<a><version/></a>", "<a><version id='1'>", "\u{0}"] {
            assert_eq!(version(200, body), None, "{body}");
        }
    }
}
