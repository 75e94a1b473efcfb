//! The REST API's encoding, both ways and in both styles.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::VCenter;
use super::error::{WireError, one_line};
use super::soap::{self, header};
use super::text;
use crate::request::{Header, HttpRequest, HttpResponse, Method, Piece, SecretEncoding, secret};
use crate::time::UnixTime;

/// Where the REST API is, and how its bodies look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RestStyle {
    /// `/api`: bare JSON, maps as objects (7.0U2 and later).
    Api,
    /// `/rest`: everything in `{"value": ..}`, maps as lists of `key` and `value` (6.5 to 8).
    Rest,
}

impl RestStyle {
    /// What every path begins with.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Api => "/api",
            Self::Rest => "/rest",
        }
    }
}

/// A call in the session; `path` comes after `/api` or `/rest`.
pub(super) fn call(vcenter: &VCenter, method: Method, path: &str) -> HttpRequest {
    let session = Header {
        name: "vmware-api-session-id".to_owned(),
        value: vec![Piece::Secret { name: secret::REST_SESSION.to_owned(), encoding: SecretEncoding::Raw }],
    };
    sessionless(vcenter, method, &format!("{}{path}", vcenter.rest.prefix()), session)
}

/// A call with a header field of its own instead of the session's.
pub(super) fn sessionless(vcenter: &VCenter, method: Method, path: &str, credential: Header) -> HttpRequest {
    HttpRequest {
        authority: vcenter.authority.clone(),
        method,
        path: path.to_owned(),
        headers: vec![header("accept", "application/json"), credential],
        body: Vec::new(),
        trust: vcenter.trust.clone(),
        keep: None,
        max_response_bytes: soap::ANSWER_BYTES,
        deadline_seconds: vcenter.deadline_seconds,
    }
}

/// A segment of a path, percent-encoded.
pub(super) fn segment(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let digits = [byte >> 4, byte & 15].map(|half| char::from_digit(u32::from(half), 16).unwrap_or_default());
            encoded.push('%');
            encoded.extend(digits.map(|digit| digit.to_ascii_uppercase()));
        }
    }
    encoded
}

/// A place in an answer, and what stands there.
#[derive(Clone)]
pub(super) struct Node {
    value: Value,
    place: String,
    what: String,
}

/// Reads an answer that has no result.
pub(super) fn nothing(response: &HttpResponse, what: &str) -> Result<(), WireError> {
    refuse(response, what)
}

/// Reads an answer. The style is told from the answer: only `/rest` wraps everything in a lone `value`.
pub(super) fn answer(response: &HttpResponse, what: &str) -> Result<Node, WireError> {
    refuse(response, what)?;
    let body = text::utf8(&response.body, what)?;
    let place = String::new();
    let mut value: Value = serde_json::from_str(body).map_err(|error| WireError::Malformed {
        what: what.to_owned(),
        place: format!("line {}, column {}", error.line(), error.column()),
        why: "it is not JSON, or ends too early".to_owned(),
    })?;
    match value.as_object_mut() {
        Some(object) if object.len() == 1 && object.contains_key("value") => {
            let value = object.remove("value").unwrap_or_default();
            Ok(Node { value, place: "/value".to_owned(), what: what.to_owned() })
        }
        Some(_) | None => Ok(Node { value, place, what: what.to_owned() }),
    }
}

impl Node {
    /// The member `name`; `None` when it is absent or null.
    pub(super) fn member(&self, name: &str) -> Result<Option<Self>, WireError> {
        let object = self.value.as_object().ok_or_else(|| self.malformed("an object is expected here"))?;
        let member = object.get(name).filter(|member| !member.is_null());
        Ok(member.map(|value| self.at(value, name)))
    }

