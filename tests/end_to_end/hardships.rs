//! What goes wrong around a repair while it is under way: the clock is set, rights are taken away, a host goes down, a
//! folder cannot be written. Nothing is made worse, what is said is true, and the journal can be gone on from.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use iofilter_certs::native::{self, Apply, Clock, OperationError, Progress, Stop, SystemClock};
use iofilter_certs::policy::Policy;
use iofilter_certs::report::Verdict;
use iofilter_certs::run::{Ending, JournalEvent, Outcome, Status};
use iofilter_certs::time::UnixTime;
use iofilter_certs_lab::world::host::Connection;
use iofilter_certs_tests::{World, agree, quick, told};

const TROUBLED: &str = "esx02.lab.example";

fn world(trouble: &str) -> World {
    World::of(&format!(
        "seed = 61\n[[clusters]]\nname = \"a\"\ncount = 3\n[[hosts]]\nname = \"esx02\"\nssh_running = false\n\
         troubles = [\"{trouble}\"]\n"
    ))
}

/// Short waits: some of these steps never show their effect.
fn impatient() -> Policy {
    Policy { step_timeout_seconds: 6, ..quick() }
}

/// A clock that somebody sets.
#[derive(Default)]
struct Jumpy {
    ahead: AtomicI64,
    longest_wait: AtomicI64,
}

impl Clock for Jumpy {
    fn now(&self) -> UnixTime {
        SystemClock.now().plus_seconds(self.ahead.load(Ordering::SeqCst))
    }

    async fn sleep_until(&self, until: UnixTime) {
        let seconds = until.seconds_since(self.now());
        SystemClock.sleep_until(SystemClock.now().plus_seconds(seconds)).await;
        // Only a wait that no answer came into.
        self.longest_wait.fetch_max(seconds, Ordering::SeqCst);
    }
}

/// Carries out what is planned now, and tells `heard` of every entry of the journal.
fn apply(
    world: &World,
    policy: &Policy,
    clock: &impl Clock,
    heard: impl Fn(&JournalEvent),
) -> Result<Outcome, OperationError> {
    let apply = Apply {
        plan: None,
        folder: world.run_folder("run"),
        locks: Some(world.run_folder("locks")),
        approver: Arc::new(agree),
    };
    let progress = |progress: Progress<'_>| {
        if let Progress::Running { entry, .. } = progress {
            heard(&entry.event);
        }
    };
    let stop = Stop::new();
    let operation = native::apply(&world.connection, policy, apply, clock, &stop, progress);
    let ended = native::run(operation).expect("a runtime")?;
    Ok(ended.unwrap_or_else(|report| panic!("nothing to do: {}", told(&report))))
}

fn is_healthy(world: &World) {
    let after = world.check(&quick());
    assert_eq!(after.verdict, Verdict::Healthy, "{}", told(&after));
}

#[test]
fn a_clock_that_is_set_ends_no_wait_and_stretches_none() {
    // Further than a step is waited for, and not so far that certificates are not valid yet.
    for jumps in [&[240, -240][..], &[-240, 240], &[-240, -240, 240], &[240, 240, 240]] {
        let (world, clock) = (world("vp-cert-stale"), Jumpy::default());
        let left = Cell::new(jumps);
        let outcome = apply(&world, &quick(), &clock, |event| {
            let is_under_way = matches!(event, JournalEvent::Started { .. } | JournalEvent::TaskBegun { .. });
            if let (true, Some((jump, rest))) = (is_under_way, left.get().split_first()) {
                clock.ahead.fetch_add(*jump, Ordering::SeqCst);
                left.set(rest);
            }
        });
        let outcome = outcome.unwrap_or_else(|error| panic!("{jumps:?}: {error}"));
        assert_eq!(outcome.ending, Ending::Cured, "{jumps:?}: {:#?}", world.journal("run"));
        assert!(left.get().is_empty(), "{jumps:?}: the clock was not set as often");
        let waited = clock.longest_wait.load(Ordering::SeqCst);
        assert!(waited < 240, "{jumps:?}: it waited for {waited} seconds");
    }
}

