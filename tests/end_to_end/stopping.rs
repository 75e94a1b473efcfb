//! Stopping: by a person, by the end of the window, by an approval that is not given; and going on afterwards.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::sync::Arc;

use iofilter_certs::native::{self, Apply, Clock as _, Progress, Stop, SystemClock};
use iofilter_certs::plan::{Act, StepId};
use iofilter_certs::policy::{Approve, Policy, RenewBy};
use iofilter_certs::report::Verdict;
use iofilter_certs::request::{Approval, ApprovalRequest, Subject};
use iofilter_certs::run::{Ending, JournalEvent, Outcome, Status};
use iofilter_certs_tests::{World, agree, quick, told};

const TWO: &str = "seed = 31\n[[clusters]]\nname = \"a\"\ncount = 2\n[[hosts]]\nname = \"esx01\"\ntroubles = [\"castore-missing-sms\"]\n\
     [[hosts]]\nname = \"esx02\"\ntroubles = [\"castore-missing-sms\"]\n";

/// Runs what is planned now, and asks to stop when `when` says so.
fn stopped_at(world: &World, policy: &Policy, when: impl Fn(&JournalEvent) -> bool) -> Outcome {
    let asked = std::cell::Cell::new(false);
    world.apply_watched(policy, |event, stop| {
        if when(event) && !asked.replace(true) {
            stop.ask();
        }
    })
}

fn is_healthy(world: &World) {
    let after = world.check(&quick());
    assert_eq!(after.verdict, Verdict::Healthy, "{}", told(&after));
}

fn resumed(world: &World) -> Outcome {
    world.resume("run").unwrap_or_else(|error| panic!("resume failed: {error}"))
}

#[test]
fn a_stopped_run_begins_no_other_host_and_goes_on_later() {
    let world = World::of(TWO);
    let outcome = stopped_at(&world, &quick(), |event| matches!(event, JournalEvent::Started { .. }));
    let Ending::Halted { remaining, why } = &outcome.ending else { panic!("{:?}", outcome.ending) };
    assert!(*remaining > 0 && why.contains("a person asked to stop"), "{outcome:#?}");
    let done: Vec<_> = outcome.steps.iter().filter(|step| step.status != Status::Waiting).collect();
    assert!(done.iter().all(|step| step.host.as_deref() == Some("esx01.lab.example")), "{done:#?}");
    assert_eq!(resumed(&world).ending, Ending::Cured);
    is_healthy(&world);
}

#[test]
fn a_task_that_never_ends_is_left_off_soon_and_looked_at_later() {
    let world = World::of(
        "seed = 31\n[[clusters]]\nname = \"a\"\ncount = 2\n[[hosts]]\nname = \"esx01\"\ntroubles = [\"provider-offline\"]\n\
         [[faults]]\ncall = \"VasaProviderSync_Task\"\ntimes = 1\nwhat = \"task-never-ends\"\n",
    );
    // Without the limit after the stop this would take ten minutes, and the test would be ended from outside.
    let policy = Policy { step_timeout_seconds: 600, stop_seconds: 1, ..quick() };
    let outcome = stopped_at(&world, &policy, |event| matches!(event, JournalEvent::TaskBegun { .. }));
    assert!(matches!(outcome.ending, Ending::Halted { .. }), "{:#?}", outcome.ending);
    assert!(outcome.steps.iter().any(|step| step.status == Status::Started), "it is in doubt: {:#?}", outcome.steps);
    world.lab.shared().faults().clear();
    assert!(world.journal("run").iter().any(|entry| matches!(entry.event, JournalEvent::LeftOff { .. })));
}

#[test]
fn a_shell_that_was_opened_is_closed_before_the_run_stops() {
    let world = World::of(
        "seed = 31\n[[clusters]]\nname = \"a\"\ncount = 2\n[[hosts]]\nname = \"esx01\"\nssh_running = false\n\
         troubles = [\"vp-cert-stale\"]\n",
    );
    let services = world.on_hosts("services");
    let outcome = stopped_at(&world, &quick(), |event| matches!(event, JournalEvent::Started { .. }));
    assert_eq!(world.on_hosts("services"), services, "{:#?}", outcome.steps);
    if outcome.ending != Ending::Cured {
        assert_eq!(resumed(&world).ending, Ending::Cured);
    }
    is_healthy(&world);
}

