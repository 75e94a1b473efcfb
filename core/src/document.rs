//! Documents as text: what goes in and out of every binding as JSON, read and written in one place.
//!
//! What is written is always in one form: indented by two spaces, members in a fixed order, with a final line feed. So
//! equal documents are equal texts, whichever binding wrote them.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::facts::{FACTS_SCHEMA, Facts};
use crate::gates::{self, GATES, Gate};
use crate::job::Job;
pub use crate::json::text;
use crate::log;
use crate::meant::meant;
use crate::plan::{PLAN_SCHEMA, Plan};
use crate::policy::Policy;
use crate::report::{REPORT_SCHEMA, Report};
use crate::rules::{Cure, RULES, Rule, find, page};
use crate::run::{CHANGES_SCHEMA, Changes, OUTCOME_SCHEMA, Outcome};

/// A document that was handed in cannot be used. The caller's fault, or that of the caller's user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// It does not read.
    #[error("the {what} cannot be read: {why}")]
    Unreadable {
        /// Which document, in words.
        what: &'static str,
        /// What is wrong with it and where.
        why: String,
    },
    /// It is of another version.
    #[error("the schema of the {what} is `{found}`, and this reads `{known}`; make the {what} again with this version")]
    OtherSchema {
        /// Which document, in words.
        what: &'static str,
        /// What it says of itself.
        found: String,
        /// What can be read.
        known: &'static str,
    },
    /// There is no such rule.
    #[error("there is no rule `{code}`; {}", advice(*meant))]
    NoSuchRule {
        /// What was asked for.
        code: String,
        /// What was probably meant.
        meant: Option<&'static str>,
    },
}

/// Reads a job.
pub fn read_job(job: &str) -> Result<Job, DocumentError> {
    read("job", job)
}

/// Reads a policy; `{}` is the one with every default.
pub fn read_policy(policy: &str) -> Result<Policy, DocumentError> {
    read("policy", policy)
}

/// Reads facts, and refuses those of another version by name.
pub fn read_facts(facts: &str) -> Result<Facts, DocumentError> {
    let other = |found: String| DocumentError::OtherSchema { what: "facts", found, known: FACTS_SCHEMA };
    match read::<Facts>("facts", facts) {
        Ok(facts) if facts.schema == FACTS_SCHEMA => Ok(facts),
        Ok(facts) => Err(other(facts.schema)),
        // Another version is a better answer than the first member that it has more or less.
        Err(error) => match serde_json::from_str::<Head>(facts) {
            Ok(Head { schema }) if schema != FACTS_SCHEMA => Err(other(schema)),
            _ => Err(error),
        },
    }
}

/// Reads a plan, and refuses one of another version by name.
pub fn read_plan(plan: &str) -> Result<Plan, DocumentError> {
    read_versioned("plan", PLAN_SCHEMA, plan)
}

/// Reads a report, and refuses one of another version by name.
pub fn read_report(report: &str) -> Result<Report, DocumentError> {
    read_versioned("report", REPORT_SCHEMA, report)
}

/// Reads an outcome, and refuses one of another version by name.
pub fn read_outcome(outcome: &str) -> Result<Outcome, DocumentError> {
    read_versioned("outcome", OUTCOME_SCHEMA, outcome)
}

/// Reads what a run changed, and refuses that of another version by name.
pub fn read_changes(changes: &str) -> Result<Changes, DocumentError> {
    read_versioned("changes", CHANGES_SCHEMA, changes)
}

/// Reads a document of any kind as plain JSON.
pub fn read_any(document: &str) -> Result<serde_json::Value, DocumentError> {
    read("document", document)
}

/// Judges facts by a policy: texts in, the report's text out.
pub fn judge_facts(facts: &str, policy: &str) -> Result<String, DocumentError> {
    Ok(text(&Report::of(&read_facts(facts)?, None, &read_policy(policy)?)))
}

/// Every rule by code, as a JSON list.
pub fn rules() -> String {
    let lines: Vec<RuleLine> = RULES.iter().map(RuleLine::of).collect();
    text(&lines)
}

/// The page of a rule, of a gate, or of a signature of the logs, as Markdown.
pub fn explain(code: &str) -> Result<String, DocumentError> {
    let of_gate = || gates::find(code).map(Gate::page);
    let of_signature = || {
        log::signature(code).map(|row| {
            let log::Signature { id, meaning, grade, source, pattern, .. } = row;
            format!("# {id}: {meaning}\n\ngrade {grade:?}, read in {source}\n\npattern `{pattern}`\n")
        })
    };
    let page = find(code).map(page::page).or_else(of_gate).or_else(of_signature);
    page.ok_or_else(|| {
        let codes = RULES.iter().map(|rule| rule.code).chain(GATES.iter().map(|gate| gate.name));
        let known = codes.chain(log::signatures().iter().map(|row| row.id));
        DocumentError::NoSuchRule { code: one_line(code), meant: meant(code, known) }
    })
}

/// What to do about a code that there is not.
fn advice(meant: Option<&str>) -> String {
    meant.map_or_else(|| "list the rules to see them all".to_owned(), |meant| format!("did you mean `{meant}`"))
}

/// Reads a document whose version counts before anything else in it.
fn read_versioned<T: DeserializeOwned>(
    what: &'static str,
    known: &'static str,
    text: &str,
) -> Result<T, DocumentError> {
    match serde_json::from_str::<Head>(text) {
        Ok(Head { schema }) if schema != known => Err(DocumentError::OtherSchema { what, found: schema, known }),
        _ => read(what, text),
    }
}

/// What every document with a version begins with.
#[derive(serde::Deserialize)]
struct Head {
    schema: String,
}

