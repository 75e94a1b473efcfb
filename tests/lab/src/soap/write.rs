//! Values into XML, for the version the client asked for.

use std::fmt::Write as _;

use super::schema::{Kind, schema};
use super::value::{Fault, Object, Value};
use super::version::ApiVersion;

/// How a server prints: vpxd and the Java services differ in details that both are legal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// vpxd: double-quoted declaration, types unprefixed in the default namespace `urn:vim25`.
    Vpxd,
    /// SMS, a Java service: single-quoted declaration, every type name prefixed with its namespace.
    Java,
}

/// Prints values in one style for one version.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    style: Style,
    version: &'a ApiVersion,
    out: String,
}

const ENVELOPE: &str = "<soapenv:Envelope xmlns:soapenc=\"http://schemas.xmlsoap.org/soap/encoding/\"\n \
    xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"\n \
    xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"\n \
    xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n<soapenv:Body>\n";
const ENVELOPE_END: &str = "\n</soapenv:Body>\n</soapenv:Envelope>";

/// The whole answer of a method: `None` prints an empty response element.
pub(crate) fn response(style: Style, version: &ApiVersion, method: &str, result: Option<(Kind, &Value)>) -> String {
    let mut writer = Writer::start(style, version);
    let namespace = style.namespace();
    writer.print(format_args!("<{method}Response xmlns=\"urn:{namespace}\"{}>", style.prefixes()));
    if let Some((kind, value)) = result {
        writer.element("returnval", kind, value);
    }
    writer.print(format_args!("</{method}Response>"));
    writer.finish()
}

/// The whole answer of a method that threw.
pub(crate) fn fault(style: Style, version: &ApiVersion, fault: &Fault) -> String {
    let mut writer = Writer::start(style, version);
    let kind = fault.detail.kind.as_ref();
    let namespace = schema().wire_type(kind).map_or("vim25", |wire_type| wire_type.namespace);
    writer.out.push_str("<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>");
    writer.text(&fault.message);
    writer.out.push_str("</faultstring><detail>");
    writer.print(format_args!("<{kind}Fault xmlns=\"urn:{namespace}\"{}", style.prefixes()));
    writer.type_attribute(kind);
    writer.out.push('>');
    writer.fields(&fault.detail);
    writer.print(format_args!("</{kind}Fault></detail></soapenv:Fault>"));
    writer.finish()
}

impl Style {
    fn namespace(self) -> &'static str {
        match self {
            Self::Vpxd => "vim25",
            Self::Java => "sms",
        }
    }

    fn prefixes(self) -> &'static str {
        match self {
            Self::Vpxd => "",
            Self::Java => " xmlns:sms=\"urn:sms\" xmlns:vim25=\"urn:vim25\"",
        }
    }
}

impl<'a> Writer<'a> {
    fn start(style: Style, version: &'a ApiVersion) -> Self {
        let declaration = match style {
            Style::Vpxd => "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
            Style::Java => "<?xml version='1.0' encoding='UTF-8'?>",
        };
        Self { style, version, out: format!("{declaration}{ENVELOPE}") }
    }

    fn finish(mut self) -> String {
        self.out.push_str(ENVELOPE_END);
        self.out
    }

    /// A field, a `returnval` or a `val`: a declared array repeats the element, an array where any type may stand is
    /// one element `ArrayOfHostService` with items `HostService`.
    fn element(&mut self, tag: &str, declared: Kind, value: &Value) {
        match value {
            Value::List(_, values) if declared.array => {
                for item in values {
                    self.single(tag, declared.item(), item);
                }
            }
            Value::Bytes(bytes) if declared.array => {
                for byte in bytes {
                    self.byte(tag, *byte);
                }
            }
            Value::List(name, _) => self.array(tag, name, value),
            Value::Bytes(_) => self.array(tag, "xsd:byte", value),
            value => self.single(tag, declared, value),
        }
    }

