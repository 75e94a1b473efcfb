//! Wrong logins, wrong certificates, broken answers: each ends in one clear message, with nothing changed, no secret shown,
//! and nothing lost that was learned.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use iofilter_certs::diagnostic::Diagnostic;
use iofilter_certs::report::{Report, Verdict};
use iofilter_certs_tests::{World, quick, told};

const HEALTHY: &str = "seed = 11\n[[clusters]]\nname = \"a\"\ncount = 3\n";
const TROUBLED: &str = "seed = 11\n[[clusters]]\nname = \"a\"\ncount = 3\n[[hosts]]\nname = \"esx02\"\n\
     troubles = [\"vp-cert-stale\"]\n";
/// ESXi hosts in both.
const HOSTS: u32 = 3;

/// A world in which `call` goes wrong as `what` says, from the `nth` time on and `times` often.
fn faulty(scenario: &str, call: &str, what: &str, nth: u32, times: Option<u32>) -> World {
    let times = times.map_or_else(String::new, |times| format!("times = {times}\n"));
    World::of(&format!("{scenario}[[faults]]\ncall = \"{call}\"\nnth = {nth}\n{times}what = \"{what}\"\n"))
}

/// Looks, and holds the report to what every report must keep to.
fn look(world: &World) -> Report {
    let report = world.check(&quick());
    world.assert_unchanged();
    world.assert_no_secret("the report", &serde_json::to_string(&report).expect("a report is JSON"));
    world.assert_no_secret("the report for programmers", &format!("{report:?} {:?}", world.connection));
    let missing = report.unanswered.iter().map(|one| &one.missing.message);
    for message in missing.chain(report.stopped.iter().map(|stop| &stop.message)) {
        assert!(!message.contains('\n') && !message.is_empty(), "not one line: `{message}`");
        assert!(!message.ends_with('.') && !message.contains("Error {"), "not for people: `{message}`");
    }
    report
}

/// The one reason why the vCenter could not be asked.
fn stopped(world: &World, code: &str) -> Diagnostic {
    let report = look(world);
    assert_eq!(report.verdict, Verdict::Stopped, "{}", told(&report));
    assert_eq!(report.verdict.exit_code(), 1);
    assert!(report.findings.is_empty() && report.unanswered.is_empty(), "one message is enough: {}", told(&report));
    let stop = report.stopped.expect("a stopped report says why");
    assert_eq!(stop.code, code, "{}", stop.message);
    assert!(stop.message.contains(&world.connection.hostname), "it does not say where: {}", stop.message);
    assert!(!stop.help.is_empty(), "it does not say what to do");
    stop
}

#[test]
fn a_wrong_password_is_said_and_tried_once() {
    let mut world = World::of(HEALTHY);
    world.connection.password = "Wrong-pass-1!".to_owned();
    let stop = stopped(&world, "vc-login-denied");
    assert!(stop.message.contains(&world.connection.username), "{}", stop.message);
    assert!(stop.message.contains("InvalidLogin") && stop.help.contains("password"), "{stop:?}");
    // Wrong logins lock accounts.
    let logins = world.lab.calls().into_iter().filter(|call| call.method == "Login").count();
    assert_eq!(logins, 1);
}

#[test]
fn a_vcenter_that_is_not_there_is_said() {
    let mut world = World::of(HEALTHY);
    // The address is the lab's own, and nothing listens at the port.
    let address = world.connection.hostname.split(':').next().expect("it begins with an address").to_owned();
    world.connection.hostname = format!("{address}:9");
    let stop = stopped(&world, "vc-unreachable");
    assert!(stop.message.contains("refused the connection") && stop.help.contains("firewall"), "{stop:?}");
}

#[test]
fn a_certificate_that_cannot_be_trusted_is_shown_by_its_fingerprint() {
    let mut world = World::of(HEALTHY);
    world.connection.ca_file = None;
    let stop = stopped(&world, "vc-unreachable");
    let ready = world.lab.ready().expect("it is ready");
    let fingerprint = ready.vcenter_thumbprint_sha256.replace(':', "").to_lowercase();
    assert!(stop.message.contains("not trusted") && stop.message.contains(&fingerprint), "{}", stop.message);
    assert!(stop.help.contains("`ca_file`") && stop.help.contains("`thumbprint`"), "{}", stop.help);
    assert!(!world.lab.calls().iter().any(|call| call.method == "Login"), "no password for one who is not trusted");
}

