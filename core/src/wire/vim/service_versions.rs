//! `/sdk/vimServiceVersions.xml`: which API versions the server speaks, and which of them we ask for.

use crate::request::{HttpRequest, HttpResponse, Look, Method};
use crate::wire::soap;
use crate::wire::xml::Xml;
use crate::wire::{VCenter, WireError};

/// Versions that this crate knows, newest first.
const KNOWN: [&str; 26] = [
    "9.1.1.0", "9.1.0.0", "9.0.0.0", "8.0.3.1", "8.0.3.0", "8.0.2.0", "8.0.1.0", "8.0.0.2", "8.0.0.1", "8.0.0.0",
    "7.0.3.2", "7.0.3.1", "7.0.3.0", "7.0.2.1", "7.0.2.0", "7.0.1.1", "7.0.1.0", "7.0.0.2", "7.0.0.0", "6.9.1",
    "6.8.7", "6.7.3", "6.7.2", "6.7.1", "6.7", "6.5",
];

/// Asks for the versions. Needs no session.
pub fn request(vcenter: &VCenter) -> Look {
    Look::Http(HttpRequest {
        authority: vcenter.authority.clone(),
        method: Method::Get,
        path: "/sdk/vimServiceVersions.xml".to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
        trust: vcenter.trust.clone(),
        keep: None,
        max_response_bytes: soap::ANSWER_BYTES,
        deadline_seconds: vcenter.deadline_seconds,
    })
}

/// Reads every version of `urn:vim25`, newest first as the server lists them.
pub fn parse(response: &HttpResponse) -> Result<Vec<String>, WireError> {
    let what = "vimServiceVersions.xml";
    soap::refuse_status(response, what)?;
    let mut versions = Vec::new();
    Xml::new(&response.body, what)?.root(|xml, root| {
        if root.name() != "namespaces" {
            return Err(xml.malformed("the root element is not `namespaces`"));
        }
        xml.children(|xml, _| {
            let (name, found) = namespace(xml)?;
            if name == "urn:vim25" {
                versions.extend(found);
            }
            Ok(())
        })
    })?;
    Ok(versions)
}

fn namespace(xml: &mut Xml<'_>) -> Result<(String, Vec<String>), WireError> {
    let (mut name, mut versions) = (String::new(), Vec::new());
    xml.children(|xml, tag| {
        match tag.name() {
            "name" => name = xml.text()?,
            "version" => versions.push(xml.text()?),
            "priorVersions" => versions.extend(xml.texts()?),
            _ => {}
        }
        Ok(())
    })?;
    Ok((name, versions))
}

/// The newest version that both sides know: a newer one would be refused, an older one leaves fields out. `None` when
/// the server is older than 6.5.
pub fn choose(offered: &[String]) -> Option<&'static str> {
    KNOWN.into_iter().find(|known| offered.iter().any(|version| version == known))
}

/// The version of the storage monitoring service that a vCenter with this `vim_version` surely has.
pub fn storage_version(vim_version: &str) -> &'static str {
    match vim_version.split('.').next().and_then(|major| major.parse::<u32>().ok()) {
        Some(major) if major >= 8 => "8.0.0.0",
        Some(7) => "7.0.0.0",
        Some(_) | None if vim_version.starts_with("6.7") => "6.7",
        Some(_) | None => "6.5",
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{look, response, sample, vcenter};

    #[test]
    fn asks_without_a_session() {
        let request = look(request(&vcenter()));
        assert_eq!((request.method, request.path.as_str()), (Method::Get, "/sdk/vimServiceVersions.xml"));
        assert!(request.headers.is_empty());
    }

    #[test]
    fn reads_newest_and_prior_versions() {
        let versions = parse(&sample!(200, "service-versions.xml")).unwrap();
        assert_eq!(versions, ["6.5", "6.0", "5.5"]);
        assert_eq!(choose(&versions), Some("6.5"));
    }

    #[test]
    fn hazard_8_asks_for_the_newest_version_that_both_sides_know() {
        let body = "<namespaces version='1.0'><namespace><name>urn:sms</name><version>99</version></namespace><namespace>\
                    <name>urn:vim25</name><version>12.0.0.0</version><priorVersions><version>8.0.3.0</version>\
                    <version>8.0.2.0</version></priorVersions></namespace></namespaces>";
        let versions = parse(&response(200, body)).unwrap();
        assert_eq!(versions, ["12.0.0.0", "8.0.3.0", "8.0.2.0"]);
        assert_eq!(choose(&versions), Some("8.0.3.0"));
        assert_eq!(choose(&["5.5".to_owned()]), None);
        assert!(parse(&response(200, "<html/>")).unwrap_err().to_string().contains("`namespaces`"));
    }

    #[test]
    fn the_storage_service_is_asked_for_a_version_that_it_surely_has() {
        let pairs =
            [("9.1.0.0", "8.0.0.0"), ("8.0.3.0", "8.0.0.0"), ("7.0.3.2", "7.0.0.0"), ("6.7.2", "6.7"), ("6.5", "6.5")];
        for (vim, storage) in pairs {
            assert_eq!(storage_version(vim), storage, "{vim}");
        }
    }
}
