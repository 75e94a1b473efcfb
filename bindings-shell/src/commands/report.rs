//! `report`: a saved document in words.

use std::path::Path;

use iofilter_certs::facts::FACTS_SCHEMA;
use iofilter_certs::native::{Journal, OperationError};
use iofilter_certs::plan::{PLAN_SCHEMA, Plan};
use iofilter_certs::report::{REPORT_SCHEMA, Report};
use iofilter_certs::run::{CHANGES_SCHEMA, Changes, JournalEntry, OUTCOME_SCHEMA, Outcome};

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
    let document = files::json(path)?;
    let words = in_words(path, depth)?;
    screen.result(&document, || words);
    Ok(0)
}

/// What the run changed; nothing for one that is not over.
fn changes_beside(journal: &Path) -> Result<Option<Changes>, Failure> {
    let path = journal.with_file_name(CHANGES);
    if path.exists() { Ok(Some(files::parse(&path, &files::text(&path)?)?)) } else { Ok(None) }
}

/// The file in a run's folder that tells what it changed.
const CHANGES: &str = "changes.json";

fn in_words(path: &Path, depth: Depth) -> Result<String, Failure> {
    let text = files::text(path)?;
    let document = files::json(path)?;
    Ok(match files::schema(&document) {
        REPORT_SCHEMA => {
            let report: Report = files::parse(path, &text)?;
            let plan = report.plan.as_ref().map(show::plan::plan);
            let plan = plan.map(|plan| format!("\n{plan}")).unwrap_or_default();
            show::report::report(&report, depth) + &plan
        }
        PLAN_SCHEMA => show::plan::plan(&files::parse::<Plan>(path, &text)?),
        OUTCOME_SCHEMA => show::outcome::outcome(&files::parse::<Outcome>(path, &text)?),
        CHANGES_SCHEMA => files::parse::<Changes>(path, &text)?.in_words(),
        FACTS_SCHEMA => show::facts::facts(&files::facts(path)?),
        other => {
            let message =
                format!("the file `{}` is no document of this version: its schema is `{other}`", path.display());
            return Err(Failure::file(message, "give a file that `check --json`, `plan --out` or `apply` wrote"));
        }
    })
}