    fn array(&mut self, tag: &str, item: &'static str, value: &Value) {
        let declared = Kind { name: item, array: true };
        let local = declared.local_name();
        let (first, rest) = local.split_at_checked(1).unwrap_or((local, ""));
        self.open(tag);
        self.type_attribute(&format!("ArrayOf{}{rest}", first.to_ascii_uppercase()));
        self.out.push('>');
        self.element(local, declared, value);
        self.close(tag);
    }

    fn single(&mut self, tag: &str, declared: Kind, value: &Value) {
        if let Value::Fault(fault) = value {
            return self.localized_fault(tag, fault);
        }
        self.open(tag);
        let kind = value.kind();
        if let Value::Reference(reference) = value {
            if declared.name == "xsd:anyType" {
                self.type_attribute("ManagedObjectReference");
            }
            self.attribute("type", &reference.kind);
        } else if kind != declared.name {
            self.type_attribute(kind);
        }
        self.out.push('>');
        self.content(value);
        self.close(tag);
    }

    fn content(&mut self, value: &Value) {
        match value {
            Value::Scalar { text, .. } => self.text(text),
            Value::Reference(reference) => self.text(&reference.id),
            Value::Object(object) => self.fields(object),
            Value::Fault(fault) => self.fields(&fault.detail),
            Value::Bytes(_) | Value::List(..) => {}
        }
    }

    fn fields(&mut self, object: &Object) {
        for field in schema().fields(&object.kind) {
            let Some(value) = object.value(field.name) else { continue };
            if field.since > *self.version && self.same_namespace(&object.kind) {
                continue;
            }
            self.element(field.name, field.kind, value);
        }
    }

    /// Versions count within a namespace: SMS 7.0.0.0 says nothing about vim25's fields.
    fn same_namespace(&self, kind: &str) -> bool {
        schema().wire_type(kind).is_some_and(|wire_type| wire_type.namespace == self.style.namespace())
    }

    /// A fault in a field is wrapped, with its message beside it.
    fn localized_fault(&mut self, tag: &str, fault: &Fault) {
        self.open(tag);
        self.out.push_str("><fault");
        self.type_attribute(&fault.detail.kind);
        self.out.push('>');
        self.fields(&fault.detail);
        self.out.push_str("</fault><localizedMessage>");
        self.text(&fault.message);
        self.out.push_str("</localizedMessage>");
        self.close(tag);
    }

    fn byte(&mut self, tag: &str, byte: u8) {
        self.print(format_args!("<{tag}>{}</{tag}>", byte.cast_signed()));
    }

    fn print(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing into a string cannot fail.
        let _ = self.out.write_fmt(text);
    }

    fn open(&mut self, tag: &str) {
        self.out.push('<');
        self.out.push_str(tag);
    }

    fn close(&mut self, tag: &str) {
        self.out.push_str("</");
        self.out.push_str(tag);
        self.out.push('>');
    }

    fn type_attribute(&mut self, kind: &str) {
        let name = match (kind, self.style) {
            ("MoRef", _) => "ManagedObjectReference".to_owned(),
            (kind, Style::Java) if !kind.contains(':') => {
                let name = kind.trim_start_matches("ArrayOf");
                let namespace = schema().wire_type(name).map_or("vim25", |wire_type| wire_type.namespace);
                format!("{namespace}:{kind}")
            }
            (kind, _) => kind.to_owned(),
        };
        self.attribute("xsi:type", &name);
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.print(format_args!(" {name}=\"{}\"", quick_xml::escape::escape(value)));
    }

