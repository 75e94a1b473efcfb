//! Values as vSphere knows them: scalars, references, data objects, lists and faults.
//!
//! A value is built by name and printed by the schema: the order of the elements, which of them the asked version
//! has, and where an `xsi:type` is needed are not the business of whoever builds it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::schema::{Kind, schema};

/// A value of any type.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// A string, number, boolean, time or enumeration value, with the wire name of its type.
    Scalar {
        kind: &'static str,
        text: String,
    },
    /// A `byte[]`; printed as one element a byte.
    Bytes(Vec<u8>),
    Reference(Reference),
    Object(Object),
    /// Several values of one type, named as on the wire; an empty list still has a type.
    List(&'static str, Vec<Value>),
    Fault(Fault),
}

/// A reference to a managed object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reference {
    pub(crate) kind: String,
    pub(crate) id: String,
}

/// A data object.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Object {
    /// The wire name of its type.
    pub(crate) kind: Cow<'static, str>,
    fields: BTreeMap<&'static str, Value>,
}

/// A fault: thrown by a method, or reported in a field such as `TaskInfo.error`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fault {
    pub(crate) detail: Object,
    pub(crate) message: String,
}

impl Value {
    /// The wire name of this value's own type, of its items for a list.
    pub(crate) fn kind(&self) -> &str {
        match self {
            Self::Scalar { kind, .. } => kind,
            Self::Bytes(_) => "xsd:byte",
            Self::Reference(_) => "MoRef",
            Self::Object(object) => &object.kind,
            Self::Fault(fault) => &fault.detail.kind,
            Self::List(item, _) => item,
        }
    }

    /// The value as one of the declared type: text becomes an enumeration's, a list gets its item type.
    pub(crate) fn declared(self, kind: Kind) -> Self {
        match self {
            Self::Scalar { text, .. } if kind.name != "xsd:anyType" => Self::Scalar { kind: kind.name, text },
            Self::List(_, values) if kind.array => {
                Self::List(kind.name, values.into_iter().map(|value| value.declared(kind.item())).collect())
            }
            other => other,
        }
    }
}

impl Reference {
    /// A reference to `kind:id`.
    pub(crate) fn new(kind: &str, id: impl Into<String>) -> Self {
        Self { kind: kind.to_owned(), id: id.into() }
    }
}

impl Object {
    /// A data object of this type without any field.
    pub(crate) fn new(kind: &'static str) -> Self {
        debug_assert!(schema().wire_type(kind).is_some(), "schema.txt does not have {kind}");
        Self { kind: Cow::Borrowed(kind), fields: BTreeMap::new() }
    }

    /// The object with this field set.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        let field = schema().field(&self.kind, name);
        debug_assert!(field.is_some(), "{} has no field {name}", self.kind);
        let value = value.into();
        let value = match field {
            Some(field) => value.declared(field.kind),
            None => value,
        };
        self.fields.insert(name, value);
        self
    }

    /// The object with this field set when there is a value, and unset otherwise.
    pub(crate) fn with_some(self, name: &'static str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The value of a field, when set.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.fields.get(name)
    }
}

impl Fault {
    /// A fault without fields.
    pub(crate) fn new(kind: &'static str, message: impl Into<String>) -> Self {
        Self { detail: Object::new(kind), message: message.into() }
    }

    /// A fault of a type that no client has heard of, as a newer release may throw.
    pub(crate) fn unheard_of(kind: &str, message: impl Into<String>) -> Self {
        let detail = Object { kind: Cow::Owned(kind.to_owned()), fields: BTreeMap::new() };
        Self { detail, message: message.into() }
    }

    /// The fault with this field set.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.detail = self.detail.with(name, value);
        self
    }
}

/// A time as vCenter prints it: UTC, microseconds.
pub(crate) fn date_time(time: OffsetDateTime) -> Value {
    let text = time.format(&Rfc3339).unwrap_or_default();
    Value::Scalar { kind: "xsd:dateTime", text }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Scalar { kind: "xsd:string", text: text.to_owned() }
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Scalar { kind: "xsd:string", text }
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Scalar { kind: "xsd:boolean", text: value.to_string() }
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self::Scalar { kind: "xsd:int", text: value.to_string() }
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Scalar { kind: "xsd:long", text: value.to_string() }
    }
}

impl From<OffsetDateTime> for Value {
    fn from(value: OffsetDateTime) -> Self {
        date_time(value)
    }
}

impl From<Reference> for Value {
    fn from(value: Reference) -> Self {
        Self::Reference(value)
    }
}

impl From<Object> for Value {
    fn from(value: Object) -> Self {
        Self::Object(value)
    }
}

impl From<Fault> for Value {
    fn from(value: Fault) -> Self {
        Self::Fault(value)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(values: Vec<T>) -> Self {
        Self::List("xsd:anyType", values.into_iter().map(Into::into).collect())
    }
}
