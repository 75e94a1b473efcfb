//! A run goes on, and is taken back, at the vCenter that its plan was made for, and nowhere else.
#![expect(clippy::panic, reason = "a test fails by panicking")]

use iofilter_certs::native::{Clock as _, SystemClock};
use iofilter_certs::policy::Policy;
use iofilter_certs::run::{Ending, Outcome};
use iofilter_certs_tests::{World, quick, told};

/// Two vCenters of one inventory: what has an id in one has the same id in the other.
fn of_seed(seed: u32) -> World {
    World::of(&format!(
        "seed = {seed}\n[[clusters]]\nname = \"a\"\ncount = 2\n\
         [[hosts]]\nname = \"esx01\"\ntroubles = [\"castore-missing-sms\"]\n"
    ))
}

fn applied(world: &World, policy: &Policy) -> Outcome {
    world.apply(policy).unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)))
}

fn is_refused(outcome: &Outcome, other: &World) {
    let Ending::Refused { why } = &outcome.ending else { panic!("{:#?}", outcome.ending) };
    assert!(why.contains("is another vCenter than the plan's"), "{why}");
    other.assert_unchanged();
}

#[test]
fn a_run_is_not_gone_on_with_at_another_vcenter_and_still_is_at_its_own() {
    let (mut world, other) = (of_seed(61), of_seed(62));
    let over = Policy { until: Some(SystemClock.now().plus_seconds(-1)), ..quick() };
    let halted = applied(&world, &over);
    assert!(matches!(halted.ending, Ending::Halted { .. }), "{:#?}", halted.ending);
    let own = std::mem::replace(&mut world.connection, other.connection.clone());
    let elsewhere = world.resume("run").unwrap_or_else(|error| panic!("resume failed: {error}"));
    is_refused(&elsewhere, &other);
    world.connection = own;
    let outcome = world.resume("run").unwrap_or_else(|error| panic!("resume failed: {error}"));
    assert_eq!(outcome.ending, Ending::Cured, "{:#?}", outcome.steps);
}

#[test]
fn a_run_is_not_taken_back_at_another_vcenter_nor_on_a_host_that_is_called_otherwise() {
    let (mut world, other) = (of_seed(61), of_seed(62));
    let before = world.on_hosts("castore");
    assert_eq!(applied(&world, &quick()).ending, Ending::Cured);
    let own = std::mem::replace(&mut world.connection, other.connection.clone());
    let elsewhere = world.rollback("run").unwrap_or_else(|error| panic!("rollback failed: {error}"));
    is_refused(&elsewhere, &other);
    world.connection = own;
    let rename = |name: &str| {
        if let Some(host) = world.lab.shared().world().hosts.first_mut() {
            name.clone_into(&mut host.name);
        }
    };
    rename("esx77.lab.example");
    let renamed = world.rollback("run").unwrap_or_else(|error| panic!("rollback failed: {error}"));
    let Ending::Refused { why } = &renamed.ending else { panic!("{:#?}", renamed.ending) };
    assert!(why.contains("`esx01.lab.example`") && why.contains("`esx77.lab.example`"), "{why}");
    rename("esx01.lab.example");
    let outcome = world.rollback("run").unwrap_or_else(|error| panic!("rollback failed: {error}"));
    assert!(matches!(outcome.ending, Ending::TakenBack { .. }), "{:#?}", outcome.ending);
    assert_eq!(world.on_hosts("castore"), before);
}
