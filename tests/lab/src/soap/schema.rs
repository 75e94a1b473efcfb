//! What vSphere's messages are made of: types, their fields in wire order, and the methods with their parameters.
//!
//! The facts are in `schema.txt`, one line a type, written by `tests/python/wire_schema.py` from the type tables of
//! the official SDK. Types that the lab neither reads nor prints are not in it; a path into one is known but unset.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::version::ApiVersion;

/// The schema, read once.
pub(crate) fn schema() -> &'static Schema {
    static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema::parse(include_str!("schema.txt")));
    &SCHEMA
}

/// Everything in `schema.txt`.
#[derive(Debug, Default)]
pub(crate) struct Schema {
    /// Data objects and faults, and managed objects: their fields or properties.
    types: BTreeMap<&'static str, WireType>,
    methods: BTreeMap<&'static str, Method>,
}

/// A data object, a fault, an enumeration or a managed object.
#[derive(Debug)]
pub(crate) struct WireType {
    /// `vim25` or `sms`.
    pub(crate) namespace: &'static str,
    parent: Option<&'static str>,
    fields: Vec<Field>,
    /// For an enumeration, its values.
    values: Vec<&'static str>,
}

/// A field of a data object, a property of a managed object or a parameter of a method.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) optional: bool,
    pub(crate) kind: Kind,
    /// The first version that has it.
    pub(crate) since: ApiVersion,
}

/// A declared type: `HostService` or an array of it. `MoRef` is a reference to any managed object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) array: bool,
}

/// A method of a managed object.
#[derive(Debug)]
pub(crate) struct Method {
    pub(crate) namespace: &'static str,
    pub(crate) name: &'static str,
    /// The type of managed object that has it.
    pub(crate) target: &'static str,
    pub(crate) since: ApiVersion,
    /// The privilege it asks for, `-` when that depends on the arguments.
    pub(crate) privilege: &'static str,
    pub(crate) result: Kind,
    pub(crate) parameters: Vec<Field>,
}

impl Schema {
    /// The method of this wire name.
    pub(crate) fn method(&self, name: &str) -> Option<&Method> {
        self.methods.get(name)
    }

    /// The type of this wire name.
    pub(crate) fn wire_type(&self, name: &str) -> Option<&WireType> {
        self.types.get(name)
    }

    /// The name as the schema holds it, for a name that came from elsewhere.
    pub(crate) fn name_of(&self, name: &str) -> Option<&'static str> {
        self.types.get_key_value(name).map(|(name, _)| *name)
    }

    /// All fields of a type, its base classes' first, as they are written on the wire.
    pub(crate) fn fields(&self, name: &str) -> Vec<&Field> {
        let mut chain: Vec<&WireType> = self.with_ancestors(name).collect();
        chain.reverse();
        chain.iter().flat_map(|wire_type| &wire_type.fields).collect()
    }

    /// One field of a type or of one of its base classes.
    pub(crate) fn field(&self, type_name: &str, field: &str) -> Option<&Field> {
        self.with_ancestors(type_name).flat_map(|wire_type| &wire_type.fields).find(|known| known.name == field)
    }

    /// A type, then its base class, and so on.
    fn with_ancestors(&self, name: &str) -> impl Iterator<Item = &WireType> {
        let parent = |wire_type: &&WireType| wire_type.parent.and_then(|parent| self.types.get(parent));
        std::iter::successors(self.types.get(name), parent)
    }

    /// Whether `name` is `ancestor` or extends it.
    pub(crate) fn is_a(&self, name: &str, ancestor: &str) -> bool {
        let mut next = Some(name);
        while let Some(current) = next {
            if current == ancestor {
                return true;
            }
            next = self.types.get(current).and_then(|wire_type| wire_type.parent);
        }
        false
    }

    /// The values of an enumeration, `None` for any other type.
    pub(crate) fn enumeration(&self, name: &str) -> Option<&[&'static str]> {
        self.types.get(name).map(|wire_type| wire_type.values.as_slice()).filter(|values| !values.is_empty())
    }

    fn parse(text: &'static str) -> Self {
        let mut schema = Self::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            schema.read_line(line);
        }
        schema
    }

    fn read_line(&mut self, line: &'static str) {
        let mut words = line.split(' ');
        let (Some(sort), Some(namespace), Some(name), Some(parent), Some(since)) =
            (words.next(), words.next(), words.next(), words.next(), words.next())
        else {
            return;
        };
        if sort == "method" {
            let privilege = words.next().unwrap_or("-");
            let result = Kind::parse(words.next().unwrap_or("void"));
            let parameters = words.filter_map(Field::parse).collect();
            let since = ApiVersion::new(since);
            let method = Method { namespace, name, target: parent, since, privilege, result, parameters };
            self.methods.insert(name, method);
            return;
        }
        let parent = (parent != "-").then_some(parent);
        let (fields, values) = match sort {
            "enum" => (Vec::new(), words.collect()),
            _ => (words.filter_map(Field::parse).collect(), Vec::new()),
        };
        self.types.insert(name, WireType { namespace, parent, fields, values });
    }
}

impl Field {
    fn parse(text: &'static str) -> Option<Self> {
        let (declaration, since) = text.rsplit_once('@')?;
        let (name, kind) = declaration.split_once(':')?;
        let optional = name.ends_with('?');
        let name = name.trim_end_matches('?');
        Some(Self { name, optional, kind: Kind::parse(kind), since: ApiVersion::new(since) })
    }
}

impl Kind {
    /// Reads `HostService` or `HostService[]`.
    pub(crate) fn parse(text: &'static str) -> Self {
        Self { name: text.trim_end_matches("[]"), array: text.ends_with("[]") }
    }

    /// The kind of one item of this array.
    pub(crate) fn item(self) -> Self {
        Self { array: false, ..self }
    }

    /// The name without its namespace prefix: `string` for `xsd:string`.
    pub(crate) fn local_name(self) -> &'static str {
        match self.name {
            "MoRef" => "ManagedObjectReference",
            name => name.trim_start_matches("xsd:"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn base_class_fields_come_first() {
        let names: Vec<&str> = schema().fields("TraversalSpec").iter().map(|field| field.name).collect();
        assert_eq!(names, ["name", "type", "path", "skip", "selectSet"]);
    }

    #[test]
    fn methods_know_their_parameters() {
        let login = schema().method("Login").unwrap();
        assert_eq!(login.target, "SessionManager");
        assert_eq!(login.privilege, "System.Anonymous");
        let optional: Vec<bool> = login.parameters.iter().map(|parameter| parameter.optional).collect();
        assert_eq!(optional, [false, false, true]);
    }

    #[test]
    fn inheritance_is_followed() {
        assert!(schema().is_a("CertificateNotTrusted", "ProviderRegistrationFault"));
        assert!(schema().is_a("NotAuthenticated", "NoPermission"));
        assert!(!schema().is_a("NoPermission", "NotAuthenticated"));
        assert_eq!(schema().enumeration("TaskInfoState").unwrap().len(), 4);
    }

    #[test]
    fn every_parameter_type_is_known() {
        for method in schema().methods.values() {
            for parameter in &method.parameters {
                let name = parameter.kind.name;
                let known = name.starts_with("xsd:") || name == "MoRef" || schema().types.contains_key(name);
                assert!(known, "{} takes {name}, which schema.txt does not have", method.name);
            }
        }
    }
}
