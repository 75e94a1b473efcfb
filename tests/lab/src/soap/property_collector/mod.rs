//! The property collector: one mechanism to read every property of every object, at once, in pages, or as updates.

mod collect;
mod filters;
mod path;
mod spec;

pub(crate) use collect::{Page, collect, collect_unauthenticated, page};
pub(crate) use filters::Collector;
pub(crate) use path::{check as property_path_exists, value_at};
pub(crate) use spec::FilterSpec;

use super::value::{Reference, Value};

/// What the property collector reads from.
pub(crate) trait Inventory {
    /// Whether the object exists.
    fn exists(&self, object: &Reference) -> bool;
    /// The value of a property of the object itself (`config`, never `config.product`); `None` when it is unset.
    fn property(&self, object: &Reference, name: &str) -> Option<Value>;
}
