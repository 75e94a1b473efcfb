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
