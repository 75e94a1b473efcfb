//! Plays every case of `tests/vectors` natively. The same folders are played by Python and by the component.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "the cases are files, and UPDATE=1 rewrites what they expect")]

use std::path::{Path, PathBuf};

use iofilter_certs::vector;

#[test]
fn every_case_gives_the_report_that_it_expects() {
    let cases = cases();
    assert!(!cases.is_empty(), "there is no case in {}", root().display());
    let failures: Vec<String> = cases.iter().filter_map(|case| failure(case)).collect();
    assert!(failures.is_empty(), "{}\nlook at the differences, then run with UPDATE=1", failures.join("\n"));
}

#[test]
fn every_case_tells_what_is_odd_about_it_and_shows_its_certificates() {
    for case in cases() {
        let page = read(&case.join("README.md"));
        let name = case.file_name().unwrap().to_string_lossy();
        assert!(page.starts_with("# ") && page.lines().count() > 2, "README.md of `{name}` tells nothing");
        for fingerprint in fingerprints(&read(&case.join("input.json"))) {
            assert!(page.contains(&fingerprint), "README.md of `{name}` does not show certificate {fingerprint}");
        }
    }
}

/// Folders two levels down, sorted: `<rule or remedy>/<case>`.
fn cases() -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> = folders(&root()).iter().flat_map(|rule| folders(rule)).collect();
    cases.sort();
    cases
}

fn folders(parent: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(parent).unwrap_or_else(|error| panic!("{}: {error}", parent.display()));
    entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn failure(case: &Path) -> Option<String> {
    let place = case.display();
    let report = match vector::run(&read(&case.join("input.json"))) {
        Ok(report) => report,
        Err(error) => return Some(format!("{place}: {error}")),
    };
    let expect = case.join("expect.json");
    if std::env::var("UPDATE").is_ok_and(|update| update == "1") {
        std::fs::write(&expect, &report).unwrap();
    }
    let expected = read(&expect);
    let differs = expected.lines().zip(report.lines()).position(|(expected, given)| expected != given);
    let line = differs.unwrap_or_else(|| expected.lines().count().min(report.lines().count()));
    let at = |text: &str| text.lines().nth(line).unwrap_or("nothing").trim().to_owned();
    (expected != report)
        .then(|| format!("{place}: line {} should be {} and is {}", line + 1, at(&expected), at(&report)))
}

/// The fingerprints of the certificates that a case's facts hold.
fn fingerprints(input: &str) -> Vec<String> {
    match serde_json::from_str(input).unwrap() {
        vector::Vector::Judge { facts, .. } => {
            facts.certificates.iter().map(|certificate| certificate.fingerprint.to_string()).collect()
        }
        vector::Vector::Survey { .. } => Vec::new(),
    }
}
