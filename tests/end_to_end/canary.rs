//! One host goes first, alone: what it does not show to be a cure is not done to others.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::sync::Arc;

use iofilter_certs::native::{self, Apply, Progress, Stop, SystemClock};
use iofilter_certs::policy::Policy;
use iofilter_certs::run::{Ending, JournalEntry, JournalEvent, Outcome};
use iofilter_certs_tests::{World, agree, quick, told};

/// Two clusters with three hosts in the same trouble, and one in another.
const FLEET: &str = "seed = 23\n[[clusters]]\nname = \"a\"\ncount = 2\n[[clusters]]\nname = \"b\"\ncount = 2\n\
     [[hosts]]\nname = \"esx01\"\ntroubles = [\"vp-cert-stale\"]\n[[hosts]]\nname = \"esx02\"\ntroubles = [\"castore-missing-sms\"]\n\
     [[hosts]]\nname = \"esx03\"\ntroubles = [\"castore-missing-sms\"]\n[[hosts]]\nname = \"esx04\"\ntroubles = [\"castore-missing-sms\"]\n";

fn impatient() -> Policy {
    Policy { step_timeout_seconds: 4, ..quick() }
}

fn apply(world: &World, policy: &Policy) -> Outcome {
    world.apply(policy).unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)))
}

/// The hosts that something was changed at, in the order in which they were first.
fn changed(world: &World) -> Vec<String> {
    let ready = world.lab.ready().expect("it is ready");
    let mut order: Vec<String> = Vec::new();
    for moref in world.lab.calls().into_iter().filter(|call| call.changes).filter_map(|call| call.host) {
        let host = ready.hosts.iter().find(|host| host.moref == moref || host.name == moref);
        let name = host.map_or(moref, |host| host.name.clone());
        if !order.contains(&name) {
            order.push(name);
        }
    }
    order
}

#[test]
fn the_commonest_remedy_goes_first_and_is_proved_before_the_others() {
    let world = World::of(FLEET);
    let plan = world.plan(&quick()).plan.expect("there is something to do");
    let canary = plan.canary.clone().expect("there are four hosts");
    assert_eq!(canary.name, "esx02.lab.example", "three of four have its remedy");
    let outcome = apply(&world, &quick());
    assert_eq!(outcome.ending, Ending::Cured, "{:#?}", outcome.steps);
    let order = changed(&world);
    assert_eq!((order.first(), order.len()), (Some(&canary.name), 4), "{order:?}");
    let entries = world.journal("run");
    let at = |found: &dyn Fn(&JournalEvent) -> bool| entries.iter().position(|JournalEntry { event, .. }| found(event));
    let proved =
        at(&|event| matches!(event, JournalEvent::HostProved { host, left } if *host == canary.id && left.is_empty()));
    let other: BTreeSet<u32> = outcome
        .plan
        .hosts()
        .filter(|host| host.host != canary)
        .flat_map(|host| &host.steps)
        .map(|step| step.id.0)
        .collect();
    let begun = at(&|event| matches!(event, JournalEvent::Started { step, .. } if other.contains(&step.0)));
    assert!(proved.expect("it was looked at") < begun.expect("the others followed"));
}

#[test]
fn a_canary_that_is_not_cured_is_taken_back_and_nobody_follows() {
    // The change is answered with success, and does nothing that helps: the provider stays as it is.
    let world = World::of(&format!(
        "{FLEET}[[faults]]\ncall = \"ReplaceCACertificatesAndCRLs\"\nwhat = \"fault:HostConfigFault\"\n"
    ));
    let before = (world.on_hosts("castore"), world.on_hosts("services"));
    let outcome = apply(&world, &impatient());
    assert!(matches!(outcome.ending, Ending::RolledBack { .. }), "{:#?}", outcome.ending);
    assert_eq!((world.on_hosts("castore"), world.on_hosts("services")), before);
    let order = changed(&world);
    assert!(order.iter().all(|name| name == "esx02.lab.example"), "others were touched: {order:?}");
}

