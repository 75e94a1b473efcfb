//! A run whose process dies after any line of its journal goes on from it, and comes to the same end.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::sync::Arc;

use iofilter_certs::native::{self, Clock as _, DriveError, Stop, SystemClock};
use iofilter_certs::policy::Policy;
use iofilter_certs::report::Verdict;
use iofilter_certs::run::{Ending, JournalEntry, JournalEvent, Run, RunEvent};
use iofilter_certs_tests::{World, agree, quick, told};

/// Two hosts, one of which needs a shell that is closed: services to open and close, lists to change, a canary.
const SCENARIO: &str = "seed = 41\n[[clusters]]\nname = \"a\"\ncount = 3\n[[hosts]]\nname = \"esx01\"\nssh_running = false\n\
     troubles = [\"vp-cert-stale\"]\n[[hosts]]\nname = \"esx02\"\ntroubles = [\"castore-missing-sms\"]\n";

/// Drives a run until its journal has `most` entries more, and then no further: what was sent is let end, as a process
/// that dies cannot call it back. True when it came to its end before.
fn drive(world: &World, run: &mut Run, journal: &mut Vec<JournalEntry>, most: usize) -> bool {
    let host = Arc::new(world.connection.host(Some(Arc::new(agree))).expect("the connection is right"));
    let full = journal.len().saturating_add(most);
    let mut store = |event: RunEvent| match event {
        RunEvent::Journal(_) if journal.len() >= full => Err(()),
        RunEvent::Journal(entry) => {
            journal.push(entry);
            Ok(())
        }
        RunEvent::Evidence(_) | RunEvent::Looking(_) => Ok(()),
    };
    let record = |events: Vec<RunEvent>| events.into_iter().try_for_each(&mut store);
    match native::run(native::drive(run, &host, &SystemClock, &Stop::new(), record)).expect("a runtime") {
        Ok(()) => true,
        Err(DriveError::Record(())) => false,
        Err(error) => panic!("it cannot be driven: {error:?}"),
    }
}

/// Dies after `lines` lines, goes on, and answers how many lines there were. Dies again on its second way when `twice`.
fn dies_after(lines: usize, twice: bool) -> usize {
    let world = World::of(SCENARIO);
    let services = world.on_hosts("services");
    let plan = world.plan(&quick()).plan.expect("there is something to do");
    let job = world.connection.job().expect("the connection is right");
    let mut journal = Vec::new();
    let mut run = Run::new(plan, quick(), job.clone(), SystemClock.now());
    let mut is_over = drive(&world, &mut run, &mut journal, lines);
    let patience = if twice { [3, usize::MAX] } else { [usize::MAX, usize::MAX] };
    for most in patience {
        if is_over {
            break;
        }
        // Only what was stored is left of it.
        let stored = serde_json::to_string(&journal).expect("entries are JSON");
        let entries: Vec<JournalEntry> = serde_json::from_str(&stored).expect("entries are JSON");
        run = if entries.is_empty() {
            Run::new(run.plan().clone(), quick(), job.clone(), SystemClock.now())
        } else {
            Run::recover(&entries, job.clone(), None, SystemClock.now())
                .unwrap_or_else(|error| panic!("after {lines} lines: {error}"))
        };
        is_over = drive(&world, &mut run, &mut journal, most);
    }
    let steps: Vec<_> =
        run.plan().steps().map(|step| (step.act.title(), run.status(step.id), run.why(step.id))).collect();
    assert_eq!(run.ending(), Some(&Ending::Cured), "after {lines} lines: {steps:#?}");
    assert_eq!(world.on_hosts("services"), services, "after {lines} lines");
    let after = world.check(&quick());
    assert_eq!(after.verdict, Verdict::Healthy, "after {lines} lines: {}", told(&after));
    journal.len()
}

/// SPS is not restarted where it should be, so that the entry which was deleted for it is put back.
const PUT_BACK: &str = "seed = 37\n[vcenter]\nversion = \"9.0.0\"\ntroubles = [\"sps-extension-expired\"]\n[[clusters]]\n\
     name = \"a\"\ncount = 2\nversion = \"9.0.0\"\n[[faults]]\n\
     call = \"POST /api/vcenter/services/sps?action=restart\"\nwhat = \"fault:ERROR\"\n";

#[test]
fn an_undo_that_was_cut_off_is_done_once_more_although_all_looks_as_it_was() {
    let policy = || Policy { allow_fleet_wide: true, step_timeout_seconds: 6, ..quick() };
    let begin = |world: &World| {
        let plan = world.plan(&policy()).plan.expect("there is something to do");
        Run::new(plan, policy(), world.connection.job().expect("the connection is right"), SystemClock.now())
    };
    let mut whole = Vec::new();
    let twin = World::of(PUT_BACK);
    assert!(drive(&twin, &mut begin(&twin), &mut whole, usize::MAX));
    let is_back = |entry: &JournalEntry| matches!(entry.event, JournalEvent::UndoFinished { .. });
    // The restart has nothing to be taken back; what comes after that is the entry.
    let last = whole.iter().rposition(is_back).expect("it is taken back");
    let world = World::of(PUT_BACK);
    let (mut run, mut journal) = (begin(&world), Vec::new());
    assert!(!drive(&world, &mut run, &mut journal, last), "it has died");
    assert!(matches!(journal.last().map(|entry| &entry.event), Some(JournalEvent::UndoStarted { .. })), "{journal:#?}");
    let restarts = || world.lab.calls().iter().filter(|call| call.method == "service-control").count();
    assert_eq!(restarts(), 1, "it was put back, and nobody wrote that down");
    let job = world.connection.job().expect("the connection is right");
    let mut run = Run::recover(&journal, job, None, SystemClock.now()).expect("the journal is right");
    assert!(drive(&world, &mut run, &mut journal, usize::MAX));
    assert!(matches!(run.ending(), Some(Ending::RolledBack { .. })), "{:#?}", run.ending());
    assert_eq!(restarts(), 2, "whether SPS had been restarted was not known");
}

/// Every fourth line, and with `SOAK_CRASHES=all` all of them.
#[test]
fn it_dies_after_any_line_and_comes_to_the_same_end() {
    let stride = if std::env::var("SOAK_CRASHES").is_ok_and(|which| which == "all") { 1 } else { 4 };
    let all = dies_after(usize::MAX, false);
    assert!(all > 12, "the journal has {all} lines");
    std::thread::scope(|scope| {
        let tries: Vec<_> =
            (0..all).step_by(stride).map(|lines| scope.spawn(move || dies_after(lines, lines % 2 == 1))).collect();
        for tried in tries {
            tried.join().expect("it came to the same end");
        }
    });
}
