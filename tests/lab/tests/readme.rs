//! What the README says of the scenario file is true.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use iofilter_certs_lab::scenario::{Scenario, Switches};
use iofilter_certs_lab::troubles::{host_codes, vcenter_codes};

const README: &str = include_str!("../README.md");

#[test]
fn the_example_is_a_scenario() {
    let example = README.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let scenario = Scenario::parse(example).unwrap();
    assert_eq!((scenario.seed, scenario.clusters.len(), scenario.faults.len()), (42, 1, 1));
}

#[test]
fn every_trouble_is_listed() {
    for code in host_codes().chain(vcenter_codes()) {
        assert!(README.contains(&format!("`{code}`")), "{code} is not in the README");
    }
}

#[test]
fn every_switch_is_listed_with_its_default() {
    let switches = serde_json::to_value(Switches::default()).unwrap();
    for (name, default) in switches.as_object().unwrap() {
        assert!(
            README.contains(&format!("| `{name}` | {default} |")),
            "{name} is not in the README, or not as {default}"
        );
    }
}
