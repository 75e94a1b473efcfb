//! The lab over its real sockets: TLS, REST, files, faults, control.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::io::ErrorKind;

use iofilter_certs_lab::faults::{Rule, What};
use iofilter_certs_lab::{Lab, Ready, Scenario};
use serde_json::json;
use support::{ask, ask_control, ask_verified, basic, lab, leaf, login, ready};

fn rest(ready: &Ready, token: &str, request: &str) -> support::Answer {
    ask(&ready.vcenter, request, &[("vmware-api-session-id", token)], "").unwrap()
}

fn rule(call: &str, what: &str) -> Rule {
    Rule { call: call.into(), object: None, nth: 1, times: Some(1), what: What::try_from(what.to_owned()).unwrap() }
}

/// Asks until the answer is as wanted; each answer is the lab's own, no time is judged.
fn until(mut ask: impl FnMut() -> bool) {
    while !ask() {
        std::thread::yield_now();
    }
}

#[test]
fn vcenter_is_verified_by_its_own_authority() {
    let lab = lab("");
    let ready = ready(&lab);
    assert_eq!(ask_verified(&ready, "GET /").unwrap().status, 200);
    let archive = ask_verified(&ready, "GET /certs/download.zip").unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(archive.body)).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    let root = names.iter().find(|name| name.starts_with("certs/lin/") && name.ends_with(".0")).unwrap();
    let text = std::io::read_to_string(archive.by_name(root).unwrap()).unwrap();
    assert_eq!(text, std::fs::read_to_string(&ready.ca_file).unwrap());
}

#[test]
fn rest_speaks_both_dialects() {
    let lab = lab("[vcenter]\ntroubles = [\"gate-elm\"]\n");
    let ready = ready(&lab);
    assert_eq!(ask(&ready.vcenter, "GET /api/vcenter/services", &[], "").unwrap().status, 401);
    let wrong = basic(&ready.username, "wrong");
    let refused = ask(&ready.vcenter, "POST /rest/com/vmware/cis/session", &[("authorization", &wrong)], "").unwrap();
    assert_eq!(refused.json()["type"], "com.vmware.vapi.std.errors.unauthenticated");
    let token = login(&ready);
    assert_eq!(rest(&ready, &token, "GET /api/vcenter/services/sps").json()["state"], "STARTED");
    assert_eq!(rest(&ready, &token, "GET /rest/vcenter/services/sps").json()["value"]["health"], "HEALTHY");
    let listed = rest(&ready, &token, "GET /rest/vcenter/services").json();
    assert!(listed["value"].as_array().unwrap().iter().any(|pair| pair["key"] == "sps"));
    assert_eq!(rest(&ready, &token, "GET /api/vcenter/topology/nodes").json().as_array().unwrap().len(), 2);
    let jobs = rest(&ready, &token, "GET /api/appliance/recovery/backup/job/details").json();
    assert_eq!(jobs.as_object().unwrap().values().next().unwrap()["status"], "SUCCEEDED");
    let chains = rest(&ready, &token, "GET /api/vcenter/certificate-management/vcenter/trusted-root-chains").json();
    let path = format!(
        "GET /api/vcenter/certificate-management/vcenter/trusted-root-chains/{}",
        chains[0]["chain"].as_str().unwrap()
    );
    let chain = rest(&ready, &token, &path).json();
    assert_eq!(chain["cert_chain"]["cert_chain"][0], std::fs::read_to_string(&ready.ca_file).unwrap());
    assert_eq!(rest(&ready, &token, "GET /api/appliance/system/version").json()["version"], "8.0.3.00000");
    assert_eq!(rest(&ready, &token, "DELETE /api/session").status, 204);
    assert_eq!(rest(&ready, &token, "GET /api/vcenter/services/sps").status, 401);
}

#[test]
fn restarting_sps_registers_the_missing_provider() {
    let lab = lab("[[hosts]]\nname = \"esx01\"\ncluster = \"a\"\ntroubles = [\"provider-missing\"]\n");
    let ready = ready(&lab);
    let token = login(&ready);
    assert_eq!(lab.state()["providers"], json!([]));
    assert_eq!(rest(&ready, &token, "POST /api/vcenter/services/sps?action=restart").status, 204);
    let again = rest(&ready, &token, "POST /rest/vcenter/services/sps/restart");
    assert_eq!(again.status, 400, "a restart is under way");
    until(|| rest(&ready, &token, "GET /api/vcenter/services/sps").json()["state"] == "STARTED");
    assert_eq!(lab.state()["providers"][0]["status"], "online");
    assert!(lab.calls().iter().any(|call| call.changes && call.method.contains("action=restart")));
}

