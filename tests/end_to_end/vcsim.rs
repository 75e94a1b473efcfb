//! Our client against a simulator that others wrote: what both have is found, and what it lacks is said to be unknown.
#![expect(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use iofilter_certs::native::{self, Connection, Stop, SystemClock};
use iofilter_certs::report::{Report, Verdict};
use iofilter_certs_tests::{quick, told};
use serde_json::Value;

const PASSWORD: &str = "vcsim-pass-1!";

/// The simulator, which ends with its standard input.
struct Simulator {
    process: Child,
    ready: Value,
}

impl Simulator {
    fn start() -> Self {
        let mut process = Command::new(program())
            .args(["-password", PASSWORD])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // It tells of every call that it does not know, which is what the test is about.
            .stderr(Stdio::null())
            .spawn()
            .expect("the simulator was built and starts");
        let mut line = String::new();
        let output = process.stdout.take().expect("its output is ours");
        BufReader::new(output).read_line(&mut line).expect("it says how to get in");
        let ready = serde_json::from_str(&line).unwrap_or_else(|error| panic!("not a ready line: `{line}`: {error}"));
        Self { process, ready }
    }

    fn connection(&self) -> Connection {
        let text = |key: &str| self.ready[key].as_str().expect("it is in the ready line").to_owned();
        Connection {
            hostname: text("authority"),
            username: "administrator@vsphere.local".to_owned(),
            password: PASSWORD.to_owned(),
            thumbprint: Some(text("thumbprint")),
            // Its ESXi hosts are at 127.0.0.1 and have no ports of their own; nothing listens at these.
            esxi_https_port: Some(9),
            provider_port: Some(9),
            timeout_seconds: Some(20),
            ..Connection::default()
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// Builds it once a test program.
fn program() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let into = Path::new(env!("CARGO_TARGET_TMPDIR")).join("vcsim");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("vcsim/build.sh");
        let built = Command::new(&script).arg(&into).output().expect("a shell is there");
        let said = String::from_utf8_lossy(&built.stderr);
        assert!(built.status.success(), "`{}` failed, and the test needs what it builds: {said}", script.display());
        into.join("vcsim")
    })
}

fn check(connection: &Connection) -> Report {
    let stop = Stop::new();
    let policy = quick();
    let operation = native::check(connection, &policy, &SystemClock, &stop, |_| {});
    native::run(operation).expect("a runtime").unwrap_or_else(|error| panic!("check failed: {error}"))
}

#[test]
fn what_it_has_is_found_and_what_it_lacks_is_unknown() {
    let simulator = Simulator::start();
    let report = check(&simulator.connection());
    assert_eq!(report.stopped, None, "{}", told(&report));
    assert_eq!(u64::from(report.hosts), simulator.ready["hosts"].as_u64().expect("a number"), "{}", told(&report));
    assert_ne!(report.verdict, Verdict::Healthy, "a vCenter without SMS is not known to be healthy");

    let facts = report.facts.as_ref().expect("a check has facts");
    let clusters: BTreeSet<&str> =
        facts.hosts.values().filter_map(|host| host.cluster.value()).map(String::as_str).collect();
    // Its names; the last one is a host that stands alone.
    assert_eq!(clusters, ["DC0_C0", "DC0_C1", "DC0_H0"].into());
    assert_eq!(facts.vcenter.version.value().map(String::as_str), Some("6.5.0"));

    let missing = facts.provider_list.known().expect_err("it has no SMS");
    assert!(!missing.message.is_empty(), "{missing:?}");
    assert!(report.root_causes().all(|one| one.diagnostic.code != "provider-missing"), "{}", told(&report));
    let json = serde_json::to_string(&report).expect("a report is JSON");
    assert!(!json.contains(PASSWORD), "the password is shown");
}

#[test]
fn a_wrong_password_is_refused_by_it_too() {
    let simulator = Simulator::start();
    let connection = Connection { password: "wrong".to_owned(), ..simulator.connection() };
    let report = check(&connection);
    assert_eq!(report.verdict, Verdict::Stopped);
    let stop = report.stopped.expect("it says why");
    assert_eq!(stop.code, "vc-login-denied", "{}", stop.message);
}
