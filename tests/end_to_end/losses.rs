//! What a repair must neither lose nor leave behind: what the CA store held, a host that vCenter had lost, SSH that was
//! closed, and one of two certificates that are made anew together.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use iofilter_certs::plan::Act;
use iofilter_certs::policy::Policy;
use iofilter_certs::report::Verdict;
use iofilter_certs::run::{Ending, Outcome};
use iofilter_certs_tests::{World, quick, told};

/// Three hosts, of which `esx02`, with SSH closed, has these troubles.
fn fleet(troubles: &str, rest: &str) -> World {
    World::of(&format!(
        "seed = 29\n[[clusters]]\nname = \"a\"\ncount = 3\n[[hosts]]\nname = \"esx02\"\nssh_running = false\n\
         troubles = [{troubles}]\n{rest}"
    ))
}

#[track_caller]
fn is_cured(world: &World, policy: &Policy) -> Outcome {
    let services = world.on_hosts("services");
    let outcome = world.apply(policy).unwrap_or_else(|report| panic!("nothing: {}\n{:#?}", told(&report), report.plan));
    let seen = outcome.after.as_ref().map_or_else(String::new, told);
    assert_eq!(outcome.ending, Ending::Cured, "{:#?}\n{seen}", outcome.steps);
    assert_eq!(world.on_hosts("services"), services, "a service is not as it was");
    outcome
}

#[test]
fn a_new_certificate_that_comes_with_roots_loses_nothing_that_the_store_held() {
    for trouble in ["host-cert-expiring-hard", "host-cert-expired"] {
        let mut world = fleet(&format!("\"{trouble}\""), "[switches]\nrenewal_pushes_roots = true\n");
        world.connection.appliance_ssh = None;
        let held = |world: &World| {
            let castores = world.on_hosts("castore");
            castores.get("esx02.lab.example").and_then(|own| own.as_array().cloned()).expect("a list")
        };
        let before = held(&world);
        is_cured(&world, &quick());
        let after = held(&world);
        assert!(before.iter().all(|one| after.contains(one)), "{trouble}: {before:?} became {after:?}");
        let back = world.rollback("run").unwrap_or_else(|error| panic!("rollback failed: {error}"));
        let after = held(&world);
        assert!(before.iter().all(|one| after.contains(one)), "{trouble}, back: {after:?}\n{:#?}", back.ending);
    }
}

#[test]
fn a_host_that_was_lost_with_its_certificate_comes_back_and_its_shell_is_closed_again() {
    let world = fleet("\"host-cert-expired\", \"host-not-responding\"", "");
    let outcome = is_cured(&world, &quick());
    assert!(outcome.plan.steps().any(|step| matches!(step.act, Act::StartService { .. })), "{:#?}", outcome.steps);
    assert_eq!(world.check(&quick()).verdict, Verdict::Healthy, "{}", told(&world.check(&quick())));
}

#[test]
fn both_client_certificates_are_made_anew_in_one_run_by_one_restart() {
    let world = World::of(
        "seed = 37\n[vcenter]\nversion = \"9.0.0\"\ntroubles = [\"sms-cert-missing\", \"sps-extension-expired\"]\n\
         [[clusters]]\nname = \"a\"\ncount = 2\n[[clusters]]\nname = \"b\"\ncount = 2\nversion = \"9.0.0\"\n",
    );
    let outcome = is_cured(&world, &Policy { allow_fleet_wide: true, ..quick() });
    let restarts = world.lab.calls().into_iter().filter(|call| call.method.contains("sps?action=restart")).count();
    assert_eq!(restarts, 1, "{:#?}", outcome.steps);
    let store = world.lab.state().pointer("/vcenter/vecs/SMS/entries").cloned().unwrap_or_default().to_string();
    assert!(store.contains("sms_self_signed") && store.contains("sps-extension"), "{store}");
}
