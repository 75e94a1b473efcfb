//! What `check` finds.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use iofilter_certs::report::Verdict;
use iofilter_certs_lab::Scenario;
use iofilter_certs_tests::{World, quick, told};

#[test]
fn a_healthy_fleet_has_no_finding_and_no_open_question() {
    let world = World::start(Scenario::healthy().expect("the preset is right"));
    let report = world.check(&quick());
    assert_eq!(report.verdict, Verdict::Healthy, "{}", told(&report));
    assert!(report.hosts > 0);
}
