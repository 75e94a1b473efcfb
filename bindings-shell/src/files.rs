//! Documents in files: read strictly, written whole.

use std::path::Path;

use iofilter_certs::document;
use iofilter_certs::facts::{FACTS_SCHEMA, Facts};
use iofilter_certs::plan::{PLAN_SCHEMA, Plan};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::failure::Failure;

/// The facts that `check --save-facts` wrote.
pub(crate) fn facts(path: &Path) -> Result<Facts, Failure> {
    let text = text(path)?;
    require_schema(path, &text, FACTS_SCHEMA, "check --save-facts")?;
    document::read_facts(&text).map_err(|why| {
        let help = "keep them anew with `iofilter-certs check --save-facts`";
        Failure::file(format!("the file `{}` cannot be used: {why}", path.display()), help)
    })
}

/// The plan that `plan --out` wrote.
pub(crate) fn plan(path: &Path) -> Result<Plan, Failure> {
    of_schema(path, PLAN_SCHEMA, "plan --out")
}

/// A JSON document of any shape.
pub(crate) fn json(path: &Path) -> Result<serde_json::Value, Failure> {
    parse(path, &text(path)?)
}

/// A text file.
pub(crate) fn text(path: &Path) -> Result<String, Failure> {
    let is_absurd = std::fs::metadata(path).is_ok_and(|what| what.len() > LARGEST);
    if is_absurd {
        let message = format!("the file `{}` is larger than the {LARGEST} bytes that are read", path.display());
        return Err(Failure::file(message, ""));
    }
    let read = std::fs::read_to_string(path);
    read.map_err(|why| Failure::file(format!("the file `{}` cannot be read: {why}", path.display()), ""))
}

/// The document that a text holds.
pub(crate) fn parse<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, Failure> {
    serde_json::from_str(text)
        .map_err(|why| Failure::file(format!("the file `{}` cannot be understood: {why}", path.display()), ""))
}

/// Writes a document as JSON, over what was there.
pub(crate) fn save<T: Serialize>(path: &Path, document: &T) -> Result<(), Failure> {
    let cannot = |why: String| Failure::file(format!("the file `{}` cannot be written: {why}", path.display()), "");
    let mut text = serde_json::to_string_pretty(document).map_err(|why| cannot(why.to_string()))?;
    text.push('\n');
    std::fs::write(path, text).map_err(|why| cannot(why.to_string()))
}

/// The name of a document's shape.
pub(crate) fn schema(document: &serde_json::Value) -> &str {
    document.get("schema").and_then(serde_json::Value::as_str).unwrap_or_default()
}

fn of_schema<T: DeserializeOwned>(path: &Path, wanted: &str, made_by: &str) -> Result<T, Failure> {
    let text = text(path)?;
    require_schema(path, &text, wanted, made_by)?;
    parse(path, &text)
}

fn require_schema(path: &Path, text: &str, wanted: &str, made_by: &str) -> Result<(), Failure> {
    let found: serde_json::Value = parse(path, text)?;
    if schema(&found) == wanted {
        return Ok(());
    }
    let message = format!("the file `{}` is `{}`, and `{wanted}` is wanted", path.display(), schema(&found));
    Err(Failure::file(message, format!("make it anew with `iofilter-certs {made_by}`")))
}

/// Of a document: the facts of 10,000 hosts are a tenth of this.
const LARGEST: u64 = 1024 * 1024 * 1024;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_document_of_another_kind_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.json");
        save(&path, &serde_json::json!({ "schema": "iofilter-certs/plan/99" })).unwrap();
        let failure = plan(&path).unwrap_err();
        assert!(failure.message.contains("`iofilter-certs/plan/99`, and `iofilter-certs/plan/1`"), "{failure:?}");
        assert!(failure.help.contains("plan --out"));
        let failure = facts(&folder.path().join("none.json")).unwrap_err();
        assert!(failure.message.contains("none.json` cannot be read"), "{failure:?}");
        save(&path, &serde_json::json!({ "schema": FACTS_SCHEMA, "began_at": 1_770_206_400, "ended_at": 0 })).unwrap();
        let failure = facts(&path).unwrap_err();
        assert!(
            failure.message.contains("nobody can have looked at 1970-01-01T00:00:00Z")
                && failure.message.contains(" at line "),
            "{failure:?}"
        );
    }
}
