//! XML in: a stream of elements over the body's bytes, no tree, everything bounded.
//!
//! Refused: anything but UTF-8, document types and entities (so none can expand), more than [`MAX_DEPTH`] levels,
//! one text of more than [`MAX_TEXT`] bytes, and anything that is not well-formed to the last byte.

use std::borrow::Cow;

use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;

use super::error::WireError;
use super::{MoRef, text};
use crate::time::UnixTime;

/// Levels of elements that an answer may have; the deepest known has 13.
pub(super) const MAX_DEPTH: usize = 64;
/// Bytes that the text of one element may have; the longest known, a certificate chain, has some 20 kB.
pub(super) const MAX_TEXT: usize = 1 << 20;

/// Characters of a place that are told in an error.
const MAX_PLACE: usize = 160;

const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Reads one document, element by element.
pub(super) struct Xml<'a> {
    events: NsReader<&'a [u8]>,
    what: &'a str,
    path: String,
    depth: usize,
}

/// The start of an element.
pub(super) struct Tag<'a> {
    start: BytesStart<'a>,
    /// The local name in its `xsi:type`, whatever the prefixes of the attribute and of its value.
    pub(super) kind: Option<String>,
    /// Its attribute `type`, which names the type of a managed object reference.
    pub(super) of: Option<String>,
}

impl Tag<'_> {
    /// Its name without prefix.
    pub(super) fn name(&self) -> &str {
        self.start.local_name().into_inner()
    }

    /// An attribute by its name as it is written.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let found = self.start.try_get_attribute(name).ok()??;
        found.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok().map(Cow::into_owned)
    }
}

impl<'a> Xml<'a> {
    /// Begins to read `body`, the answer to `what`.
    pub(super) fn new(body: &'a [u8], what: &'a str) -> Result<Self, WireError> {
        let body = text::utf8(body, what)?;
        let mut events = NsReader::from_str(body);
        let config = events.config_mut();
        config.expand_empty_elements = true;
        config.check_comments = true;
        Ok(Self { events, what, path: String::new(), depth: 0 })
    }

