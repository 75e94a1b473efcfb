//! What a run calls cured: the trouble is gone at the last look, wherever it was, and nothing that the run disturbed is worse.
//! What was there before, and is not the plan's business, is left out of it.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::sync::Arc;

use iofilter_certs::document;
use iofilter_certs::native::{self, Apply, OperationError, Progress, Stop, SystemClock};
use iofilter_certs::plan::{Act, Plan};
use iofilter_certs::policy::Policy;
use iofilter_certs::report::{Report, Verdict};
use iofilter_certs::request::Approval;
use iofilter_certs::run::{Ending, JournalEvent, Outcome};
use iofilter_certs_tests::{World, agree, quick, told};

/// Three hosts, of which `esx02` has this trouble.
fn world(trouble: &str, rest: &str) -> World {
    World::of(&format!(
        "seed = 61\n[[clusters]]\nname = \"a\"\ncount = 3\n[[hosts]]\nname = \"esx02\"\ntroubles = [\"{trouble}\"]\n{rest}"
    ))
}

fn apply(
    world: &World,
    policy: &Policy,
    plan: Option<Plan>,
    mut heard: impl FnMut(&JournalEvent, &Plan, &Stop),
) -> Result<Outcome, Box<Report>> {
    let apply = Apply {
        plan,
        folder: world.run_folder("run"),
        locks: Some(world.run_folder("locks")),
        approver: Arc::new(agree),
    };
    let stop = Stop::new();
    let asked = stop.clone();
    let progress = |progress: Progress<'_>| {
        if let Progress::Running { entry, plan } = progress {
            heard(&entry.event, plan, &asked);
        }
    };
    let operation = native::apply(&world.connection, policy, apply, &SystemClock, &stop, progress);
    native::run(operation).expect("a runtime").unwrap_or_else(|error| panic!("apply failed: {error}"))
}

/// Carries out what is planned, gives `host` a trouble at the first event that `when` names, and says what was left behind.
fn left_behind(
    world: &World,
    host: Option<&str>,
    trouble: &str,
    when: impl Fn(&JournalEvent, &Plan) -> bool,
) -> Vec<String> {
    let mut has_happened = false;
    let outcome = apply(world, &quick(), None, |event, plan, _| {
        if !has_happened && when(event, plan) {
            has_happened = true;
            world.trouble(host, trouble);
        }
    });
    let outcome = outcome.unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
    assert!(has_happened, "{trouble}: it never came to that: {:#?}", outcome.steps);
    let Ending::Stuck { step: None, left_behind, by_hand } = outcome.ending else {
        panic!("{trouble}: {:#?}\n{:#?}", outcome.ending, outcome.steps)
    };
    assert!(by_hand.len() > 1, "{by_hand:?}");
    left_behind
}

/// Nothing is left to do but to look.
fn is_at_the_end(event: &JournalEvent, plan: &Plan) -> bool {
    let last = plan.steps().last().map(|step| step.id);
    matches!(event, JournalEvent::Succeeded { step } | JournalEvent::Skipped { step } if Some(*step) == last)
}

#[test]
fn a_service_that_stops_again_is_not_cured() {
    let world =
        World::of("seed = 3\n[vcenter]\ntroubles = [\"sps-service-stopped\"]\n[[clusters]]\nname = \"a\"\ncount = 3\n");
    let is_done = |event: &JournalEvent, _: &Plan| matches!(event, JournalEvent::Succeeded { .. });
    let left = left_behind(&world, None, "sps-service-stopped", is_done);
    assert!(left.iter().any(|line| line.contains("sps")), "{left:?}");
}

#[test]
fn a_host_that_is_not_well_at_the_last_look_is_not_cured() {
    // Both were said to follow from what was cured, or were not there.
    for trouble in ["provider-offline", "provider-disconnected", "castore-empty", "vp-ruleset-disabled"] {
        let world = world("castore-missing-sms", "");
        let left = left_behind(&world, Some("esx02.lab.example"), trouble, is_at_the_end);
        assert!(left.iter().any(|line| line.contains("esx02.lab.example")), "{trouble}: {left:?}");
    }
}

#[test]
fn a_healthy_host_whose_provider_does_not_come_back_after_the_restart_is_told() {
    let world = world("provider-cert-cached-stale", "[switches]\nsync_updates_cached_certificate = false\n");
    let is_restarted = |event: &JournalEvent, plan: &Plan| matches!(event, JournalEvent::Succeeded { step } if plan.step(*step).is_some_and(|step| step.act == Act::RestartSps));
    let left = left_behind(&world, Some("esx01.lab.example"), "provider-disconnected", is_restarted);
    assert!(left.iter().any(|line| line.contains("esx01.lab.example")), "{left:?}");
}

#[test]
fn a_host_that_has_left_the_inventory_is_not_cured() {
    let world = world("castore-missing-sms", "");
    let outcome = apply(&world, &quick(), None, |event, plan, _| {
        if is_at_the_end(event, plan) {
            let mut inner = world.lab.shared().world();
            inner.hosts.retain(|host| host.name != "esx02.lab.example");
        }
    });
    let outcome = outcome.unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
    let Ending::Stuck { left_behind, .. } = &outcome.ending else { panic!("{:#?}", outcome.ending) };
    assert!(left_behind.iter().any(|line| line.contains("not in the inventory any more")), "{left_behind:?}");
}