#[test]
fn rights_that_are_taken_away_leave_what_is_said_and_can_be_taken_back_when_they_are_given_again() {
    let world = world("vp-cert-stale");
    let services = world.on_hosts("services");
    let outcome = apply(&world, &impatient(), &SystemClock, |event| {
        // SSH is open on the host.
        if matches!(event, JournalEvent::Succeeded { .. }) {
            for call in ["StopService", "StartService", "VasaProviderSync_Task", "ReplaceCACertificatesAndCRLs"] {
                let rule = format!("{{\"call\": \"{call}\", \"what\": \"fault:NoPermission\"}}");
                world.lab.add_fault(serde_json::from_str(&rule).expect("the rule is right"));
            }
        }
    });
    let outcome = outcome.unwrap_or_else(|error| panic!("{error}"));
    let Ending::Stuck { left_behind, by_hand, .. } = &outcome.ending else { panic!("{:#?}", outcome.ending) };
    let (left, by_hand) = (left_behind.join("\n"), by_hand.join("\n"));
    assert!(left.contains(TROUBLED) && left.contains("TSM-SSH") && left.contains("NoPermission"), "{left}");
    assert!(by_hand.contains(TROUBLED) && by_hand.contains("TSM-SSH"), "{by_hand}");
    assert_eq!(outcome.exit_code(), 2);
    assert_ne!(world.on_hosts("services"), services, "it says that SSH is open, and it is");
    world.lab.shared().faults().clear();
    let outcome = world.rollback("run").unwrap_or_else(|error| panic!("rollback failed: {error}"));
    assert!(matches!(outcome.ending, Ending::TakenBack { .. }), "{:#?}", outcome.ending);
    assert_eq!(world.on_hosts("services"), services);
}

fn set_connection(world: &World, connection: Connection) {
    let mut world = world.lab.shared().world();
    let host = world.hosts.iter_mut().find(|host| host.name == TROUBLED).expect("it is there");
    host.connection = connection;
}

#[test]
fn a_host_that_goes_down_in_the_middle_is_taken_back_when_it_is_up_again() {
    let world = world("castore-missing-sms");
    let castores = world.on_hosts("castore");
    let outcome = apply(&world, &impatient(), &SystemClock, |event| match event {
        JournalEvent::Started { .. } => set_connection(&world, Connection::NotResponding),
        JournalEvent::Failed { .. } => set_connection(&world, Connection::Connected),
        _ => {}
    });
    let outcome = outcome.unwrap_or_else(|error| panic!("{error}"));
    let Ending::RolledBack { kept, why, .. } = &outcome.ending else { panic!("{:#?}", outcome.ending) };
    assert!(kept.is_empty() && !why.is_empty(), "{kept:?}: {why}");
    assert_eq!(world.on_hosts("castore"), castores);
    let again = world.apply_as("again", &quick(), agree).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(again.unwrap_or_else(|report| panic!("{}", told(&report))).ending, Ending::Cured);
    is_healthy(&world);
}

#[test]
fn a_host_that_stays_down_is_not_said_to_be_taken_back() {
    let world = world("vp-cert-stale");
    let services = world.on_hosts("services");
    let outcome = apply(&world, &impatient(), &SystemClock, |event| {
        if matches!(event, JournalEvent::Succeeded { .. }) {
            set_connection(&world, Connection::NotResponding);
        }
    });
    let outcome = outcome.unwrap_or_else(|error| panic!("{error}"));
    let Ending::Stuck { left_behind, .. } = &outcome.ending else { panic!("{outcome:#?}") };
    assert!(left_behind.iter().any(|line| line.contains("TSM-SSH")), "{left_behind:?}");
    assert!(outcome.steps.iter().any(|step| step.status == Status::UndoFailed), "{:#?}", outcome.steps);
    set_connection(&world, Connection::Connected);
    let outcome = world.rollback("run").unwrap_or_else(|error| panic!("rollback failed: {error}"));
    assert!(matches!(outcome.ending, Ending::TakenBack { .. }), "{:#?}", outcome.ending);
    assert_eq!(world.on_hosts("services"), services);
}

#[test]
fn where_nothing_can_be_kept_nothing_is_changed() {
    let world = world("castore-missing-sms");
    let folder = world.run_folder("run");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("evidence"), "a file where a folder ought to be").expect("a file");
    let error = world.apply_as("run", &quick(), agree).expect_err("the evidence cannot be written").to_string();
    assert!(error.contains("evidence") && error.contains("nothing was changed"), "{error}");
    world.assert_unchanged();
    std::fs::remove_file(folder.join("evidence")).expect("it was there");
    let outcome = world.resume("run").unwrap_or_else(|error| panic!("resume failed: {error}"));
    assert_eq!(outcome.ending, Ending::Cured, "{:#?}", outcome.steps);
    is_healthy(&world);
}

#[test]
fn a_run_folder_that_cannot_be_made_is_named_before_anything_is_done() {
    let world = world("castore-missing-sms");
    std::fs::write(world.run_folder("file"), "").expect("a file");
    let error = world.apply_as("file/run", &quick(), agree).expect_err("a file has no folders");
    assert!(matches!(&error, OperationError::Folder { path, .. } if path.ends_with("file/run")), "{error}");
    world.assert_unchanged();
}