    /// Reads the whole document: its one root element is handed to `read`.
    pub(super) fn root<T>(
        mut self,
        read: impl FnOnce(&mut Self, &Tag<'a>) -> Result<T, WireError>,
    ) -> Result<T, WireError> {
        let mut read = Some(read);
        let mut answer = None;
        self.children(|xml, tag| {
            let read = read.take().ok_or_else(|| xml.malformed("more than one root element"))?;
            answer = Some(read(xml, tag)?);
            Ok(())
        })?;
        answer.ok_or_else(|| self.malformed("there is no element"))
    }

    /// Hands every child of the element that was just begun to `each`, which reads as much of it as it wants (its
    /// text, its children, or nothing: the rest is passed over), then steps behind the element's end.
    pub(super) fn children(
        &mut self,
        mut each: impl FnMut(&mut Self, &Tag<'a>) -> Result<(), WireError>,
    ) -> Result<(), WireError> {
        let level = self.depth;
        loop {
            match self.step()? {
                Step::Start(tag) if self.depth == level + 1 => {
                    each(self, &tag)?;
                    while self.depth > level {
                        self.step()?;
                    }
                }
                Step::End if self.depth < level => return Ok(()),
                Step::Eof => return Ok(()),
                Step::Text(text) if level == 0 && !text.trim().is_empty() => {
                    return Err(self.malformed("text outside of the root element"));
                }
                Step::Start(_) | Step::End | Step::Text(_) => {}
            }
        }
    }

    /// The text of the element that was just begun; children are an error.
    pub(super) fn text(&mut self) -> Result<String, WireError> {
        let mut whole = String::new();
        loop {
            match self.step()? {
                Step::Text(text) => {
                    whole.push_str(&text);
                    if whole.len() > MAX_TEXT {
                        return Err(self.malformed(&format!("a text of more than {MAX_TEXT} bytes")));
                    }
                }
                Step::End => return Ok(whole),
                Step::Start(_) => return Err(self.malformed("an element where a text is expected")),
                Step::Eof => return Err(self.malformed("the answer ends too early")),
            }
        }
    }

    /// Every text within the element that was just begun, with the path to it, which begins with `path`.
    pub(super) fn leaves(&mut self, path: String, each: &mut dyn FnMut(String, String)) -> Result<(), WireError> {
        let mut whole = String::new();
        let mut leaf = true;
        loop {
            match self.step()? {
                Step::Start(tag) => {
                    leaf = false;
                    self.leaves(format!("{path}/{}", tag.name()), each)?;
                }
                Step::Text(text) if leaf && whole.len() + text.len() <= MAX_TEXT => whole.push_str(&text),
                Step::Text(_) if leaf => return Err(self.malformed(&format!("a text of more than {MAX_TEXT} bytes"))),
                Step::Text(_) => {}
                Step::End => {
                    if leaf {
                        each(path, whole);
                    }
                    return Ok(());
                }
                Step::Eof => return Err(self.malformed("the answer ends too early")),
            }
        }
    }

    /// `true`, `false`, `1` or `0`.
    pub(super) fn boolean(&mut self) -> Result<bool, WireError> {
        let place = self.path.clone();
        let text = self.text()?;
        match text.trim() {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            other => Err(self.malformed_at(&place, &format!("`{}` is neither true nor false", short(other)))),
        }
    }

    /// A whole number.
    pub(super) fn integer(&mut self) -> Result<i64, WireError> {
        let place = self.path.clone();
        let text = self.text()?;
        text.trim()
            .parse()
            .map_err(|_| self.malformed_at(&place, &format!("`{}` is not a whole number", short(text.trim()))))
    }

    /// An instant.
    pub(super) fn time(&mut self) -> Result<UnixTime, WireError> {
        let place = self.path.clone();
        let text = self.text()?;
        UnixTime::parse(&text)
            .ok_or_else(|| self.malformed_at(&place, &format!("`{}` is not a time", short(text.trim()))))
    }

    /// A managed object reference.
    pub(super) fn reference(&mut self, tag: &Tag<'_>) -> Result<MoRef, WireError> {
        let kind = tag.of.clone().ok_or_else(|| self.malformed("a reference without the attribute `type`"))?;
        Ok(MoRef { kind, value: self.text()? })
    }

    /// The texts of all children of the element that was just begun, as in `ArrayOfString`.
    pub(super) fn texts(&mut self) -> Result<Vec<String>, WireError> {
        let mut all = Vec::new();
        self.children(|xml, _| {
            all.push(xml.text()?);
            Ok(())
        })?;
        Ok(all)
    }

    /// The bytes of an `ArrayOfByte` that was just begun as `tag`, which holds one `<byte>`, signed decimal, for each.
    /// That is 50 times the size of what it says, so its shape is taken literally instead of event by event.
    pub(super) fn bytes(&mut self, tag: &Tag<'_>) -> Result<Vec<u8>, WireError> {
        let content = self.events.read_text(tag.start.name()).map_err(|error| self.ill_formed(&error))?;
        let content = content.into_inner();
        let bytes = content.split("<byte>").skip(1).map(|element| {
            let number = element.trim_end().strip_suffix("</byte>")?;
            number.parse::<i8>().ok().map(i8::cast_unsigned)
        });
        let bytes = bytes.collect::<Option<Vec<u8>>>();
        let before = content.split("<byte>").next().unwrap_or_default();
        let bytes = bytes.filter(|_| before.trim().is_empty());
        let bytes = bytes.ok_or_else(|| self.malformed("an array of bytes is not one `byte` after another"))?;
        self.leave();
        Ok(bytes)
    }

    /// `value`, or the error that the element `name` is missing in the one at hand.
    pub(super) fn required<T>(&self, value: Option<T>, name: &str) -> Result<T, WireError> {
        value.ok_or_else(|| self.malformed(&format!("the element `{name}` is missing")))
    }

    /// The error that what is read at this place is wrong.
    pub(super) fn malformed(&self, why: &str) -> WireError {
        self.malformed_at(&self.path, why)
    }

    fn malformed_at(&self, place: &str, why: &str) -> WireError {
        // Names are the server's, and may be of any length.
        let place = if place.is_empty() { "/".to_owned() } else { place.chars().take(MAX_PLACE).collect() };
        WireError::Malformed { what: self.what.to_owned(), place, why: why.to_owned() }
    }

    fn step(&mut self) -> Result<Step<'a>, WireError> {
        loop {
            let event = self.events.read_event().map_err(|error| self.ill_formed(&error))?;
            match event {
                Event::Start(start) => return self.begin(start).map(Step::Start),
                Event::End(_) => {
                    self.leave();
                    return Ok(Step::End);
                }
                Event::Text(text) => return Ok(Step::Text(text.xml10_content())),
                Event::CData(text) => return Ok(Step::Text(text.xml10_content())),
                Event::GeneralRef(reference) => {
                    return self.resolve(&reference).map(|text| Step::Text(Cow::Owned(text)));
                }
                Event::Decl(declaration) => {
                    let encoding = declaration.encoding().and_then(Result::ok);
                    text::accept_charset(encoding.as_deref(), self.what)?;
                }
                Event::DocType(_) => return Err(self.malformed("it declares a document type, which is refused")),
                Event::Eof if self.depth > 0 => return Err(self.malformed("the answer ends too early")),
                Event::Eof => return Ok(Step::Eof),
                // Empty elements are expanded to a start and an end.
                Event::Comment(_) | Event::PI(_) | Event::Empty(_) => {}
            }
        }
    }

    fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        let parent = self.path.rfind('/').unwrap_or(0);
        self.path.truncate(parent);
    }

