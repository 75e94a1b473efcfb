//! A process that dies while a task of vCenter runs: the task is waited for before its step is taken back, or repeated.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::time::Duration;

use iofilter_certs::native::{Clock as _, SystemClock};
use iofilter_certs::plan::{Act, Plan};
use iofilter_certs::policy::{Policy, RenewBy, Safety};
use iofilter_certs::run::{Ending, JournalEntry, JournalEvent, Run};
use iofilter_certs_tests::{World, quick};
use serde_json::Value;

/// Milliseconds that a task takes in this lab.
const TASK: u64 = 4_000;

fn world(trouble: &str, more: &str) -> World {
    World::of(&format!(
        "seed = 43\n{more}[[clusters]]\nname = \"a\"\ncount = 2\n\
         [[hosts]]\nname = \"esx02\"\ntroubles = [\"{trouble}\"]\n[delays]\ntask_running = {TASK}\n"
    ))
}

fn patient() -> Policy {
    Policy { step_timeout_seconds: 12, ..quick() }
}

/// Whether an entry tells that the task of an act has begun.
fn has_begun(event: &JournalEvent, plan: &Plan, is_it: fn(&Act) -> bool) -> bool {
    let JournalEvent::TaskBegun { step, .. } = event else { return false };
    plan.step(*step).is_some_and(|step| is_it(&step.act))
}

fn rolled_back(world: &World, journal: &[JournalEntry]) -> (Run, Vec<JournalEntry>) {
    let job = world.connection.job().expect("the connection is right");
    let run = Run::roll_back(journal, job, BTreeMap::new(), SystemClock.now());
    let mut run = run.unwrap_or_else(|error| panic!("it cannot be taken back: {error}"));
    let entries = world.drive_until(&mut run, |_, _| false);
    (run, entries)
}

/// What must be as it was: stores, connections, and where providers are registered.
fn lasting(world: &World) -> Vec<String> {
    let state = world.lab.state();
    let providers = state.get("providers").and_then(Value::as_array).expect("it has providers");
    let mut urls: Vec<String> = providers.iter().filter_map(|one| Some(one.get("url")?.to_string())).collect();
    urls.sort();
    urls.push(format!("{:?}", world.on_hosts("castore")));
    urls.push(format!("{:?}", world.on_hosts("connection")));
    urls
}

/// Dies when the task of the act has begun, and is taken back at once.
fn is_taken_back(world: &World, policy: &Policy, is_it: fn(&Act) -> bool) -> Vec<JournalEntry> {
    let before = lasting(world);
    let journal = world.interrupted(policy, |event, plan| has_begun(event, plan, is_it));
    let (run, entries) = rolled_back(world, &journal);
    assert!(matches!(run.ending(), Some(Ending::TakenBack { .. })), "{:#?}", run.ending());
    // By now the task is over, whoever waited for it.
    std::thread::sleep(Duration::from_millis(TASK));
    assert_eq!(lasting(world), before, "{entries:#?}");
    entries
}

#[test]
fn a_push_of_roots_that_goes_on_is_waited_for_before_the_store_is_put_back() {
    let world = world("castore-missing-vmca-root", "");
    is_taken_back(&world, &patient(), |act| matches!(act, Act::PushRoots { .. }));
}

#[test]
fn a_provider_that_is_still_being_unregistered_is_registered_again_when_it_is_gone() {
    let world = world("provider-cert-cached-stale", "[switches]\nunregistered_returns_by_itself = false\n");
    is_taken_back(&world, &patient(), |act| matches!(act, Act::UnregisterProvider { .. }));
}

#[test]
fn a_host_that_is_still_being_disconnected_is_connected_again_when_it_is() {
    let world = world("host-cert-expiring-hard", "");
    let policy = Policy { renew_by: RenewBy::Shell, ceiling: Safety::AskFirst, ..patient() };
    let entries = is_taken_back(&world, &policy, |act| matches!(act, Act::DisconnectHost { .. }));
    let is_kept = entries.iter().any(|entry| matches!(entry.event, JournalEvent::TaskBegun { .. }));
    assert!(is_kept, "the task that takes it back stands in the journal too: {entries:#?}");
}

#[test]
fn a_renewal_that_is_in_doubt_is_not_asked_for_twice() {
    let world = world("host-cert-expiring-hard", "");
    let is_renewal = |act: &Act| matches!(act, Act::RenewHostCertificate { .. });
    let mut journal = world.interrupted(&patient(), |event, plan| has_begun(event, plan, is_renewal));
    // The process died before it could store what the task is called.
    journal.pop();
    let run = world.recovered(&journal);
    let asked = world.lab.calls().into_iter().filter(|call| call.method == "CertMgrRefreshCertificates_Task");
    assert_eq!(asked.count(), 1, "{:#?}", run.ending());
    assert_eq!(run.ending(), Some(&Ending::Cured));
}

#[test]
fn a_renewal_that_never_left_is_asked_for_when_its_time_is_over() {
    let world = world("host-cert-expiring-hard", "");
    let journal = world.interrupted(&patient(), |event, plan| {
        let JournalEvent::Started { step, .. } = event else { return false };
        plan.step(*step).is_some_and(|step| matches!(step.act, Act::RenewHostCertificate { .. }))
    });
    let asked =
        || world.lab.calls().into_iter().filter(|call| call.method == "CertMgrRefreshCertificates_Task").count();
    assert_eq!(asked(), 0, "the process died before it sent it");
    let run = world.recovered(&journal);
    assert_eq!(run.ending(), Some(&Ending::Cured));
    assert_eq!(asked(), 1);
}
