//! The examples run, and say what they promise to say.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::process::Command;

fn said(program: &str, arguments: &[&str]) -> String {
    let ended = Command::new(program).args(arguments).output().expect("it was built");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    String::from_utf8(ended.stdout).expect("it writes UTF-8")
}

#[test]
fn check_names_the_cause() {
    let text = said(env!("CARGO_BIN_EXE_example-check"), &[]);
    assert!(text.contains(": vp-cert-stale: ") && text.ends_with("exit code 2\n"), "{text}");
}

#[test]
fn check_finds_nothing_where_all_is_well() {
    let healthy = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/healthy/three-hosts/input.json");
    assert_eq!(said(env!("CARGO_BIN_EXE_example-check"), &[healthy]), "3 hosts, exit code 0\n");
}

#[test]
fn a_survey_that_reaches_nobody_says_so() {
    let text = said(env!("CARGO_BIN_EXE_example-survey"), &[]);
    assert!(text.contains("asked: {\"peek\":") && text.ends_with("exit code 1\n"), "{text}");
}
