//! What is shown, word for word: documents of `tests/golden/*.json` against the texts beside them.
//!
//! `UPDATE=1` rewrites the texts; read them before they are committed.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::PathBuf;

use serde::de::DeserializeOwned;

use super::report::Depth;
use super::{outcome, plan, report};

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

fn document<T: DeserializeOwned>(name: &str) -> T {
    let text = std::fs::read_to_string(file(name)).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn compare(name: &str, shown: &str) {
    let shown = anstream::adapter::strip_str(shown).to_string();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(file(name), &shown).unwrap();
    }
    let expected = std::fs::read_to_string(file(name)).unwrap_or_default();
    assert_eq!(shown, expected, "{name}");
}

#[test]
fn a_report_leads_with_the_cause() {
    compare("report.txt", &report::report(&document("report.json"), Depth::Causes));
    compare("report-all.txt", &report::report(&document("report.json"), Depth::All));
}

#[test]
fn a_report_that_knows_too_little_does_not_say_healthy() {
    compare("incomplete.txt", &report::report(&document("incomplete.json"), Depth::Causes));
}

#[test]
fn a_vcenter_that_could_not_be_asked_is_an_error_with_help() {
    compare("stopped.txt", &report::report(&document("stopped.json"), Depth::Causes));
}

#[test]
fn a_plan_tells_of_every_step_what_it_disturbs_and_how_it_is_taken_back() {
    compare("plan.txt", &plan::plan(&document("plan.json")));
}

#[test]
fn a_stuck_run_says_first_what_to_do_by_hand() {
    compare("stuck.txt", &outcome::outcome(&document("stuck.json")));
}

#[test]
fn a_run_that_was_taken_back_names_what_is_not_as_before() {
    compare("rolled-back.txt", &outcome::outcome(&document("rolled-back.json")));
}