/// The step that does this in what would be planned now.
fn step_that(world: &World, policy: &Policy, is_it: impl Fn(&Act) -> bool) -> StepId {
    let plan = world.plan(policy).plan.expect("there is something to do");
    plan.steps().find(|step| is_it(&step.act)).expect("it is one of the steps").id
}

#[test]
fn what_a_push_of_roots_has_dropped_is_put_back_before_a_run_stops() {
    let is_at_work = |event: &JournalEvent, id| matches!(event, JournalEvent::TaskBegun { step, .. } if *step == id);
    let is_done = |event: &JournalEvent, id| matches!(event, JournalEvent::Succeeded { step } if *step == id);
    // While the task is still at it, for longer than anybody who wants to stop has patience; and when it is over.
    for (when, milliseconds) in [(is_at_work as fn(&JournalEvent, StepId) -> bool, 2000), (is_done, 50)] {
        let world = World::of(&format!(
            "seed = 31\n[[clusters]]\nname = \"a\"\ncount = 2\n[[hosts]]\nname = \"esx01\"\n\
             troubles = [\"castore-missing-vmca-root\"]\n[switches]\nrefresh_ca_drops_sms = true\n\
             [delays]\ntask_running = {milliseconds}\n"
        ));
        let before = world.on_hosts("castore");
        let policy = Policy { stop_seconds: 1, ..quick() };
        let push = step_that(&world, &policy, |act| matches!(act, Act::PushRoots { .. }));
        let outcome = stopped_at(&world, &policy, |event| when(event, push));
        let after = world.on_hosts("castore");
        for (host, held) in before {
            let now = after.get(&host).expect("it is there").to_string();
            for kept in held.as_array().expect("a list") {
                assert!(now.contains(&kept.to_string()), "{host} lost {kept}: {:#?}", outcome.steps);
            }
        }
        assert!(matches!(outcome.ending, Ending::Halted { .. }), "{:#?}", outcome.ending);
        assert_eq!(resumed(&world).ending, Ending::Cured);
        is_healthy(&world);
    }
}

#[test]
fn the_provider_serves_a_certificate_that_was_renewed_before_a_run_stops() {
    let world = World::of(
        "seed = 31\n[[clusters]]\nname = \"a\"\ncount = 2\n[[hosts]]\nname = \"esx01\"\nssh_running = false\n\
         troubles = [\"host-cert-expiring-hard\"]\n",
    );
    let services = world.on_hosts("services");
    let policy = Policy { renew_by: RenewBy::Vcenter, ..quick() };
    let renewal = step_that(&world, &policy, |act| matches!(act, Act::RenewHostCertificate { .. }));
    let outcome =
        stopped_at(&world, &policy, |event| matches!(event, JournalEvent::Succeeded { step } if *step == renewal));
    assert_eq!(world.on_hosts("certificate_9080"), world.on_hosts("certificate_443"), "{:#?}", outcome.steps);
    assert_eq!(world.on_hosts("services"), services, "{:#?}", outcome.steps);
    assert!(matches!(outcome.ending, Ending::Halted { .. }), "{:#?}", outcome.ending);
}

#[test]
fn after_the_window_nothing_is_begun_and_the_next_window_goes_on() {
    let world = World::of(TWO);
    let over = Policy { until: Some(SystemClock.now().plus_seconds(-1)), ..quick() };
    let outcome = world.apply(&over).unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
    let Ending::Halted { why, .. } = &outcome.ending else { panic!("{:?}", outcome.ending) };
    assert!(why.contains("the maintenance window ended at"), "{why}");
    world.assert_unchanged();
    assert_eq!(resumed(&world).ending, Ending::Cured);
    is_healthy(&world);
}

/// Approves the plan, and of its parts only those that `may` lets pass.
fn choosy(may: fn(&Subject) -> bool) -> impl Fn(ApprovalRequest) -> Approval + Send + Sync + 'static {
    move |request| {
        if matches!(request.subject, Subject::Plan(_)) || may(&request.subject) {
            return agree(request);
        }
        Approval::Rejected { reason: "not this one".to_owned() }
    }
}

