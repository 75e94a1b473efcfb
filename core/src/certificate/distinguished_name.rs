//! Names of subjects and issuers as text.
//!
//! The text is that of RFC 4514, most specific part first, with two departures for the reader's sake: a part of a
//! kind without a short name keeps its readable value (`2.5.4.97=VATDE-1`), and `emailAddress` is called so. Two names
//! that differ in more than the case of letters and the kind of string they are encoded in have different texts.

use x509_parser::asn1_rs::Tag;
use x509_parser::x509::{AttributeTypeAndValue, X509Name};

use super::hexadecimal;

/// The whole name.
pub(super) fn readable(name: &X509Name<'_>) -> String {
    let mut parts: Vec<String> =
        name.iter_rdn().map(|part| part.iter().map(attribute).collect::<Vec<_>>().join("+")).collect();
    parts.reverse();
    parts.join(",")
}

/// The most specific `CN`, unescaped.
pub(super) fn common_name(name: &X509Name<'_>) -> Option<String> {
    name.iter_common_name().last().and_then(|attribute| decode(attribute.attr_value().tag(), attribute.as_slice()))
}

/// Whether two texts name the same party. Case is ignored as RFC 5280 section 7.1 has it.
pub(super) fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

fn attribute(attribute: &AttributeTypeAndValue<'_>) -> String {
    let oid = attribute.attr_type().to_id_string();
    let value = match decode(attribute.attr_value().tag(), attribute.as_slice()) {
        Some(text) => escape(&text),
        None => format!("#{}", hexadecimal(attribute.as_slice())),
    };
    format!("{}={value}", short_name(&oid).unwrap_or(&oid))
}

fn short_name(oid: &str) -> Option<&'static str> {
    Some(match oid {
        "2.5.4.3" => "CN",
        "2.5.4.5" => "serialNumber",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.9" => "STREET",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "0.9.2342.19200300.100.1.1" => "UID",
        "0.9.2342.19200300.100.1.25" => "DC",
        "1.2.840.113549.1.9.1" => "emailAddress",
        _ => return None,
    })
}

/// The text of a string type; `None` for types that hold no text, and for text that is not what its type says.
fn decode(tag: Tag, bytes: &[u8]) -> Option<String> {
    if tag == Tag::BmpString {
        // UTF-16, big end first: what old Microsoft authorities write.
        let units =
            bytes.chunks(2).map(|pair| pair.try_into().ok().map(u16::from_be_bytes)).collect::<Option<Vec<_>>>()?;
        return String::from_utf16(&units).ok();
    }
    if tag == Tag::T61String {
        // Everyone writes Latin-1 under this name.
        return Some(bytes.iter().copied().map(char::from).collect());
    }
    let is_text = [Tag::Utf8String, Tag::PrintableString, Tag::Ia5String, Tag::NumericString, Tag::VisibleString];
    is_text.contains(&tag).then(|| String::from_utf8(bytes.to_vec()).ok()).flatten()
}

fn escape(text: &str) -> String {
    let last = text.chars().count().saturating_sub(1);
    let mut escaped = String::with_capacity(text.len());
    for (position, letter) in text.chars().enumerate() {
        match letter {
            ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=' => escaped.extend(['\\', letter]),
            '#' if position == 0 => escaped.extend(['\\', letter]),
            ' ' if position == 0 || position == last => escaped.extend(['\\', letter]),
            // A name is shown in one-line messages and on terminals.
            control if control.is_control() => {
                let mut buffer = [0; 4];
                for byte in control.encode_utf8(&mut buffer).bytes() {
                    escaped.push('\\');
                    escaped.push_str(&hexadecimal(&[byte]));
                }
            }
            plain => escaped.push(plain),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_would_change_the_name_or_the_line() {
        assert_eq!(escape("VMware, Inc."), "VMware\\, Inc.");
        assert_eq!(escape("#1 = +"), "\\#1 \\= \\+");
        assert_eq!(escape(" a b "), "\\ a b\\ ");
        assert_eq!(escape(" "), "\\ ");
        assert_eq!(escape("a\n\u{9b}b"), "a\\0a\\c2\\9bb");
        assert_eq!(escape("Zürich"), "Zürich");
    }

    #[test]
    fn decodes_the_old_kinds_of_string() {
        assert_eq!(decode(Tag::BmpString, &[0, b'V', 0x20, 0xac]).as_deref(), Some("V€"));
        assert_eq!(decode(Tag::BmpString, &[0, b'V', 0]), None);
        assert_eq!(decode(Tag::BmpString, &[0xd8, 0]), None);
        assert_eq!(decode(Tag::T61String, &[0xfc]).as_deref(), Some("ü"));
        assert_eq!(decode(Tag::Utf8String, &[0xfc]), None);
        assert_eq!(decode(Tag::Integer, b"1"), None);
    }
}