#[test]
fn a_wrong_thumbprint_shows_both() {
    let mut world = World::of(HEALTHY);
    world.connection.ca_file = None;
    world.connection.thumbprint = Some("ab".repeat(32));
    let stop = stopped(&world, "vc-unreachable");
    let ready = world.lab.ready().expect("it is ready");
    let fingerprint = ready.vcenter_thumbprint_sha256.replace(':', "").to_lowercase();
    assert!(stop.message.contains(&"ab".repeat(32)) && stop.message.contains(&fingerprint), "{}", stop.message);
    assert!(!world.lab.calls().iter().any(|call| call.method == "Login"), "no password for one who is not trusted");
}

#[test]
fn without_sms_hosts_are_judged_all_the_same() {
    let world = faulty(TROUBLED, "QueryProvider", "503", 1, None);
    let report = look(&world);
    assert_eq!(report.verdict, Verdict::Findings, "{}", told(&report));
    let stale = report.root_causes().any(|one| one.diagnostic.code == "vp-cert-stale");
    assert!(stale, "what is wrong on a host is seen without SMS: {}", told(&report));
    let facts = report.facts.as_ref().expect("a check has facts");
    let missing = facts.provider_list.known().expect_err("the list is not known");
    assert!(missing.message.contains("503"), "{missing:?}");

    let world = faulty(HEALTHY, "QueryProvider", "503", 1, None);
    let report = look(&world);
    assert_ne!(report.verdict, Verdict::Healthy, "unknown is not fine");
    assert_eq!(report.hosts, HOSTS);
}

#[test]
fn a_broken_answer_in_the_inventory_is_never_a_healthy_fleet() {
    for what in ["truncated-body", "huge-body", "garbage", "deep-xml", "reset"] {
        let world = faulty(HEALTHY, "RetrievePropertiesEx", what, 1, None);
        let report = look(&world);
        assert!(
            matches!(report.verdict, Verdict::Incomplete | Verdict::Stopped | Verdict::Findings),
            "{what}: {}",
            told(&report)
        );
        let facts = report.facts.as_ref().expect("a check has facts");
        let missing = facts.inventory.known().expect_err("the inventory is not known");
        assert!(missing.message.contains('`'), "{what}: it does not say where: {}", missing.message);
    }
}

#[test]
fn one_broken_answer_is_asked_again() {
    for what in ["truncated-body", "reset"] {
        let world = faulty(HEALTHY, "RetrievePropertiesEx", what, 1, Some(1));
        let report = look(&world);
        assert_eq!(report.verdict, Verdict::Healthy, "{what}: {}", told(&report));
    }
}

#[test]
fn a_session_that_ends_in_the_middle_is_begun_again() {
    // As a fault, by the property collector and by SMS; and as REST's 401.
    let ends = [("RetrievePropertiesEx", 2), ("QueryProvider", 1), ("QueryProviderInfo", 2), ("GET /api/*", 2)];
    for (call, nth) in ends {
        let world = faulty(TROUBLED, call, "session-expired", nth, Some(1));
        let report = look(&world);
        let found: Vec<&str> = report.root_causes().map(|one| one.diagnostic.code.as_str()).collect();
        assert_eq!(found, ["vp-cert-stale"], "{call}: {}", told(&report));
        assert!(report.unanswered.is_empty(), "{call}: {}", told(&report));
        let struck = world.lab.calls().into_iter().filter(|call| call.fault.is_some()).count();
        assert_eq!(struck, 1, "{call}: the session ended");
    }
}

