//! Patterns that are fixed texts of ours.

use regex::bytes::{Regex, RegexBuilder};

/// A regular expression over bytes, or nothing if it is not one; tests hold that every one of ours is.
pub(super) fn pattern(text: &str) -> Vec<Regex> {
    RegexBuilder::new(text).unicode(false).build().into_iter().collect()
}