fn apply_as(world: &World, approve: Approve, may: fn(&Subject) -> bool) -> Outcome {
    let policy = Policy { approve, ..quick() };
    let ended = world.apply_as("run", &policy, choosy(may)).unwrap_or_else(|error| panic!("apply failed: {error}"));
    ended.unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)))
}

#[test]
fn a_plan_that_does_not_fit_any_more_is_made_anew_and_asked_for() {
    let world = Arc::new(World::of(TWO));
    let inner = Arc::clone(&world);
    // While the first plan is looked at, another host falls ill.
    let approver = move |request: ApprovalRequest| {
        if matches!(request.subject, Subject::Plan(_)) {
            inner.trouble(Some("esx02.lab.example"), "vp-cert-stale");
        }
        agree(request)
    };
    let ended = world.apply_as("run", &quick(), approver).unwrap_or_else(|error| panic!("apply failed: {error}"));
    let outcome = ended.unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
    assert_eq!(outcome.ending, Ending::Cured, "{:#?}", outcome.steps);
    let entries = world.journal("run");
    let digests: Vec<&String> = entries
        .iter()
        .filter_map(|entry| match &entry.event {
            JournalEvent::Begun { digest, .. } | JournalEvent::Replanned { digest, .. } => Some(digest),
            _ => None,
        })
        .collect();
    assert_eq!(digests.len(), 2);
    assert_ne!(digests.first(), digests.last());
    assert_eq!(digests.last().map(|digest| digest.as_str()), Some(outcome.plan.digest().as_str()));
    is_healthy(&world);
}

#[test]
fn a_new_plan_that_is_not_approved_changes_nothing() {
    let world = Arc::new(World::of(TWO));
    let inner = Arc::clone(&world);
    let approver = move |request: ApprovalRequest| {
        inner.trouble(Some("esx02.lab.example"), "vp-cert-stale");
        choosy(|_| false)(request)
    };
    let ended = world.apply_as("run", &quick(), approver).unwrap_or_else(|error| panic!("apply failed: {error}"));
    let outcome = ended.unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
    assert!(matches!(outcome.ending, Ending::Refused { .. }), "{:?}", outcome.ending);
    world.assert_unchanged();
}

#[test]
fn each_host_is_asked_for_before_its_first_step() {
    let world = World::of(TWO);
    let outcome = apply_as(
        &world,
        Approve::Host,
        |subject| matches!(subject, Subject::Host(host) if host.host.name.starts_with("esx01")),
    );
    let Ending::Halted { why, .. } = &outcome.ending else { panic!("{:?}", outcome.ending) };
    assert!(why.contains("not this one") && why.contains("esx02"), "{why}");
    let touched = |step: &&iofilter_certs::run::StepOutcome| step.status != Status::Waiting;
    assert!(outcome.steps.iter().filter(touched).all(|step| step.host.as_deref() == Some("esx01.lab.example")));
    assert_eq!(resumed(&world).ending, Ending::Cured, "what was not approved is asked for again");
    is_healthy(&world);
}

#[test]
fn a_step_that_is_not_approved_takes_its_host_back() {
    let world = World::of(TWO);
    let castores = world.on_hosts("castore");
    let outcome = apply_as(
        &world,
        Approve::Step,
        |subject| !matches!(subject, Subject::Step(step) if step.act.title().contains("synchronise")),
    );
    assert!(!matches!(outcome.ending, Ending::Cured), "{:?}", outcome.ending);
    assert!(outcome.steps.iter().all(|step| step.status != Status::Started), "{:#?}", outcome.steps);
    let now = world.on_hosts("castore");
    let undone =
        outcome.steps.iter().filter(|step| step.status == Status::Undone).filter_map(|step| step.host.as_ref());
    for host in undone {
        assert_eq!(now.get(host), castores.get(host), "{host} was taken back");
    }
}

/// Agrees to all, and before the first step lets happen what `then` says.
fn slow(
    policy: &Policy,
    world: &Arc<World>,
    then: impl Fn(&World, &str) + Send + Sync + 'static,
) -> (Outcome, Vec<JournalEvent>) {
    let inner = Arc::clone(world);
    let approver = move |request: ApprovalRequest| {
        if let Subject::Step(step) = &request.subject {
            then(&inner, &step.act.title());
        }
        agree(request)
    };
    let policy = Policy { approve: Approve::Step, ..policy.clone() };
    let ended = world.apply_as("run", &policy, approver).unwrap_or_else(|error| panic!("apply failed: {error}"));
    let outcome = ended.unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
    (outcome, world.journal("run").into_iter().map(|entry| entry.event).collect())
}