#[test]
fn a_stale_copy_shows_on_9080_only() {
    let lab = lab("[[hosts]]\nname = \"esx01\"\ncluster = \"a\"\ntroubles = [\"vp-cert-stale\"]\n");
    let ready = ready(&lab);
    let host = &ready.hosts[0];
    let served = |port| leaf(&host.address, port).unwrap();
    assert_ne!(served(host.https_port), served(host.provider_port));
    assert_eq!(served(host.https_port), lab.state()["hosts"][0]["certificate_443"]["sha256"]);
    ask_control(&ready, &format!("POST /shell?host={}", host.name), "/etc/init.d/iofiltervpd restart");
    assert_eq!(served(host.https_port), served(host.provider_port));
    let answer = ask(&format!("{}:{}", host.address, host.provider_port), "GET /version.xml", &[], "").unwrap();
    assert!(String::from_utf8(answer.body).unwrap().contains("supportedVersions"));
}

#[test]
fn a_stopped_daemon_refuses() {
    let lab = lab("[[hosts]]\nname = \"esx01\"\ncluster = \"a\"\ntroubles = [\"vp-port-refused\"]\n");
    let ready = ready(&lab);
    let host = &ready.hosts[0];
    assert_eq!(leaf(&host.address, host.provider_port).unwrap_err().kind(), ErrorKind::ConnectionRefused);
    ask_control(&ready, &format!("POST /shell?host={}", host.name), "/etc/init.d/iofiltervpd start");
    assert_eq!(leaf(&host.address, host.provider_port).unwrap(), leaf(&host.address, host.https_port).unwrap());
}

#[test]
fn the_castore_is_shown_to_root_unless_locked_down() {
    let lab =
        lab("[[clusters]]\nname = \"a\"\ncount = 2\n[[hosts]]\nname = \"esx02\"\ntroubles = [\"gate-lockdown\"]\n");
    let ready = ready(&lab);
    let root = basic("root", &ready.root_password);
    let castore = |index: usize, password: &str| {
        let host = &ready.hosts[index];
        let place = format!("{}:{}", host.address, host.https_port);
        ask(&place, "GET /host/castore", &[("authorization", password)], "").unwrap()
    };
    let answer = castore(0, &root);
    assert_eq!(String::from_utf8(answer.body).unwrap().matches("BEGIN CERTIFICATE").count(), 2);
    assert_eq!(castore(0, &basic("root", "wrong")).status, 401);
    assert_eq!(castore(1, &root).status, 401);
}

#[test]
fn faults_are_played_on_the_wire() {
    let lab = lab("");
    let ready = ready(&lab);
    let token = login(&ready);
    let path = "GET /api/vcenter/services/sps";
    let once = |what: &str| {
        lab.add_fault(rule(path, what));
        ask(&ready.vcenter, path, &[("vmware-api-session-id", &token)], "")
    };
    let unavailable = once("503").unwrap();
    assert_eq!(unavailable.status, 503);
    assert!(unavailable.head.contains("text/html"));
    assert_eq!(once("fault:INTERNAL_SERVER_ERROR").unwrap().json()["error_type"], "INTERNAL_SERVER_ERROR");
    assert!(once("reset").is_err());
    assert!(once("refused").is_err());
    assert!(serde_json::from_slice::<serde_json::Value>(&once("garbage").unwrap().body).is_err());
    assert_eq!(once("huge-body").unwrap().body.len(), 64 << 20);
    match once("truncated-body") {
        Ok(cut) => assert!(serde_json::from_slice::<serde_json::Value>(&cut.body).is_err()),
        Err(cause) => assert_eq!(cause.kind(), ErrorKind::UnexpectedEof),
    }
    assert_eq!(once("session-expired").unwrap().status, 401);
    assert_eq!(lab.calls().iter().filter(|call| call.fault.is_some()).count(), 8);
    let host = &ready.hosts[0];
    lab.add_fault(Rule { object: Some(host.name.clone()), ..rule("tls", "refused") });
    assert!(leaf(&host.address, host.provider_port).is_err());
    assert!(leaf(&host.address, host.provider_port).is_ok(), "the rule acts once");
}