    /// Carriage returns become references, for a reader would drop them otherwise.
    fn text(&mut self, text: &str) {
        self.out.push_str(&quick_xml::escape::partial_escape(text).replace("&#13;", "&#xD;"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::value::Reference;
    use super::*;

    fn printed(style: Style, version: &str, kind: &'static str, value: impl Into<Value>) -> String {
        let kind = Kind::parse(kind);
        let value = value.into().declared(kind);
        let text = response(style, &ApiVersion::new(version), "Fetch", Some((kind, &value)));
        let body = text.split_once("<FetchResponse").and_then(|(_, rest)| rest.split_once('>'));
        body.and_then(|(_, rest)| rest.split_once("</FetchResponse>"))
            .map(|(inner, _)| inner.to_owned())
            .unwrap_or_default()
    }

    fn service() -> Object {
        // Set in another order than the wire has.
        Object::new("HostService")
            .with("running", true)
            .with("label", "SSH")
            .with("key", "TSM-SSH")
            .with("policy", "on")
    }

    const SERVICE: &str = "<key>TSM-SSH</key><label>SSH</label><running>true</running><policy>on</policy>";

    #[test]
    fn fields_are_printed_in_wire_order() {
        let plain = printed(Style::Vpxd, "8.0.3.0", "HostService", service());
        assert_eq!(plain, format!("<returnval>{SERVICE}</returnval>"));
    }

    #[test]
    fn what_may_be_of_any_type_says_its_type() {
        let any = |value: Value| printed(Style::Vpxd, "8.0.3.0", "xsd:anyType", value);
        assert_eq!(any("a<b".into()), "<returnval xsi:type=\"xsd:string\">a&lt;b</returnval>");
        assert_eq!(
            any(Reference::new("Task", "task-1").into()),
            "<returnval xsi:type=\"ManagedObjectReference\" type=\"Task\">task-1</returnval>"
        );
        let list = Value::from(vec![service()]).declared(Kind::parse("HostService[]"));
        assert_eq!(
            any(list),
            format!("<returnval xsi:type=\"ArrayOfHostService\"><HostService>{SERVICE}</HostService></returnval>")
        );
        assert_eq!(
            any(Value::Bytes(vec![45, 200])),
            "<returnval xsi:type=\"ArrayOfByte\"><byte>45</byte><byte>-56</byte></returnval>"
        );
    }

    #[test]
    fn a_declared_array_repeats_its_element() {
        let twice = printed(Style::Vpxd, "8.0.3.0", "xsd:string[]", vec!["a", "b"]);
        assert_eq!(twice, "<returnval>a</returnval><returnval>b</returnval>");
        assert_eq!(printed(Style::Vpxd, "8.0.3.0", "xsd:string[]", Vec::<String>::new()), "");
    }

    #[test]
    fn a_fault_in_a_field_is_wrapped_and_prefixed_by_java() {
        let info = Object::new("SmsTaskInfo")
            .with("state", "error")
            .with("error", Fault::new("CertificateNotTrusted", "m").with("certificate", "p\r"));
        assert_eq!(
            printed(Style::Java, "8.0.0.0", "SmsTaskInfo", info),
            "<returnval><error><fault xsi:type=\"sms:CertificateNotTrusted\"><certificate>p&#xD;</certificate></fault>\
             <localizedMessage>m</localizedMessage></error><state>error</state></returnval>"
        );
    }

    #[test]
    fn a_field_newer_than_the_version_is_left_out() {
        let info = Object::new("HostCertificateManagerCertificateInfo").with("kind", "Machine").with("status", "good");
        let asked =
            |version: &str| printed(Style::Vpxd, version, "HostCertificateManagerCertificateInfo", info.clone());
        assert_eq!(asked("8.0.1.0"), "<returnval><kind>Machine</kind><status>good</status></returnval>");
        assert_eq!(asked("8.0.0.2"), "<returnval><status>good</status></returnval>");
    }

    #[test]
    fn a_thrown_fault_is_named_twice() {
        let text = fault(Style::Java, &ApiVersion::new("8.0.0.0"), &Fault::new("ProviderRegistrationFault", "no"));
        let expected = "<faultstring>no</faultstring><detail><ProviderRegistrationFaultFault xmlns=\"urn:sms\"";
        assert!(text.contains(expected), "{text}");
        assert!(text.contains("xsi:type=\"sms:ProviderRegistrationFault\">"), "{text}");
    }
}