#[test]
fn what_was_there_before_and_is_left_alone_does_not_spoil_a_cure() {
    let world = World::of(
        "seed = 61\n[[clusters]]\nname = \"a\"\ncount = 3\n[[hosts]]\nname = \"esx01\"\ntroubles = [\"host-disconnected\"]\n\
         [[hosts]]\nname = \"esx02\"\ntroubles = [\"castore-missing-sms\", \"provider-duplicate\"]\n",
    );
    let outcome = world.apply(&quick()).unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
    let seen = outcome.after.as_ref().map_or_else(String::new, told);
    assert_eq!(outcome.ending, Ending::Cured, "{:#?}\n{seen}", outcome.steps);
    assert!(seen.contains("provider-duplicate") && seen.contains("host-disconnected"), "{seen}");
}

#[test]
fn a_given_plan_without_steps_does_nothing_and_says_what_there_is() {
    let healthy = World::of("seed = 61\n[[clusters]]\nname = \"a\"\ncount = 3\n");
    let plan = healthy.plan(&quick()).plan.expect("a plan was made");
    assert!(plan.is_empty());
    let world = world("castore-missing-sms", "");
    let Err(report) = apply(&world, &quick(), Some(plan), |_, _, _| {}) else { panic!("something was done") };
    assert_eq!(report.verdict, Verdict::Findings, "{}", told(&report));
    assert!(!world.run_folder("run").exists(), "there is no run");
    world.assert_unchanged();
}

#[test]
fn a_run_that_was_stopped_goes_on_after_a_no_to_taking_it_back() {
    let world = World::of(
        "seed = 61\n[[clusters]]\nname = \"a\"\ncount = 2\n[[hosts]]\nname = \"esx01\"\ntroubles = [\"castore-missing-sms\"]\n\
         [[hosts]]\nname = \"esx02\"\ntroubles = [\"castore-missing-sms\"]\n",
    );
    let outcome = apply(&world, &quick(), None, |event, _, stop| {
        if matches!(event, JournalEvent::Started { .. }) {
            stop.ask();
        }
    });
    assert!(matches!(outcome, Ok(Outcome { ending: Ending::Halted { .. }, .. })), "{outcome:#?}");
    let kept = || std::fs::read_to_string(world.run_folder("run").join("outcome.json")).expect("it was written");
    let before = kept();
    for _ in 0..2 {
        let no = |_| Approval::Rejected { reason: "leave it".to_owned() };
        let refused = world.rollback_as("run", no).unwrap_or_else(|error| panic!("rollback failed: {error}"));
        assert!(matches!(refused.ending, Ending::Refused { .. }), "{:#?}", refused.ending);
        assert_eq!(kept(), before, "what is told of the run holds");
    }
    let outcome = world.resume("run").unwrap_or_else(|error| panic!("resume failed: {error}"));
    assert_eq!(outcome.ending, Ending::Cured, "{:#?}", outcome.steps);
}

#[test]
fn what_was_taken_back_can_be_asked_for_again_as_often_as_one_likes() {
    let world = world("castore-missing-sms", "");
    let outcome = world.apply(&quick()).unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
    assert_eq!(outcome.ending, Ending::Cured, "{:#?}", outcome.steps);
    let rollback = || world.rollback("run").unwrap_or_else(|error| panic!("rollback failed: {error}")).ending;
    assert!(matches!(rollback(), Ending::TakenBack { .. }));
    let journal = world.journal("run");
    for _ in 0..3 {
        assert!(matches!(rollback(), Ending::Refused { .. }));
        assert_eq!(world.journal("run"), journal, "there was nothing to write down");
    }
}

#[test]
fn what_is_told_of_a_run_that_is_over_is_written_again_without_asking_anybody() {
    let world = world("castore-missing-sms", "");
    let outcome = world.apply(&quick()).unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
    let files = ["outcome.json", "changes.json", "changes.txt"].map(|name| world.run_folder("run").join(name));
    let text = |path: &std::path::PathBuf| std::fs::read_to_string(path).expect("it was written");
    let changes = text(files.get(1).expect("there are three"));
    let error = world.resume("run").expect_err("nothing is missing");
    assert!(matches!(error, OperationError::Over { .. }), "{error}");
    std::fs::remove_file(files.get(1).expect("there are three")).expect("it can be deleted");
    assert!(world.resume("run").is_ok() && files.iter().all(|path| path.exists()));
    // What is left of an earlier part of the run tells of another end.
    let mut earlier = outcome.clone();
    earlier.ending = Ending::Halted { remaining: 1, why: "a person asked to stop".to_owned() };
    std::fs::write(world.run_folder("run").join("outcome.json"), document::text(&earlier)).expect("it can be written");
    let calls = world.lab.calls().len();
    let again = world.resume("run").unwrap_or_else(|error| panic!("resume failed: {error}"));
    assert_eq!((again.ending, again.steps), (outcome.ending, outcome.steps));
    assert_eq!(world.lab.calls().len(), calls, "nobody was asked");
    assert_eq!(text(files.get(1).expect("there are three")), changes, "what changed is known from the journal");
    assert!(files.iter().all(|path| path.exists()));
}
