//! `report`: a saved document in words.

use std::path::Path;

use iofilter_certs::document::{self, DocumentError};
use iofilter_certs::facts::FACTS_SCHEMA;
use iofilter_certs::native::{Journal, OperationError};
use iofilter_certs::plan::PLAN_SCHEMA;
use iofilter_certs::run::{CHANGES_SCHEMA, Changes, JournalEntry, OUTCOME_SCHEMA};

use super::resume::JOURNAL;
use crate::args::ReportOptions;
use crate::failure::Failure;
use crate::files;
use crate::screen::Screen;
use crate::show;
use crate::show::report::Depth;

/// Always 0 when the document could be shown: what it says was said before.
pub(crate) fn run(options: &ReportOptions, screen: Screen) -> Result<u8, Failure> {
    let depth = if options.all { Depth::All } else { Depth::Causes };
    let path = &options.file;
    if path.is_dir() || path.extension().is_some_and(|extension| extension == "jsonl") {
        let file = if path.is_dir() { path.join(JOURNAL) } else { path.clone() };
        let recovered = Journal::<JournalEntry>::read(&file).map_err(OperationError::from)?;
        let changes = changes_beside(&file)?;
        let document = serde_json::json!({ "journal": recovered.entries, "changes": changes });
        let words = changes.map(|changes| format!("\n{}", changes.in_words())).unwrap_or_default();
        screen.result(&document, || show::journal::story(&recovered.entries) + &words);
        return Ok(0);
    }
    let (document, words) = files::document(path, |text| shown(text, depth), "")?;
    screen.result(&document, || words);
    Ok(0)
}

/// What the run changed; nothing for one that is not over.
fn changes_beside(journal: &Path) -> Result<Option<Changes>, Failure> {
    let path = journal.with_file_name(CHANGES);
    if path.exists() { Ok(Some(files::changes(&path)?)) } else { Ok(None) }
}

/// The file in a run's folder that tells what it changed.
const CHANGES: &str = "changes.json";

/// A document of any kind, as it is and in words.
fn shown(text: &str, depth: Depth) -> Result<(serde_json::Value, String), DocumentError> {
    let value = document::read_any(text)?;
    let words = match value.get("schema").and_then(serde_json::Value::as_str).unwrap_or_default() {
        PLAN_SCHEMA => show::plan::plan(&document::read_plan(text)?),
        OUTCOME_SCHEMA => show::outcome::outcome(&document::read_outcome(text)?),
        CHANGES_SCHEMA => document::read_changes(text)?.in_words(),
        FACTS_SCHEMA => show::facts::facts(&document::read_facts(text)?),
        // Of any other, the refusal names the schema that was found.
        _ => {
            let report = document::read_report(text)?;
            let plan = report.plan.as_ref().map(|plan| format!("\n{}", show::plan::plan(plan))).unwrap_or_default();
            show::report::report(&report, depth) + &plan
        }
    };
    Ok((value, words))
}
