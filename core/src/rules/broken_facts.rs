//! Facts from a file that somebody or something has broken: at every place, in every way that a place can be broken.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::{Value, json};

use super::testing::Fleet;
use crate::document::{read_facts, text};
use crate::facts::Facts;
use crate::policy::Policy;
use crate::report::{Report, Verdict};

/// Every place in a document that is no part of a certificate, as JSON pointers.
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    if !at.is_empty() {
        all.push(at.to_owned());
    }
    let mut below = |name: &str, value: &Value| {
        let name = name.replace('~', "~0").replace('/', "~1");
        places(value, &format!("{at}/{name}"), all);
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| below(name, value)),
        Value::Array(entries) => {
            entries.iter().enumerate().for_each(|(index, value)| below(&index.to_string(), value));
        }
        _ => {}
    }
}

/// What a place may be broken into, with a name for each.
fn breaks(value: &Value) -> Vec<(&'static str, Value)> {
    let unknown = json!({"unknown": {"reason": "not_asked", "message": "nobody asked"}});
    let mut all = vec![("null", Value::Null), ("an odd word", json!("b0gus")), ("a list", json!([[]]))];
    match value {
        Value::Number(_) => all.extend([
            ("the largest", json!(i64::MAX)),
            ("the smallest", json!(i64::MIN)),
            ("zero", json!(0)),
            ("the year 1950", json!(-631_152_000)),
            ("the year 9999", json!(253_370_764_800_i64)),
        ]),
        Value::String(_) => all.extend([("no text", json!("")), ("a long text", json!("x".repeat(70_000)))]),
        Value::Array(entries) if !entries.is_empty() => all.push(("an empty list", json!([]))),
        Value::Bool(is) => all.push(("the opposite", json!(!is))),
        Value::Object(members) if members.contains_key("seen") => all.push(("unknown", unknown)),
        Value::Object(members) if !members.is_empty() => all.push(("an empty object", json!({}))),
        _ => {}
    }
    all.retain(|(_, broken)| broken != value);
    all
}

fn verdict(document: &Value) -> Result<Verdict, String> {
    let facts = read_facts(&document.to_string()).map_err(|error| error.to_string())?;
    // Whatever is said of it has to be sayable.
    let report = Report::of(&facts, None, &Policy::default());
    assert!(text(&report).len() > 100);
    Ok(report.verdict)
}

fn healthy() -> (Facts, Value) {
    let facts = Fleet::of(1).facts;
    let document = serde_json::to_value(&facts).unwrap();
    (facts, document)
}

#[test]
fn what_is_broken_anywhere_is_refused_or_told_and_never_healthy() {
    let (_, document) = healthy();
    assert_eq!(verdict(&document), Ok(Verdict::Healthy));
    let mut all = Vec::new();
    places(&document, "", &mut all);
    all.retain(|place| !place.starts_with("/certificates/"));
    let (mut tried, mut believed): (_, Vec<String>) = (0, Vec::new());
    for place in &all {
        for (how, broken) in breaks(document.pointer(place).unwrap()) {
            let mut document = document.clone();
            *document.pointer_mut(place).unwrap() = broken;
            tried += 1;
            match verdict(&document) {
                Ok(Verdict::Healthy) => believed.push(format!("{place}: {how}")),
                Ok(_) => {}
                Err(why) => assert!(why.starts_with("the ") && why.lines().count() == 1, "{place}: {how}: {why}"),
            }
        }
    }
    assert!(tried > 1000, "{tried}");
    let is_harmless = |told: &String| HARMLESS.iter().any(|(place, _)| told.starts_with(place));
    believed.retain(|told| !is_harmless(told));
    assert!(believed.is_empty(), "taken for healthy:\n{}", believed.join("\n"));
}

/// Places that may be broken without harm to the verdict on a fleet in which nothing else is wrong, and why.
const HARMLESS: &[(&str, &str)] = &[
    ("/began_at", "when a survey began tells nothing of certificates, as long as it is before its end"),
    ("/hosts/host-1/attestation", GATES),
    ("/hosts/host-1/ca_revocation_lists", PLANS),
    ("/hosts/host-1/certificate_manager", PLANS),
    ("/hosts/host-1/cluster", PEOPLE),
    ("/hosts/host-1/date_time_system", PLANS),
    ("/hosts/host-1/disks_using_filter", GATES),
    ("/hosts/host-1/expected_thumbprint", UNWELL),
    ("/hosts/host-1/failover", GATES),
    ("/hosts/host-1/firewall", UNWELL),
    ("/hosts/host-1/in_vsan", GATES),
    ("/hosts/host-1/io_filters", GATES),
    ("/hosts/host-1/lockdown", GATES),
    ("/hosts/host-1/machine_pair", UNWELL),
    ("/hosts/host-1/management_addresses", "the provider is found by the host's name"),
    ("/hosts/host-1/names", UNWELL),
    ("/hosts/host-1/on_443/seen/value/protocol", PEOPLE),
    ("/hosts/host-1/on_9080/seen/value/protocol", PEOPLE),
    ("/hosts/host-1/reported", "what the host itself shows is believed before what vCenter says of it"),
    ("/hosts/host-1/running_tasks", GATES),
    ("/hosts/host-1/service", PLANS),
    ("/hosts/host-1/stateless", GATES),
    ("/hosts/host-1/time_servers", UNWELL),
    ("/hosts/host-1/uuid", "the provider is found by the host's name"),
    ("/hosts/host-1/vasa_client", UNWELL),
    ("/hosts/host-1/version_xml", UNWELL),
    ("/inventory/seen/value/pages", PEOPLE),
    ("/providers/uid-1/array_ids", "the provider is found by the host's name"),
    ("/providers/uid-1/last_sync", UNWELL),
    ("/providers/uid-1/name", PEOPLE),
    ("/providers/uid-1/object", PLANS),
    ("/providers/uid-1/retains_certificate", PLANS),
    ("/providers/uid-1/status_fault", "the provider is online"),
    ("/providers/uid-1/vasa_version", PEOPLE),
    ("/vcenter/addresses", UNWELL),
    ("/vcenter/alarms", UNWELL),
    ("/vcenter/authority", PEOPLE),
    ("/vcenter/auto_deploy", GATES),
    ("/vcenter/backup", GATES),
    ("/vcenter/build", PEOPLE),
    ("/vcenter/events", UNWELL),
    ("/vcenter/high_availability", GATES),
    ("/vcenter/in_cloud_foundation", GATES),
    ("/vcenter/instance_uuid", PEOPLE),
    ("/vcenter/nodes", GATES),
    ("/vcenter/on_https", UNWELL),
    ("/vcenter/privileges", PLANS),
    ("/vcenter/published_roots", UNWELL),
    ("/vcenter/session", PEOPLE),
    ("/vcenter/sms/sps_extension", "no host of 9.0 is there to be shown it"),
    ("/vcenter/snapshots", GATES),
    ("/vcenter/sps_stderr", UNWELL),
    ("/vcenter/thresholds/seen/value/days_valid", PLANS),
    ("/vcenter/thresholds/seen/value/minutes_before", PLANS),
    ("/vcenter/thresholds/seen/value/poll_interval_days", PEOPLE),
    ("/vcenter/thresholds: unknown", "vCenter's documented defaults hold then"),
    ("/vcenter/vecs", UNWELL),
    ("/vcenter/version", PEOPLE),
];
const GATES: &str = "it holds changes back, and tells nothing of health";
const PLANS: &str = "it is used by plans only";
const PEOPLE: &str = "it is for people to read";
const UNWELL: &str = "an optional source, looked at where something is unwell";