    fn begin(&mut self, start: BytesStart<'a>) -> Result<Tag<'a>, WireError> {
        self.depth += 1;
        self.path.push('/');
        self.path.push_str(start.local_name().into_inner());
        if self.depth > MAX_DEPTH {
            return Err(self.malformed(&format!("more than {MAX_DEPTH} elements stand in one another")));
        }
        let (mut kind, mut of) = (None, None);
        if !start.attributes_raw().is_empty() {
            for attribute in start.attributes() {
                let attribute = attribute.map_err(|_| self.malformed("an attribute is not well-formed"))?;
                let (namespace, name) = self.events.resolver().resolve_attribute(attribute.key);
                if name.into_inner() != "type" {
                    continue;
                }
                let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
                let value = value.map_err(|_| self.malformed("the attribute `type` is not well-formed"))?;
                match namespace {
                    ResolveResult::Bound(namespace) if namespace.0 == SCHEMA_INSTANCE => {
                        let local = value.rsplit_once(':').map_or(&*value, |(_, local)| local);
                        kind = Some(local.trim().to_owned());
                    }
                    ResolveResult::Unbound => of = Some(value.into_owned()),
                    ResolveResult::Bound(_) | ResolveResult::Unknown(_) => {}
                }
            }
        }
        Ok(Tag { start, kind, of })
    }

    fn resolve(&self, reference: &quick_xml::events::BytesRef<'_>) -> Result<String, WireError> {
        if let Ok(Some(character)) = reference.resolve_char_ref() {
            return Ok(character.to_string());
        }
        quick_xml::escape::resolve_predefined_entity(reference)
            .map(str::to_owned)
            .ok_or_else(|| self.malformed("it refers to an entity that XML does not define, which is refused"))
    }

    fn ill_formed(&self, error: &quick_xml::Error) -> WireError {
        // The reader's own words may quote the body, and at length; its kind is enough.
        let why = match error {
            quick_xml::Error::Syntax(_) => "it is not XML, or ends within a tag",
            quick_xml::Error::IllFormed(_) => "its tags do not match",
            quick_xml::Error::Namespace(_) => "its namespaces are not well-formed",
            _ => "it is not well-formed",
        };
        self.malformed(why)
    }
}

enum Step<'a> {
    Start(Tag<'a>),
    End,
    Text(Cow<'a, str>),
    Eof,
}

/// A server's value for a message: one line, at most 60 characters.
fn short(value: &str) -> String {
    super::error::one_line(value).chars().take(60).collect()
}
