//! One command a file: take the options, call the core, show what it says.

pub(crate) mod apply;
pub(crate) mod check;
pub(crate) mod explain;
pub(crate) mod lab;
pub(crate) mod logs;
pub(crate) mod plan;
pub(crate) mod report;
pub(crate) mod resume;
pub(crate) mod rollback;
pub(crate) mod rules;

/// The name that was probably meant, if one is near enough.
pub(crate) fn nearest<'a>(typed: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |name: &str| strsim::jaro_winkler(&typed.to_ascii_lowercase().replace('_', "-"), name);
    let rated = names.map(|name| (likeness(name), name)).filter(|(likeness, _)| *likeness > 0.8);
    rated.max_by(|(left, _), (right, _)| left.total_cmp(right)).map(|(_, name)| name)
}