    /// The text of the member `name`; `None` when it is absent or null.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, WireError> {
        self.member(name)?.map(|member| member.as_text()).transpose()
    }

    /// The time in the member `name`; `None` when it is absent or null.
    pub(super) fn time(&self, name: &str) -> Result<Option<UnixTime>, WireError> {
        let Some(member) = self.member(name)? else { return Ok(None) };
        let time = UnixTime::parse(&member.as_text()?);
        time.map(Some).ok_or_else(|| member.malformed("a time is expected here"))
    }

    /// The text that stands here.
    pub(super) fn as_text(&self) -> Result<String, WireError> {
        let text = self.value.as_str().ok_or_else(|| self.malformed("a string is expected here"))?;
        Ok(text.to_owned())
    }

    /// The list that stands here.
    pub(super) fn items(&self) -> Result<Vec<Self>, WireError> {
        let items = self.value.as_array().ok_or_else(|| self.malformed("a list is expected here"))?;
        Ok(items.iter().enumerate().map(|(index, item)| self.at(item, &index.to_string())).collect())
    }

    /// The map that stands here: an object in `/api`, a list of `key` and `value` in `/rest`.
    pub(super) fn entries(&self) -> Result<Vec<(String, Self)>, WireError> {
        if let Some(object) = self.value.as_object() {
            return Ok(object.iter().map(|(key, value)| (key.clone(), self.at(value, key))).collect());
        }
        let mut entries = Vec::new();
        for item in self.items()? {
            entries.push((item.required_text("key")?, item.required("value")?));
        }
        Ok(entries)
    }

    /// The member `name`, which must be there.
    pub(super) fn required(&self, name: &str) -> Result<Self, WireError> {
        self.member(name)?.ok_or_else(|| self.malformed(&format!("the member `{name}` is missing")))
    }

    /// The text of the member `name`, which must be there.
    pub(super) fn required_text(&self, name: &str) -> Result<String, WireError> {
        self.required(name)?.as_text()
    }

    fn at(&self, value: &Value, name: &str) -> Self {
        Self { value: value.clone(), place: format!("{}/{name}", self.place), what: self.what.clone() }
    }

    fn malformed(&self, why: &str) -> WireError {
        let place = if self.place.is_empty() { "/" } else { &self.place };
        WireError::Malformed { what: self.what.clone(), place: place.to_owned(), why: why.to_owned() }
    }
}

/// What any answer but a success says, in either style.
fn refuse(response: &HttpResponse, what: &str) -> Result<(), WireError> {
    if (200..=299).contains(&response.status) {
        return Ok(());
    }
    let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    let Some((error, message)) = named_error(&body) else {
        return match soap::refuse_status(response, what) {
            Err(error) => Err(error),
            Ok(()) => Err(refused(response.status, what, "HTTP".to_owned(), String::new())),
        };
    };
    match error.as_str() {
        "UNAUTHENTICATED" => Err(WireError::NotAuthenticated { what: what.to_owned() }),
        "SERVICE_UNAVAILABLE" => soap::refuse_status(response, what).and(Err(refused(503, what, error, message))),
        _ => Err(refused(response.status, what, error, message)),
    }
}

fn refused(status: u16, what: &str, error: String, message: String) -> WireError {
    WireError::Refused { status, what: what.to_owned(), error, message }
}

/// `{"error_type":"NOT_FOUND","messages":[..]}`, or
/// `{"type":"com.vmware.vapi.std.errors.not_found","value":{"messages":[..]}}`.
fn named_error(body: &Value) -> Option<(String, String)> {
    let (name, messages) = match body.get("error_type") {
        Some(name) => (name.as_str()?, body.get("messages")),
        None => (body.get("type")?.as_str()?, body.pointer("/value/messages")),
    };
    let name: String = name.rsplit('.').next().unwrap_or_default().to_ascii_uppercase();
    let name = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(60).collect();
    let message = messages.and_then(|list| list.pointer("/0/default_message")).and_then(Value::as_str);
    Some((name, one_line(message.unwrap_or_default())))
}
