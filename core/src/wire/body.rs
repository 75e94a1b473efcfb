//! XML out: the body of a request, as pieces, because secrets are filled in by the host program.
//!
//! Only the prefixes `soapenv`, `xsi` and `xsd` are used, and types stand without prefix in the default namespace:
//! govmomi's server matches the literal text and silently drops values that are typed in any other way.

use super::MoRef;
use crate::request::{Piece, SecretEncoding};

/// The body of a request while it is written. Elements must be written in the order of vSphere's type tables.
#[derive(Debug, Default)]
pub(super) struct Body {
    pieces: Vec<Piece>,
    text: String,
}

impl Body {
    /// Writes markup as it is.
    pub(super) fn raw(&mut self, markup: &str) {
        self.text.push_str(markup);
    }

    /// An element with a text.
    pub(super) fn element(&mut self, name: &str, text: &str) {
        self.nested(name, |body| body.escaped(text));
    }

    /// An element with a text for each of `texts`.
    pub(super) fn elements<S: AsRef<str>>(&mut self, name: &str, texts: &[S]) {
        for text in texts {
            self.element(name, text.as_ref());
        }
    }

    /// An element with `true` or `false`.
    pub(super) fn flag(&mut self, name: &str, value: bool) {
        self.element(name, if value { "true" } else { "false" });
    }

    /// An element that refers to a managed object.
    pub(super) fn reference(&mut self, name: &str, to: &MoRef) {
        self.raw(&format!("<{name} type=\""));
        self.escaped(&to.kind);
        self.raw("\">");
        self.escaped(&to.value);
        self.raw(&format!("</{name}>"));
    }

    /// An element whose text is a secret that the host program fills in.
    pub(super) fn secret(&mut self, name: &str, secret: &str) {
        self.nested(name, |body| {
            body.pieces.push(Piece::Text(std::mem::take(&mut body.text)));
            body.pieces.push(Piece::Secret { name: secret.to_owned(), encoding: SecretEncoding::XmlText });
        });
    }

    /// An element with elements.
    pub(super) fn nested(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        self.raw(&format!("<{name}>"));
        content(self);
        self.raw(&format!("</{name}>"));
    }

    /// An element with elements, whose type is a subtype of the declared one.
    pub(super) fn typed(&mut self, name: &str, kind: &str, content: impl FnOnce(&mut Self)) {
        self.raw(&format!("<{name} xsi:type=\"{kind}\">"));
        content(self);
        self.raw(&format!("</{name}>"));
    }

    /// The pieces, to be sent.
    pub(super) fn pieces(mut self) -> Vec<Piece> {
        if !self.text.is_empty() {
            self.pieces.push(Piece::Text(self.text));
        }
        self.pieces
    }

    fn escaped(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' => self.text.push_str("&quot;"),
                // A carriage return would be read as a line feed.
                '\r' => self.text.push_str("&#xD;"),
                // XML 1.0 cannot hold these, not even escaped.
                '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => {
                    self.text.push('\u{FFFD}');
                }
                other => self.text.push(other),
            }
        }
    }
}