#[test]
fn a_port_that_speaks_something_else_is_told_from_a_bad_certificate() {
    let world = World::of(HEALTHY);
    let ready = world.lab.ready().expect("it is ready");
    let host = ready.hosts.get(1).expect("there are three");
    let rule = format!(
        "{{\"call\": \"tls\", \"object\": \"{}:{}\", \"what\": \"garbage\"}}",
        host.address, host.provider_port
    );
    world.lab.add_fault(serde_json::from_str(&rule).expect("it is a rule"));
    let report = look(&world);
    // SMS has the provider online: what this machine meets on the port may be something between.
    assert_eq!(report.root_causes().count(), 0, "{}", told(&report));
    let told_of = |message: &str| report.unanswered.iter().find(|open| open.missing.message.contains(message));
    let open = told_of("answered with something that is not tls").unwrap_or_else(|| panic!("{}", told(&report)));
    assert!(open.codes.iter().any(|code| code == "vp-tls-handshake-failed"), "{open:?}");
    assert!(open.places.contains(&host.name), "{open:?}");
    assert_eq!(report.verdict.exit_code(), 3);
}

#[test]
fn an_inventory_without_hosts_is_not_called_healthy_by_mistake() {
    let world = World::of("[[clusters]]\nname = \"a\"\ncount = 0\n");
    let ready = world.lab.ready().expect("it is ready");
    assert!(ready.hosts.is_empty(), "the lab is empty");
    let report = look(&world);
    assert_eq!((report.hosts, report.providers), (0, 0));
    assert!(report.root_causes().all(|one| one.diagnostic.code != "whole-fleet-down"), "{}", told(&report));
    assert_eq!(report.stopped, None, "{}", told(&report));
    assert_eq!(report.verdict.exit_code(), 3, "nothing was seen that could be well: {}", told(&report));
}

#[test]
fn a_log_with_anything_in_it_is_read_to_its_end() {
    let mut world = World::of(TROUBLED);
    let path = world.run_folder("sps.log");
    let mut log = vec![0_u8, 0xff, 0xfe, b'\n', 0xc3, 0x28, b'\r', b'\n'];
    log.extend((0..=255_u8).cycle().filter(|byte| *byte != b'\n').take(3 << 20));
    log.extend(
        b"\n2025-03-04T05:07:01Z [pool-31-thread-4] WARN  opId=sps-Main-1-2 com.vmware.vim.sms.provider.vasa.VersionHandler - \
          [isLegacyProvider] Failed to retrieve version information from provider - \
          https://esx02.lab.example:9080/version.xml: certificate_unknown(46)\n\x1b[2J half a line \xe2\x82",
    );
    std::fs::write(&path, &log).expect("the log can be written");
    world.connection.logs.push(path.clone());
    let report = look(&world);
    let facts = report.facts.as_ref().expect("a check has facts");
    let read = facts.logs.iter().find(|one| one.file == path.display().to_string()).expect("the log was read");
    assert_eq!(read.bytes, log.len() as u64);
    assert!(read.unreadable_lines >= 2 && read.hits.iter().any(|hit| hit.signature == "S-04"), "{read:?}");
    assert_eq!(report.root_causes().count(), 1, "a log alone is no finding: {}", told(&report));
    let json = serde_json::to_string(&report).expect("a report is JSON");
    assert!(!json.contains("\\u001b") && !json.contains('\0'), "no control character reaches a terminal");
}

#[test]
fn a_missing_privilege_is_named() {
    let world = faulty(TROUBLED, "QueryProvider", "fault:NoPermission", 1, None);
    let report = look(&world);
    let facts = report.facts.as_ref().expect("a check has facts");
    let missing = facts.provider_list.known().expect_err("the list is not known");
    assert!(missing.message.contains("NoPermission"), "{missing:?}");
    assert!(missing.message.contains("StorageViews.View") || missing.help.contains("StorageViews.View"), "{missing:?}");
    assert!(report.root_causes().any(|one| one.diagnostic.code == "vp-cert-stale"), "{}", told(&report));
}

#[test]
fn no_file_that_is_given_is_taken_on_trust() {
    for (wrong, says) in [("missing.pem", "cannot be read"), ("empty.pem", "holds no certificate")] {
        let mut world = World::of(HEALTHY);
        let path = world.run_folder(wrong);
        if wrong == "empty.pem" {
            std::fs::write(&path, "not a certificate").expect("it can be written");
        }
        world.connection.ca_file = Some(path.clone());
        let Err(error) = world.connection.job() else { panic!("{wrong} was taken") };
        let text = error.to_string();
        assert!(text.contains(says) && text.contains(&path.display().to_string()), "{text}");
    }
}
