//! Documents in files: read strictly, written whole.

use std::path::Path;

use iofilter_certs::document::{self, DocumentError};
use iofilter_certs::facts::Facts;
use iofilter_certs::plan::Plan;
use iofilter_certs::policy::Policy;
use iofilter_certs::run::Changes;
use serde::Serialize;

use crate::failure::Failure;

/// The facts that `check --save-facts` wrote.
pub(crate) fn facts(path: &Path) -> Result<Facts, Failure> {
    document(path, document::read_facts, "keep them anew with `iofilter-certs check --save-facts`")
}

/// The plan that `plan --out` wrote.
pub(crate) fn plan(path: &Path) -> Result<Plan, Failure> {
    document(path, document::read_plan, "make it anew with `iofilter-certs plan --out`")
}

/// The policy that somebody wrote.
pub(crate) fn policy(path: &Path) -> Result<Policy, Failure> {
    document(path, document::read_policy, "")
}

/// What a run changed, as its folder keeps it.
pub(crate) fn changes(path: &Path) -> Result<Changes, Failure> {
    document(path, document::read_changes, "")
}

/// A document, read as every face reads it.
pub(crate) fn document<T>(
    path: &Path,
    read: impl Fn(&str) -> Result<T, DocumentError>,
    help: &str,
) -> Result<T, Failure> {
    read(&text(path)?)
        .map_err(|why| Failure::file(format!("the file `{}` cannot be used: {why}", path.display()), help))
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

/// Writes a document as JSON, over what was there.
pub(crate) fn save<T: Serialize>(path: &Path, document: &T) -> Result<(), Failure> {
    let cannot = |why: String| Failure::file(format!("the file `{}` cannot be written: {why}", path.display()), "");
    let mut text = serde_json::to_string_pretty(document).map_err(|why| cannot(why.to_string()))?;
    text.push('\n');
    std::fs::write(path, text).map_err(|why| cannot(why.to_string()))
}

/// Of a document: the facts of 10,000 hosts are a tenth of this.
const LARGEST: u64 = 1024 * 1024 * 1024;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use iofilter_certs::facts::FACTS_SCHEMA;

    use super::*;

    #[test]
    fn what_is_no_policy_is_not_taken_for_one_with_every_default() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("policy.json");
        std::fs::write(&path, "[]").unwrap();
        let failure = policy(&path).unwrap_err();
        assert!(failure.message.ends_with("the policy cannot be read: it is not a JSON object"), "{failure:?}");
        std::fs::write(&path, r#"{"soft_days": "many"}"#).unwrap();
        let failure = policy(&path).unwrap_err();
        assert!(failure.message.contains("expected a whole number at line 1"), "{failure:?}");
    }

    #[test]
    fn a_document_of_another_kind_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.json");
        save(&path, &serde_json::json!({ "schema": "iofilter-certs/plan/99" })).unwrap();
        let failure = plan(&path).unwrap_err();
        assert!(
            failure.message.contains("is `iofilter-certs/plan/99`, and this reads `iofilter-certs/plan/1`"),
            "{failure:?}"
        );
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