#[test]
fn a_process_that_dies_as_the_first_host_fails_lets_nobody_follow_either() {
    let world = World::of(&format!(
        "{FLEET}[[faults]]\ncall = \"ReplaceCACertificatesAndCRLs\"\nwhat = \"fault:HostConfigFault\"\n"
    ));
    let before = world.on_hosts("castore");
    let journal = world.interrupted(&impatient(), |event, _| matches!(event, JournalEvent::Failed { .. }));
    let run = world.recovered(&journal);
    assert!(matches!(run.ending(), Some(Ending::RolledBack { .. })), "{:#?}", run.ending());
    assert_eq!(world.on_hosts("castore"), before);
    let order = changed(&world);
    assert!(order.iter().all(|name| name == "esx02.lab.example"), "others were touched: {order:?}");
}

#[test]
fn without_a_canary_clusters_begin_side_by_side() {
    let world = World::of(FLEET);
    let policy = Policy { canary: false, ..quick() };
    assert_eq!(world.plan(&policy).plan.expect("there is something to do").canary, None);
    assert_eq!(apply(&world, &policy).ending, Ending::Cured);
}

/// Carries out what is planned for the fleet; `then` happens to the canary's host as soon as its CA store was changed.
fn with_mishap(policy: &Policy, then: impl Fn(&World)) -> (World, Outcome, Vec<String>) {
    let world = World::of(FLEET);
    let apply = Apply {
        plan: None,
        folder: world.run_folder("run"),
        locks: Some(world.run_folder("locks")),
        approver: Arc::new(agree),
    };
    let (stop, has_happened) = (Stop::new(), std::cell::Cell::new(false));
    let progress = |progress: Progress<'_>| {
        if let Progress::Running { entry, .. } = progress
            && matches!(entry.event, JournalEvent::Succeeded { .. })
            && !has_happened.replace(true)
        {
            then(&world);
        }
    };
    let operation = native::apply(&world.connection, policy, apply, &SystemClock, &stop, progress);
    let ended = native::run(operation).expect("a runtime").unwrap_or_else(|error| panic!("apply failed: {error}"));
    let outcome = ended.unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
    let entries = world.journal("run").into_iter();
    let unwell = entries.filter_map(|entry| match entry.event {
        JournalEvent::HostUnwell { why, .. } => Some(why),
        _ => None,
    });
    let unwell = unwell.collect();
    (world, outcome, unwell)
}

/// The canary was taken back, and nobody followed.
fn is_taken_back_alone(world: &World, outcome: &Outcome) {
    assert!(matches!(outcome.ending, Ending::RolledBack { .. }), "{:#?}", outcome.ending);
    let order = changed(world);
    assert_eq!(order, ["esx02.lab.example"], "others were touched");
}

#[test]
fn a_host_that_is_worse_after_its_steps_is_taken_back() {
    let castores = World::of(FLEET).on_hosts("castore");
    let (world, outcome, unwell) =
        with_mishap(&impatient(), |world| world.trouble(Some("esx02.lab.example"), "vp-ruleset-disabled"));
    assert!(unwell.iter().any(|why| why.contains("`vp-ruleset-disabled` is new there")), "{unwell:?}");
    is_taken_back_alone(&world, &outcome);
    let many = |stores: &std::collections::BTreeMap<String, serde_json::Value>| {
        stores.get("esx02.lab.example").and_then(serde_json::Value::as_array).map(Vec::len)
    };
    assert_eq!(many(&world.on_hosts("castore")), many(&castores));
}

#[test]
fn a_canary_whose_own_trouble_is_still_there_is_no_proof_though_a_later_step_is_to_follow() {
    // The synchronisation gives up, as it does where only a new registration helps; but here the host itself is not cured.
    let (world, outcome, unwell) =
        with_mishap(&impatient(), |world| world.trouble(Some("esx02.lab.example"), "castore-missing-sms"));
    assert!(outcome.steps.iter().any(|step| step.title.contains("synchronise")), "{:#?}", outcome.steps);
    assert!(unwell.iter().any(|why| why.contains("`castore-missing-sms` is still there")), "{unwell:?}");
    is_taken_back_alone(&world, &outcome);
}
