//! The journal after a crash, and runs that may not begin.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use iofilter_certs::native::{Clock as _, Lock, OperationError, SystemClock};
use iofilter_certs::request::Approval;
use iofilter_certs::run::Ending;
use iofilter_certs_tests::{World, agree, quick, told};

const TROUBLED: &str = "seed = 13\n[[clusters]]\nname = \"a\"\ncount = 3\n[[hosts]]\nname = \"esx02\"\n\
     troubles = [\"provider-offline\"]\n";

/// A world that was cured, and the lines of the journal that tells how.
fn cured() -> (World, PathBuf, Vec<String>) {
    let world = World::of(TROUBLED);
    let outcome = world.apply(&quick()).unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
    assert_eq!(outcome.ending, Ending::Cured, "{:#?}", outcome.steps);
    let path = world.run_folder("run").join("journal.jsonl");
    let journal = std::fs::read_to_string(&path).expect("the journal was written");
    world.assert_no_secret("the journal", &journal);
    world.assert_no_secret("the outcome", &format!("{outcome:?}"));
    let lines: Vec<String> = journal.lines().map(str::to_owned).collect();
    (world, path, lines)
}

/// The line that holds this word.
fn line_of(lines: &[String], word: &str) -> usize {
    lines.iter().position(|line| line.contains(word)).unwrap_or_else(|| panic!("no line with {word}: {lines:#?}"))
}

#[test]
fn a_torn_last_line_is_dropped_and_the_run_goes_on() {
    let (world, path, lines) = cured();
    let before = world.lab.calls().len();
    // The crash came while the end of the first step was written: whether it acted has to be looked at.
    let started = line_of(&lines, "\"started\"");
    let next = lines.get(started + 1).expect("something follows");
    let torn = format!("{}\n{}", lines.get(..=started).expect("it is there").join("\n"), next.get(..40).expect("long"));
    std::fs::write(&path, torn).expect("the journal can be written");
    let outcome = world.resume("run").unwrap_or_else(|error| panic!("resume failed: {error}"));
    assert_eq!(outcome.ending, Ending::Cured, "{:#?}", outcome.steps);
    let again = world.lab.calls().into_iter().skip(before).filter(|call| call.changes).count();
    assert_eq!(again, 0, "what had been done was seen, and not done again");
}

#[test]
fn a_journal_that_another_process_may_be_writing_is_left_as_it_is() {
    let (world, path, lines) = cured();
    // What a reader sees in the middle of a write looks torn.
    let text = format!("{}\n{{\"sum\":\"", lines.get(..4).expect("it is long").join("\n"));
    std::fs::write(&path, &text).expect("the journal can be written");
    let (locks, run) = (world.run_folder("locks"), world.run_folder("run"));
    let held = Lock::take(&locks, &world.connection.hostname, &run, SystemClock.now()).expect("nobody has it");
    let error = world.resume("run").expect_err("another run has the lock");
    assert!(matches!(error, OperationError::Lock(_)), "{error}");
    assert_eq!(std::fs::read_to_string(&path).expect("it is there"), text);
    drop(held);
    let outcome = world.resume("run").unwrap_or_else(|error| panic!("resume failed: {error}"));
    assert_eq!(outcome.ending, Ending::Cured, "{:#?}", outcome.steps);
}

#[test]
fn a_damaged_line_is_named_and_nothing_is_done() {
    let (world, path, lines) = cured();
    let before = world.lab.calls().len();
    let approved = line_of(&lines, "\"approved\"");
    let damaged: Vec<String> = lines
        .iter()
        .enumerate()
        .map(|(at, line)| if at == approved { line.replace("the test", "somebody else") } else { line.clone() })
        .collect();
    let text = format!("{}\n", damaged.join("\n"));
    std::fs::write(&path, &text).expect("the journal can be written");
    let error = world.resume("run").expect_err("a journal that lies is not believed");
    let said = error.to_string();
    assert!(matches!(error, OperationError::Journal(_)), "{said}");
    assert!(said.contains(&format!("line {}", approved + 1)) && said.contains(&path.display().to_string()), "{said}");
    assert_eq!(std::fs::read_to_string(&path).expect("it is there"), text, "evidence is left as it is");
    assert_eq!(world.lab.calls().len(), before, "nobody was asked anything");
}

#[test]
fn a_journal_is_never_written_over() {
    let world = World::of(TROUBLED);
    let reject = |_| Approval::Rejected { reason: "not today".to_owned() };
    let outcome = world.apply_as("run", &quick(), reject).expect("a run").expect("there is something to do");
    assert!(matches!(outcome.ending, Ending::Refused { .. }), "{:?}", outcome.ending);
    let path = world.run_folder("run").join("journal.jsonl");
    let before = std::fs::read(&path).expect("it is there");
    let error = world.apply_as("run", &quick(), agree).expect_err("the folder has a run");
    assert!(error.to_string().contains("resume that run"), "{error}");
    assert_eq!(std::fs::read(&path).expect("it is there"), before);
    world.assert_unchanged();
}

#[test]
fn another_plan_than_the_approved_one_is_not_carried_out() {
    let world = World::of(TROUBLED);
    let other = |_| Approval::Approved { digest: "0".repeat(64), by: "the test".to_owned() };
    let outcome = world.apply_as("run", &quick(), other).expect("a run").expect("there is something to do");
    let Ending::Refused { why } = &outcome.ending else { panic!("it was carried out: {:?}", outcome.ending) };
    assert!(why.contains("something else was approved") && why.contains(&"0".repeat(64)), "{why}");
    assert_eq!(outcome.exit_code(), 1);
    world.assert_unchanged();
}

#[test]
fn two_runs_on_one_vcenter_do_not_meet() {
    let world = Arc::new(World::of(TROUBLED));
    let second = Arc::new(Mutex::new(None));
    let (inner, told_by_second) = (Arc::clone(&world), Arc::clone(&second));
    // While the first run waits for its approval, a second one begins.
    let approver = move |request| {
        let refused = inner.apply_as("second", &quick(), agree).err().map(|error| error.to_string());
        *told_by_second.lock().expect("nobody panicked") = refused;
        agree(request)
    };
    let outcome = world.apply_as("first", &quick(), approver).expect("a run").expect("there is something to do");
    assert_eq!(outcome.ending, Ending::Cured, "the first run is not disturbed");
    let refused = second.lock().expect("nobody panicked").clone().expect("the second run was refused");
    assert!(refused.contains("another run acts on") && refused.contains(&world.connection.hostname), "{refused}");
}
