//! What `check` finds, and what it does not.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use iofilter_certs::report::{Report, Verdict};
use iofilter_certs_lab::{Scenario, troubles};
use iofilter_certs_tests::{World, quick, told};

const ONE_OF_EACH: &str = include_str!("../lab/scenarios/one-of-each.toml");

/// Hosts of the scenario whose trouble goes by another name than the host, or is none.
const OTHERWISE: &[(&str, &[&str])] = &[
    ("esx01.lab.example", &[]),
    // A listener that still serves a certificate which the host has replaced: the cause is that it is stale.
    ("vp-cert-expiring-hard", &["vp-cert-stale"]),
    ("vp-cert-expiring-soft", &["vp-cert-stale"]),
    // Its provider is of a host that is gone, so the finding is at the provider alone.
    ("provider-orphan", &[]),
    ("provider-unregistration-failed", &[]),
    // States that hold changes back and are no troubles.
    ("gate-autodeploy", &[]),
    ("gate-filter-in-use", &[]),
    ("gate-lockdown", &[]),
    ("gate-lockdown-strict", &[]),
    ("gate-maintenance", &["host-maintenance"]),
    ("gate-vsan", &[]),
    ("healthy", &[]),
    ("ssh-stopped", &[]),
    ("gate-trust-authority", &[]),
    // Told of the vCenter, with their hosts in the evidence.
    ("alarm-residual", &[]),
    ("filter-install-failed", &[]),
];

/// What is found at no host: two troubles are of the vCenter, and the hosts of the other two providers are gone.
const ELSEWHERE: [&str; 4] =
    ["alarm-residual", "filter-install-failed", "provider-orphan", "provider-unregistration-failed"];

/// What many hosts have together.
const OF_MANY: [&str; 2] = ["only-esx9-down", "single-cluster-down"];

#[test]
fn a_healthy_fleet_has_no_finding_and_no_open_question() {
    let world = World::start(Scenario::healthy().expect("the preset is right"));
    let report = world.check(&quick());
    assert_eq!(report.verdict, Verdict::Healthy, "{}", told(&report));
    assert!(report.hosts > 0);
}

#[test]
fn one_trouble_of_each_kind_is_named_exactly_where_it_is() {
    let world = World::of(ONE_OF_EACH);
    let report = world.check(&quick());
    let ready = world.lab.ready().expect("it is ready");
    assert!(ready.hosts.len() > 30, "the scenario is there");
    let found = by_host(&report);
    let mut wrong = Vec::new();
    for host in &ready.hosts {
        let short = host.name.split('.').next().expect("a name has a part");
        let otherwise = OTHERWISE.iter().find(|(name, _)| *name == short).map(|(_, codes)| *codes);
        let expected: BTreeSet<String> = match otherwise {
            Some(codes) => codes.iter().map(|code| (*code).to_owned()).collect(),
            None => BTreeSet::from([short.to_owned()]),
        };
        let seen = found.get(&host.moref).cloned().unwrap_or_default();
        if seen != expected {
            wrong.push(format!("{short}: found {seen:?}, expected {expected:?}"));
        }
    }
    let known: BTreeSet<&String> = ready.hosts.iter().map(|host| &host.moref).collect();
    let mut elsewhere: Vec<&str> = report
        .root_causes()
        .filter(|one| !one.place.host.as_ref().is_some_and(|host| known.contains(host)))
        .map(|one| one.diagnostic.code.as_str())
        .collect();
    elsewhere.sort_unstable();
    assert!(wrong.is_empty(), "{}\nelsewhere: {elsewhere:?}\n\n{}", wrong.join("\n"), told(&report));
    assert_eq!(elsewhere, ELSEWHERE);
}

#[test]
fn the_scenario_has_every_trouble_that_one_host_alone_can_have() {
    let has = |code: &str| ONE_OF_EACH.contains(&format!("troubles = [\"{code}\"]"));
    let is_of_one = |code: &&str| !code.starts_with("thumbprint-") && !OF_MANY.contains(code);
    let lacking: Vec<&str> = troubles::host_codes().filter(is_of_one).filter(|code| !has(code)).collect();
    assert_eq!(lacking, [""; 0]);
}

fn by_host(report: &Report) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for cause in report.root_causes() {
        if let Some(host) = &cause.place.host {
            found.entry(host.clone()).or_default().insert(cause.diagnostic.code.clone());
        }
    }
    found
}
