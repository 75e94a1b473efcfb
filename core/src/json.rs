//! The one form in which documents are written.

use serde::Serialize;

/// A document as text, in the one form.
pub fn text(document: &impl Serialize) -> String {
    // Writing fails only for maps whose keys are no text; ours have names and ids for keys.
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}
