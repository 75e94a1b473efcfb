//! The journal's file: what is written is read back, a torn end is dropped, and damage is refused with its line.
#![expect(clippy::disallowed_methods, reason = "the tests damage files on purpose")]

use std::path::{Path, PathBuf};

use iofilter_certs::native::{Journal, JournalError};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Entry {
    step: u32,
    text: String,
}

fn entry(step: u32) -> Entry {
    Entry { step, text: format!("line\nend \"{step}\" é") }
}

/// A journal of three entries.
fn written() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.jsonl");
    let mut journal = Journal::create(&path).unwrap();
    for step in 1..=3 {
        journal.append(&entry(step)).unwrap();
    }
    (folder, path)
}

fn damage(path: &Path) -> (usize, String) {
    match Journal::<Entry>::read(path).unwrap_err() {
        JournalError::Damaged { line, why, .. } => (line, why.to_owned()),
        other => panic!("another error: {other}"),
    }
}

#[test]
fn every_line_is_json_and_reads_back() {
    let (_folder, path) = written();
    let recovered = Journal::<Entry>::read(&path).unwrap();
    assert_eq!((recovered.entries, recovered.torn), (vec![entry(1), entry(2), entry(3)], false));
    let text = std::fs::read_to_string(&path).unwrap();
    for (line, step) in text.lines().zip(1..) {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(value.pointer("/entry/step").unwrap(), step);
    }
}

#[test]
fn a_journal_is_never_overwritten() {
    let (_folder, path) = written();
    let error = Journal::<Entry>::create(&path).unwrap_err();
    assert!(matches!(error, JournalError::Exists(_)), "{error}");
    assert_eq!(Journal::<Entry>::read(&path).unwrap().entries.len(), 3);
}

#[test]
fn a_journal_whose_first_line_never_came_to_the_disk_is_begun_anew_and_nothing_else_is() {
    let (_folder, path) = written();
    let whole = std::fs::read_to_string(&path).unwrap();
    let first = whole.lines().next().unwrap();
    for torn in ["", "{\"su", first] {
        std::fs::write(&path, torn).unwrap();
        Journal::create(&path).unwrap().append(&entry(7)).unwrap();
        assert_eq!(Journal::<Entry>::read(&path).unwrap().entries, [entry(7)], "{torn}");
    }
    for other in ["a letter", &format!("{first}\n{{\"su")] {
        std::fs::write(&path, other).unwrap();
        assert!(matches!(Journal::<Entry>::create(&path), Err(JournalError::Exists(_))), "{other}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), *other);
    }
}

#[test]
fn wherever_the_last_line_is_torn_the_others_stand_and_the_journal_goes_on() {
    let (_folder, path) = written();
    let whole = std::fs::read(&path).unwrap();
    let two = whole.len() - whole.split_inclusive(|byte| *byte == b'\n').next_back().unwrap().len();
    for length in two + 1..whole.len() {
        std::fs::write(&path, whole.get(..length).unwrap()).unwrap();
        let (mut journal, recovered) = Journal::resume(&path).unwrap();
        assert_eq!((recovered.entries, recovered.torn), (vec![entry(1), entry(2)], true), "cut at {length}");
        journal.append(&entry(4)).unwrap();
        let recovered = Journal::<Entry>::read(&path).unwrap();
        assert_eq!((recovered.entries, recovered.torn), (vec![entry(1), entry(2), entry(4)], false));
    }
}

#[test]
fn a_changed_byte_is_found_wherever_it_is() {
    let (_folder, path) = written();
    let whole = std::fs::read(&path).unwrap();
    // The last byte is the end of the last line; without it that line is torn, not changed.
    for place in 0..whole.len() - 1 {
        let mut changed = whole.clone();
        *changed.get_mut(place).unwrap() ^= 1;
        std::fs::write(&path, &changed).unwrap();
        let line = 1 + whole.iter().take(place).filter(|byte| **byte == b'\n').count();
        let (found, _) = damage(&path);
        assert_eq!(found, line, "byte {place}");
    }
}

#[test]
fn lines_that_are_missing_swapped_or_of_another_version_are_refused() {
    let (_folder, path) = written();
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let [one, two, three] = lines.as_slice() else { panic!("three lines were written") };
    for (lines, expected) in [([*one, *three, ""], 2), ([*one, *three, *two], 2), ([*two, *three, ""], 1)] {
        std::fs::write(&path, lines.concat()).unwrap();
        assert_eq!(damage(&path).0, expected);
    }
    std::fs::remove_file(&path).unwrap();
    Journal::create(&path).unwrap().append(&"another kind of entry").unwrap();
    assert!(damage(&path).1.contains("another version"));
}

#[test]
fn what_the_operating_system_refuses_is_said_with_the_path() {
    let missing = Path::new("/nonexistent/run.jsonl");
    for error in [Journal::<Entry>::create(missing).unwrap_err(), Journal::<Entry>::read(missing).unwrap_err()] {
        let message = error.to_string();
        assert!(message.contains("`/nonexistent/run.jsonl`") && message.contains("no such file"), "{message}");
    }
}

#[cfg(unix)]
#[test]
fn only_its_owner_reads_a_journal() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_folder, path) = written();
    assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o077, 0);
}