#[derive(Serialize)]
struct RuleLine {
    code: &'static str,
    severity: crate::diagnostic::Severity,
    grade: crate::rules::Grade,
    confidence: crate::rules::Confidence,
    title: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by_hand: Option<&'static str>,
}

impl RuleLine {
    fn of(rule: &Rule) -> Self {
        let (remedy, by_hand) = match rule.cure {
            Cure::Remedy(name) => (Some(name), None),
            Cure::ByHand(help) => (None, Some(help)),
        };
        let Rule { code, severity, grade, title, .. } = *rule;
        Self { code, severity, grade, confidence: crate::rules::Confidence::of(grade), title, remedy, by_hand }
    }
}

/// Reads any document, and blames it by name.
pub(crate) fn read<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, DocumentError> {
    // The reader would take a list for an object, and `[]` for a policy with every default.
    if !text.trim_start().starts_with('{') {
        return Err(DocumentError::Unreadable { what, why: "it is not a JSON object".to_owned() });
    }
    serde_json::from_str(text).map_err(|error| DocumentError::Unreadable { what, why: in_words(&error) })
}

/// What the JSON reader says, on one line and without names of our types.
pub(crate) fn in_words(error: &serde_json::Error) -> String {
    let said = one_line(&error.to_string());
    if let Some((_, place)) = said.split_once("data did not match any variant of ") {
        let place = place.rsplit_once(" at line ").map(|(_, place)| format!(" at line {place}")).unwrap_or_default();
        return format!("a value of another kind than can stand there{place}");
    }
    let Some((wrong, rest)) = said.split_once(", expected ") else { return said };
    let (expected, place) = match rest.rsplit_once(" at line ") {
        Some((expected, place)) => (expected, format!(" at line {place}")),
        None => (rest, String::new()),
    };
    let expected = match expected.split(' ').next().unwrap_or_default() {
        "struct" | "map" | "internally" => "an object",
        "tuple" => "a list of fixed length",
        "enum" | "variant" => "one of its words",
        "u8" | "u16" | "u32" | "u64" => "a whole number that is not negative",
        "i8" | "i16" | "i32" | "i64" => "a whole number",
        "sequence" => "a list",
        _ => expected,
    };
    format!("{wrong}, expected {expected}{place}")
}

/// A caller's text for a message: no line breaks, and not without end.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST).collect()
}

/// Characters of a caller's text in a message.
const LONGEST: usize = 600;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::time::UnixTime;

    #[test]
    fn writes_facts_that_it_can_read_and_writes_them_the_same_again() {
        let facts = Facts::nothing_yet("vc.example.com:443", UnixTime(1_770_206_400));
        let written = text(&facts);
        assert!(written.ends_with("}\n"), "{written}");
        assert_eq!(read_facts(&written).unwrap(), facts);
        assert_eq!(text(&read_facts(&written).unwrap()), written);
    }

    #[test]
    fn facts_of_another_version_are_refused_by_its_name() {
        let error = read_facts(r#"{"schema": "iofilter-certs/facts/9", "hosts": 3}"#).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the schema of the facts is `iofilter-certs/facts/9`, and this reads `iofilter-certs/facts/1`; make the facts again with this version"
        );
    }

    #[test]
    fn a_plan_of_another_version_is_refused_by_its_name() {
        let error = read_plan(r#"{"schema": "iofilter-certs/plan/9"}"#).unwrap_err();
        assert!(error.to_string().starts_with("the schema of the plan is `iofilter-certs/plan/9`"), "{error}");
        let error = read_plan(r#"{"schema": "iofilter-certs/plan/1"}"#).unwrap_err();
        assert!(error.to_string().starts_with("the plan cannot be read: missing field `vcenter`"), "{error}");
    }

    #[test]
    fn says_what_is_wrong_with_a_document_and_where() {
        let why = |job: &str| read_job(job).unwrap_err().to_string();
        assert_eq!(why("[]"), "the job cannot be read: it is not a JSON object");
        assert_eq!(
            why(r#"{"vcenter": "v", "user": "u", "trust": "host_roots", "appliance_ssh": 5}"#),
            "the job cannot be read: invalid type: integer `5`, expected an object at line 1 column 71"
        );
        assert_eq!(
            why(r#"{"vcenter": "v", "user": "u", "trust": "host_roots", "concurrency": -1}"#),
            "the job cannot be read: invalid value: integer `-1`, expected a whole number that is not negative at line 1 column 70"
        );
        assert_eq!(
            read_policy(r#"{"until": true}"#).unwrap_err().to_string(),
            "the policy cannot be read: a value of another kind than can stand there at line 1 column 15"
        );
        assert_eq!(why("{\"a\\nb\": 1}").lines().count(), 1);
        assert!(why("{").starts_with("the job cannot be read: EOF"), "{}", why("{"));
    }

    #[test]
    fn a_rule_that_is_not_there_cannot_be_explained() {
        let why = |code: &str| explain(code).unwrap_err().to_string();
        assert_eq!(why("nonsense"), "there is no rule `nonsense`; list the rules to see them all");
        assert_eq!(why("vp_cert_stal"), "there is no rule `vp_cert_stal`; did you mean `vp-cert-stale`");
    }

    #[test]
    fn everything_that_has_a_name_has_a_page() {
        let all = RULES.iter().map(|rule| rule.code).chain(GATES.iter().map(|gate| gate.name));
        for code in all.chain(log::signatures().iter().map(|row| row.id)) {
            let page = explain(code).unwrap();
            assert!(page.starts_with(&format!("# {code}: ")) && page.lines().count() > 3, "{code}: {page}");
        }
    }
}
