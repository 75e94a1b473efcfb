//! Reading requests. Clients differ in envelope prefixes, default namespaces, extra attributes and white space; only
//! local names count here, as they do for the servers.

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::value::Reference;

/// An element with everything in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Element {
    /// The name without its prefix.
    pub(crate) name: String,
    /// Attributes by local name: `type` of a reference and `xsi:type` differ by the prefix, see [`Element::subtype`].
    attributes: Vec<(String, String)>,
    /// All text directly in the element.
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

/// A request as far as every method needs it.
#[derive(Debug)]
pub(crate) struct Call {
    /// The method's element, with its parameters as children.
    pub(crate) method: Element,
    /// `_this`.
    pub(crate) this: Reference,
    /// The header `vcSessionCookie`, in whatever namespace it came.
    pub(crate) session_header: Option<String>,
}

/// Reads an envelope. The error says what is wrong with it, for a fault string.
pub(crate) fn read_call(body: &[u8]) -> Result<Call, String> {
    let envelope = read(body)?;
    if envelope.name != "Envelope" {
        return Err(format!("the document is a `{}`, not a SOAP envelope", envelope.name));
    }
    let session_header = envelope.child("Header").and_then(|header| header.text_of("vcSessionCookie"));
    let method = envelope
        .child("Body")
        .and_then(|body| body.children.first())
        .ok_or_else(|| "the SOAP envelope has no method in its body".to_owned())?;
    let this =
        method.reference("_this").ok_or_else(|| format!("`{}` has no element `_this` with a type", method.name))?;
    Ok(Call { this, method: method.clone(), session_header: session_header.map(str::to_owned) })
}

/// Reads one document.
pub(crate) fn read(document: &[u8]) -> Result<Element, String> {
    let text = std::str::from_utf8(document).map_err(|error| format!("the body is not UTF-8: {error}"))?;
    let mut reader = Reader::from_str(text);
    // The first element collects the document's root.
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().map_err(|error| format!("the body is not well-formed XML: {error}"))? {
            Event::Start(start) => open.push(Element::of(&start)?),
            Event::Empty(start) => close(&mut open, Element::of(&start)?),
            Event::End(_) => {
                let element = open.pop().unwrap_or_default();
                close(&mut open, element);
            }
            Event::Text(text) => append(&mut open, &text.xml10_content()),
            Event::CData(data) => append(&mut open, &data.xml10_content()),
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().map_err(|error| error.to_string())?;
                match character {
                    Some(character) => append(&mut open, &character.to_string()),
                    None => append(&mut open, resolve_predefined_entity(&reference).unwrap_or_default()),
                }
            }
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    match <[Element; 1]>::try_from(open) {
        Ok([root]) => root.children.into_iter().next().ok_or_else(|| "the body is empty".to_owned()),
        Err(_) => Err("the body ends inside an element".to_owned()),
    }
}

fn close(open: &mut [Element], element: Element) {
    if let Some(parent) = open.last_mut() {
        parent.children.push(element);
    }
}

fn append(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

impl Element {
    fn of(start: &BytesStart<'_>) -> Result<Self, String> {
        let name = start.local_name().as_ref().to_owned();
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| format!("a bad attribute in `{name}`: {error}"))?;
            let key = attribute.key.as_ref().to_owned();
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| format!("a bad value of `{key}`: {error}"))?;
            attributes.push((key, value.into_owned()));
        }
        Ok(Self { name, attributes, ..Self::default() })
    }

    /// The first child of this name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// All children of this name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of the first child of this name, trimmed.
    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.trim())
    }

    /// The texts of all children of this name, as they are.
    pub(crate) fn texts_of(&self, name: &str) -> Vec<String> {
        self.all(name).map(|child| child.text.clone()).collect()
    }

    /// Whether the child of this name says true; absent is false.
    pub(crate) fn flag(&self, name: &str) -> bool {
        matches!(self.text_of(name), Some("true" | "1"))
    }

    /// The child of this name as a reference.
    pub(crate) fn reference(&self, name: &str) -> Option<Reference> {
        self.child(name).and_then(Self::as_reference)
    }

    /// All children of this name as references.
    pub(crate) fn references(&self, name: &str) -> Vec<Reference> {
        self.all(name).filter_map(Self::as_reference).collect()
    }

    /// The element as a reference: attribute `type` and text.
    pub(crate) fn as_reference(&self) -> Option<Reference> {
        let kind = self.attributes.iter().find(|(key, _)| key == "type").map(|(_, value)| value)?;
        Some(Reference::new(kind, self.text.trim()))
    }

    /// The local name in `xsi:type`, whatever prefix the client bound to the instance namespace.
    pub(crate) fn subtype(&self) -> Option<&str> {
        let (_, value) = self.attributes.iter().find(|(key, _)| key.ends_with(":type"))?;
        Some(value.rsplit_once(':').map_or(value.as_str(), |(_, local)| local))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    const DEFAULT_NAMESPACE: &str = "<Envelope xmlns=\"http://schemas.xmlsoap.org/soap/envelope/\">\
        <Header><vcSessionCookie>abc</vcSessionCookie></Header>\
        <Body><QueryProvider xmlns=\"urn:sms\"><_this type=\"SmsStorageManager\">storageManager</_this>\
        </QueryProvider></Body></Envelope>";

    const PREFIXED: &str = "<?xml version=\"1.0\"?>\n<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" \
        xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n<s:Body><RegisterProvider_Task xmlns=\"urn:sms\">\
        <_this versionId=\"8.0.3.0\" type=\"SmsStorageManager\">storageManager</_this>\
        <providerSpec xsi:type=\"v:VasaProviderSpec\"><name>a &amp; b&#x20;c</name></providerSpec>\
        </RegisterProvider_Task></s:Body></s:Envelope>";

    #[test]
    fn an_envelope_in_a_default_namespace_is_read() {
        let call = read_call(DEFAULT_NAMESPACE.as_bytes()).unwrap();
        assert_eq!(call.method.name, "QueryProvider");
        assert_eq!(call.this, Reference::new("SmsStorageManager", "storageManager"));
        assert_eq!(call.session_header.as_deref(), Some("abc"));
    }

    #[test]
    fn prefixes_subtypes_and_entities_are_read() {
        let call = read_call(PREFIXED.as_bytes()).unwrap();
        let spec = call.method.child("providerSpec").unwrap();
        assert_eq!(spec.subtype(), Some("VasaProviderSpec"));
        assert_eq!(spec.text_of("name"), Some("a & b c"));
        assert_eq!(call.session_header, None);
    }

    #[test]
    fn broken_documents_are_refused() {
        assert!(read_call(b"<a><b></a>").is_err());
        assert!(read_call(b"<Envelope><Body>").is_err());
        assert!(read_call(b"").is_err());
        assert!(read_call(b"<Envelope><Body><X/></Body></Envelope>").unwrap_err().contains("_this"));
    }
}