#[test]
fn control_shows_and_changes_the_lab() {
    let lab = lab("now = \"2026-01-15T10:00:00Z\"\n");
    let ready = ready(&lab);
    assert_eq!(ask_control(&ready, "GET /ready", "").json()["vcenter"], ready.vcenter);
    assert_eq!(
        ask_control(&ready, "POST /trouble", r#"{"host":"esx01.lab.example","code":"vp-port-refused"}"#).status,
        200
    );
    let host = &ready.hosts[0];
    assert!(leaf(&host.address, host.provider_port).is_err());
    assert_eq!(ask_control(&ready, "POST /trouble", r#"{"code":"no-such"}"#).status, 400);
    assert_eq!(ask_control(&ready, "POST /faults", r#"[{"call":"tls","what":"reset"}]"#).json()["added"], 1);
    assert!(leaf(&host.address, host.https_port).is_err());
    assert_eq!(ask_control(&ready, "POST /faults", r#"{"call":"tls","what":"sing"}"#).status, 400);
    assert_eq!(ask_control(&ready, "DELETE /faults", "").status, 200);
    assert!(leaf(&host.address, host.https_port).is_ok());
    ask_control(&ready, "POST /advance", r#"{"seconds": 86400}"#);
    let state = ask_control(&ready, "GET /state", "").json();
    assert!(state["now"].as_str().unwrap().starts_with("2026-01-16T10:"));
    let calls = ask_control(&ready, "GET /calls", "").json();
    let numbers: Vec<u64> = calls.as_array().unwrap().iter().map(|call| call["seq"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
}

#[test]
fn nothing_that_is_shown_holds_a_secret() {
    let lab = lab("[[hosts]]\nname = \"esx01\"\ncluster = \"a\"\ntroubles = [\"host-cert-self-signed\"]\n");
    let ready = ready(&lab);
    let token = login(&ready);
    rest(&ready, &token, "GET /api/vcenter/host");
    let log = std::fs::read_to_string(&ready.sps_log).unwrap();
    assert!(log.contains("CertificateNotTrusted"));
    let shown = format!("{}{}{log}{lab:?}", lab.state(), serde_json::to_string(&lab.calls()).unwrap());
    // The ready line is there to hand out the passwords, and is part of the lab's debug text; the world behind it is not.
    let shown = shown.replace(&format!("{ready:?}"), "");
    for secret in [&token, &ready.password, &ready.root_password] {
        assert!(!shown.contains(secret.as_str()));
    }
    assert!(!shown.contains("PRIVATE KEY"));
}

#[test]
fn two_labs_live_side_by_side_and_leave_nothing() {
    let (one, two) = (lab(""), lab("[ports]\nhttps = 8444\n"));
    let (first, second) = (ready(&one), ready(&two));
    assert_ne!(first.vcenter, second.vcenter);
    assert_eq!(ask_verified(&first, "GET /").unwrap().status, 200);
    assert_eq!(ask_verified(&second, "GET /").unwrap().status, 200);
    drop(one);
    assert!(!first.ca_file.exists());
    assert_eq!(ask_verified(&second, "GET /").unwrap().status, 200);
}

#[test]
fn two_thousand_hosts_fit_in_one_lab() {
    let mut scenario = Scenario::of_size(2000);
    scenario.ports.https = Some(8443);
    let lab = Lab::start(scenario).unwrap();
    let ready = ready(&lab);
    let leaves: std::collections::BTreeSet<String> = [0, 1, 999, 1999]
        .iter()
        .map(|index| leaf(&ready.hosts[*index].address, ready.hosts[*index].provider_port).unwrap())
        .collect();
    assert_eq!(leaves.len(), 4, "each host has a certificate of its own");
    assert_eq!(lab.state()["providers"].as_array().unwrap().len(), 2000);
}

#[test]
fn every_scenario_file_starts() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 3, "scenario files are missing");
    for file in files {
        let mut scenario = Scenario::read(&file).unwrap();
        scenario.ports.https = Some(8443);
        let lab = Lab::start(scenario).unwrap();
        assert!(!ready(&lab).hosts.is_empty(), "{}", file.display());
    }
}

#[test]
fn a_wrong_scenario_is_told_apart() {
    for (text, says) in [
        ("colour = 1\n", "colour"),
        ("[[hosts]]\nname = \"esx01\"\n", "in no cluster"),
        ("now = \"yesterday\"\n", "`yesterday`"),
        ("[[faults]]\ncall = \"x\"\nwhat = \"sing\"\n", "`sing`"),
        ("{\"seed\": \"many\"}", "seed"),
    ] {
        let error = Scenario::parse(text).and_then(Lab::start).map(|_| ()).unwrap_err().to_string();
        let names_it = error.contains(says) || says == "seed" && error.contains("many");
        assert!(names_it && !error.contains('\n'), "{text:?} says: {error}");
    }
}