fn castore(world: &World) -> Vec<String> {
    let stores = world.on_hosts("castore");
    let own = stores.get("esx01.lab.example").and_then(|store| store.as_array()).expect("it has a store");
    own.iter().map(ToString::to_string).collect()
}

#[test]
fn what_changed_while_a_person_decided_is_looked_at_before_the_step_acts() {
    let world = Arc::new(World::of(TWO));
    let seen = Arc::new(std::sync::Mutex::new(None));
    let inner = Arc::clone(&seen);
    // Somebody else trusts one certificate more just now.
    let (outcome, _) = slow(&quick(), &world, move |world, _| {
        inner.lock().expect("nobody panics").get_or_insert_with(|| {
            let before = castore(world);
            world.trouble(Some("esx01.lab.example"), "castore-stale-sms");
            let after = castore(world);
            assert!(after.len() > before.len(), "one more is there");
            after
        });
    });
    let (now, seen) = (castore(&world), seen.lock().expect("nobody panics").take().expect("it was asked"));
    let lost: Vec<&String> = seen.iter().filter(|one| !now.contains(one)).collect();
    assert!(lost.is_empty(), "{lost:?} {:#?}", outcome.steps);
}

#[test]
fn an_approval_that_comes_after_the_window_begins_nothing() {
    let world = Arc::new(World::of(TWO));
    let until = SystemClock.now().plus_seconds(12);
    let (outcome, journal) = slow(&Policy { until: Some(until), ..quick() }, &world, move |_, _| {
        while SystemClock.now() <= until {
            std::thread::sleep(std::time::Duration::from_millis(200));
        }
    });
    assert!(matches!(outcome.ending, Ending::Halted { .. }), "{:#?}", outcome.ending);
    assert!(journal.iter().any(|event| matches!(event, JournalEvent::PartApproved { .. })), "nobody was asked in time");
    world.assert_unchanged();
}

#[test]
fn a_failure_elsewhere_while_a_host_is_looked_at_for_the_first_time_keeps_it_from_being_begun() {
    let mut world = World::of(
        "seed = 31\n[[clusters]]\nname = \"a\"\ncount = 1\n[[clusters]]\nname = \"b\"\ncount = 1\n\
         [[hosts]]\nname = \"esx01\"\ntroubles = [\"castore-missing-sms\"]\n\
         [[hosts]]\nname = \"esx02\"\ntroubles = [\"castore-missing-sms\"]\n",
    );
    world.connection.timeout_seconds = Some(6);
    let apply = Apply {
        plan: None,
        folder: world.run_folder("run"),
        locks: Some(world.run_folder("locks")),
        approver: Arc::new(agree),
    };
    let progress = |progress: Progress<'_>| {
        if let Progress::Running { entry, .. } = progress
            && matches!(entry.event, JournalEvent::Before { .. })
        {
            let rules = [
                r#"{"call": "ReplaceCACertificatesAndCRLs", "object": "esx01.lab.example", "what": "fault:HostConfigFault"}"#,
                r#"{"call": "ListCACertificates", "object": "esx02.lab.example", "times": 1, "what": "timeout"}"#,
            ];
            for rule in rules {
                world.lab.add_fault(serde_json::from_str(rule).expect("the rule is right"));
            }
        }
    };
    let policy = Policy { canary: false, ..quick() };
    let stop = Stop::new();
    let operation = native::apply(&world.connection, &policy, apply, &SystemClock, &stop, progress);
    let ended = native::run(operation).expect("a runtime").unwrap_or_else(|error| panic!("apply failed: {error}"));
    let outcome = ended.unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
    assert!(matches!(outcome.ending, Ending::RolledBack { .. }), "{:#?}", outcome.ending);
    let of_second = outcome.steps.iter().filter(|step| step.host.as_deref() == Some("esx02.lab.example"));
    let begun: Vec<_> = of_second.filter(|step| step.status != Status::Waiting).collect();
    assert!(begun.is_empty(), "{begun:#?}");
    let played = world.lab.calls().into_iter().filter(|call| call.fault.is_some()).count();
    assert!(played >= 2, "both faults were played");
}
