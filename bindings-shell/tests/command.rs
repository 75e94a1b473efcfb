//! The command as a process: exit codes, what goes to which stream, and that no password is ever shown.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::{Command, Stdio};

use iofilter_certs::facts::Facts;
use iofilter_certs::rules::RULES;
use iofilter_certs::time::UnixTime;
use serde_json::Value;

const PASSWORD: &str = "s3cret-of-vcenter";

struct Ended {
    code: i32,
    out: String,
    err: String,
}

impl Ended {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap()
    }
}

/// Runs it without a terminal, with nothing of the caller's environment but a password.
fn run(args: &[&str]) -> Ended {
    run_with(args, &[("VMWARE_PASSWORD", PASSWORD)])
}

fn run_with(args: &[&str], environment: &[(&str, &str)]) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_iofilter-certs"));
    command.env_clear().envs(environment.iter().copied()).args(args).stdin(Stdio::null());
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let ended = Ended { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) };
    assert!(!ended.out.contains(PASSWORD) && !ended.err.contains(PASSWORD), "{args:?} shows the password");
    assert!(!ended.out.contains('\u{1b}') && !ended.err.contains('\u{1b}'), "{args:?} has colours in a pipe");
    ended
}

#[test]
fn help_is_no_error_and_a_wrong_argument_is_one() {
    for args in [&["--help"][..], &["--version"], &["check", "--help"], &["apply", "--help"]] {
        let ended = run(args);
        assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{args:?}");
    }
    let ended = run(&["check", "--passwort", "x"]);
    assert_eq!((ended.code, ended.out.as_str()), (1, ""));
    let ended = run(&["check", "--json", "--hostnam", "x"]);
    let error = ended.json();
    assert_eq!((ended.code, error.pointer("/error/code").unwrap().as_str()), (1, Some("usage")));
    assert!(error.pointer("/error/message").unwrap().as_str().unwrap().contains("--hostnam"), "{error}");
}

#[test]
fn what_is_missing_is_named_with_the_option_that_gives_it() {
    let ended = run(&["check"]);
    assert_eq!(ended.code, 1);
    assert!(ended.err.contains("the name of the vCenter is missing"), "{}", ended.err);
    let ended = run_with(&["check", "--hostname", "vc.example.com", "--username", "eva"], &[]);
    assert_eq!(ended.code, 1);
    assert!(ended.err.contains("the password is missing") && ended.err.contains("--password-file"), "{}", ended.err);
}

#[test]
fn a_vcenter_that_does_not_answer_is_an_error_and_not_a_finding() {
    // Nothing listens on port 1 of the loopback address.
    let way = ["check", "--hostname", "127.0.0.1", "--port", "1", "--username", "eva", "--validate-certs=false"];
    let ended = run(&way);
    assert_eq!(ended.code, 1);
    assert!(ended.out.contains("error: ") && ended.out.contains("127.0.0.1:1"), "{}", ended.out);
    let ended = run(&[&way[..], &["--json"]].concat());
    assert_eq!(ended.json().get("verdict").unwrap(), "stopped");
    assert_eq!(ended.code, 1);
}

#[test]
fn the_environment_says_where_to_look() {
    let environment = [
        ("VMWARE_HOST", "127.0.0.1"),
        ("VMWARE_PORT", "1"),
        ("VMWARE_USER", "eva"),
        ("VMWARE_PASSWORD", PASSWORD),
        ("VMWARE_VALIDATE_CERTS", "no"),
    ];
    let ended = run_with(&["check", "--json"], &environment);
    assert_eq!(ended.json().get("vcenter").unwrap(), "127.0.0.1:1");
}

#[test]
fn nothing_is_carried_out_where_nobody_can_approve() {
    let ended = run(&["apply", "--hostname", "127.0.0.1", "--port", "1", "--username", "eva"]);
    assert_eq!(ended.code, 1);
    assert!(ended.err.contains("nobody can be asked") && ended.err.contains("--yes"), "{}", ended.err);
}

#[test]
fn saved_facts_are_judged_without_a_connection() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("facts.json");
    let facts = Facts::nothing_yet("vc.example.com:443", UnixTime(1_770_206_400));
    std::fs::write(&path, serde_json::to_string(&facts).unwrap()).unwrap();
    let path = path.to_str().unwrap();
    let ended = run_with(&["check", "--facts", path, "--json"], &[]);
    assert_eq!((ended.code, ended.json().get("verdict").unwrap().as_str()), (3, Some("incomplete")));
    let ended = run_with(&["plan", "--facts", path], &[]);
    assert_eq!(ended.code, 3);
    assert!(ended.out.contains("there is nothing to do"), "{}", ended.out);
    assert_eq!(run_with(&["report", path], &[]).code, 0);
}

#[test]
fn saved_documents_are_shown_and_foreign_ones_refused() {
    let golden = |name: &str| format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    for name in ["report", "plan", "stuck"] {
        let ended = run(&["report", &golden(&format!("{name}.json"))]);
        let expected = std::fs::read_to_string(golden(&format!("{name}.txt"))).unwrap();
        assert_eq!((ended.code, ended.out), (0, expected), "{name}");
    }
    let ended = run(&["report", &format!("{}/Cargo.toml", env!("CARGO_MANIFEST_DIR"))]);
    assert_eq!(ended.code, 1);
    assert!(ended.err.contains("Cargo.toml` cannot be used: the document cannot be read"), "{}", ended.err);
}

#[test]
fn a_run_that_is_not_there_cannot_be_resumed() {
    let ended = run(&["resume", "/nonexistent/run", "--json"]);
    assert_eq!((ended.code, ended.json().pointer("/error/code").unwrap().as_str()), (1, Some("journal")));
}

#[test]
fn every_rule_is_listed_and_explained() {
    let listed = run(&["rules", "--json"]).json();
    let codes: Vec<&str> =
        listed.get("rules").unwrap().as_array().unwrap().iter().filter_map(|rule| rule.get("code")?.as_str()).collect();
    assert_eq!(codes, RULES.iter().map(|rule| rule.code).collect::<Vec<_>>());
    let ended = run(&["explain", "castore-missing-sms"]);
    assert_eq!(ended.code, 0);
    assert!(ended.out.starts_with("# castore-missing-sms: "), "{}", ended.out);
    let ended = run(&["explain", "castore-missing-sm"]);
    assert_eq!(ended.code, 1);
    assert!(ended.err.contains("did you mean `castore-missing-sms`"), "{}", ended.err);
}

#[test]
fn traces_in_a_log_have_the_code_of_findings() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sps.log");
    std::fs::write(&path, "2025-03-04T05:07:01Z [pool-1-thread-4] INFO  opId=x com.x.Y - all is well\n").unwrap();
    assert_eq!(run(&["logs", path.to_str().unwrap()]).code, 0);
    let line = "2025-03-04T05:07:01Z [pool-1-thread-4] WARN  opId=sps-Main-1-2 com.vmware.vim.sms.provider.vasa.VersionHandler - \
        [isLegacyProvider] Failed to retrieve version information from provider - \
        https://esx01.lab.example:9080/version.xml: certificate_unknown(46)\n";
    std::fs::write(&path, line).unwrap();
    let ended = run(&["logs", path.to_str().unwrap(), "--json"]);
    assert_eq!(ended.code, 2);
    assert!(ended.json().pointer("/logs/0/verdicts/esx01.lab.example/leg").is_some(), "{}", ended.out);
}
