//! A machine that is taken out after every rest, and one whose answers come back to front, see the same as one that runs
//! through.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use iofilter_certs::machine::{Input, Machine, Misuse, Output, RequestId};
use iofilter_certs::native::{Clock, Host, Perform, SystemClock};
use iofilter_certs::report::{Report, Verdict};
use iofilter_certs::request::{Failure, FailureKind};
use iofilter_certs::run::{Ending, Run};
use iofilter_certs::survey::Survey;
use iofilter_certs::time::UnixTime;
use iofilter_certs_tests::{World, agree, quick, told};
use serde_json::Value;
use tokio::runtime::Runtime;

/// Two troubles in two clusters, so that a run has two lanes.
const SCENARIO: &str = "seed = 5\n[[clusters]]\nname = \"a\"\ncount = 3\n[[clusters]]\nname = \"b\"\ncount = 2\n\
     [[hosts]]\nname = \"esx02\"\ntroubles = [\"vp-cert-stale\"]\n[[hosts]]\nname = \"esx04\"\ntroubles = [\"castore-missing-sms\"]\n";

/// What the test does between a rest and the next input.
type Between<M> = fn(&M) -> M;

/// Which of the answers that lie ready is handed in next.
#[derive(Clone, Copy)]
enum Order {
    /// The one whose request was made first.
    First,
    /// The one whose request was made last; requests are performed only when nothing else can be handed in.
    Last,
}

/// Drives a machine to its end, one input after the other; answers the events that it told.
fn drive<M>(mut machine: M, host: &Host, order: Order, between: Between<M>) -> (M, Vec<M::Event>)
where
    M: Machine,
    Host: Perform<M::Request>,
{
    let runtime: Runtime = iofilter_certs::native::runtime().expect("a runtime");
    let mut open: VecDeque<(RequestId, M::Request)> = VecDeque::new();
    let mut events = Vec::new();
    let mut input = Input::Wake;
    loop {
        machine.handle(now(), input).expect("the law is kept");
        let until = loop {
            match machine.poll() {
                Output::Request(id, request) => open.push_back((id, request)),
                Output::Event(event) => events.push(event),
                Output::Wait(until) => break until,
                Output::Done => return (machine, events),
            }
        };
        machine = between(&machine);
        let next = match order {
            Order::First => open.pop_front(),
            Order::Last => open.pop_back(),
        };
        input = if let Some((id, request)) = next {
            match runtime.block_on(host.perform(request)) {
                Ok(response) => Input::Response(id, response),
                Err(failure) => Input::Failed(id, failure),
            }
        } else {
            runtime.block_on(SystemClock.sleep_until(until.expect("it waits for something")));
            Input::Wake
        };
    }
}

fn now() -> UnixTime {
    SystemClock.now()
}

/// Hands in an answer that nobody asked for, an hour later.
fn misuse(machine: &mut impl Machine) {
    let failure = Failure { kind: FailureKind::Refused, message: "nobody asked".to_owned() };
    let refused = machine.handle(now().plus_seconds(3_600), Input::Failed(RequestId(u32::MAX), failure));
    assert!(matches!(refused, Err(Misuse::NoSuchRequest(_))), "{refused:?}");
}

fn survey_again(survey: &Survey) -> Survey {
    let kept = survey.snapshot().expect("it is at rest");
    let mut restored = Survey::restore(&kept).expect("it was kept a moment ago");
    misuse(&mut restored);
    assert_eq!(&restored, survey, "nothing is lost, and misuse changes nothing");
    restored
}

fn run_again(run: &Run) -> Run {
    let kept = run.snapshot().expect("it is at rest");
    let mut restored = Run::restore(&kept).expect("it was kept a moment ago");
    misuse(&mut restored);
    assert_eq!(&restored, run, "nothing is lost, and misuse changes nothing");
    restored
}

fn survey(world: &World, order: Order, between: Between<Survey>) -> Survey {
    let job = world.connection.job().expect("the connection is right");
    let host = world.connection.host(None).expect("the connection is right");
    let machine = Survey::new(job, now());
    drive(machine, &host, order, between).0
}

/// Two surveys saw the same. The judgement follows from the facts alone, so they are all that is compared.
fn assert_same(left: &Survey, right: &Survey) {
    assert_eq!(left.stopped(), right.stopped());
    let [left, right] = [left, right].map(|survey| {
        let mut facts = serde_json::to_value(survey.facts()).expect("facts are JSON");
        forget_times(&mut facts);
        facts
    });
    let mut differences = Vec::new();
    compare("facts", &left, &right, &mut differences);
    assert!(differences.is_empty(), "they saw different things:\n{}", differences.join("\n"));
}

/// Every place where two documents differ, with what stands there.
fn compare(path: &str, left: &Value, right: &Value, differences: &mut Vec<String>) {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            let names: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
            for name in names {
                let [left, right] = [left, right].map(|side| side.get(name).unwrap_or(&Value::Null));
                compare(&format!("{path}.{name}"), left, right, differences);
            }
        }
        (left, right) if left != right => differences.push(format!("{path}: {left} and {right}")),
        _ => {}
    }
}

/// Takes out the moments of the survey; the times in certificates are part of what was seen.
fn forget_times(json: &mut Value) {
    const OF_THE_SURVEY: [&str; 8] = [
        "at",
        "began_at",
        "ended_at",
        "clock_ahead_seconds",
        "clock_ahead_of_vcenter_seconds",
        "last_sync",
        "seconds",
        "events_since",
    ];
    match json {
        Value::Object(map) => {
            map.retain(|name, _| !OF_THE_SURVEY.contains(&name.as_str()));
            map.values_mut().for_each(forget_times);
        }
        Value::Array(list) => list.iter_mut().for_each(forget_times),
        _ => {}
    }
}

#[test]
fn a_survey_may_be_taken_out_after_every_rest() {
    let world = World::of(SCENARIO);
    let whole = survey(&world, Order::First, Survey::clone);
    let report = Report::of(whole.facts(), whole.stopped(), &quick());
    assert_eq!(report.root_causes().count(), 2, "{}", told(&report));
    let in_pieces = survey(&world, Order::First, survey_again);
    assert_same(&in_pieces, &whole);
    world.assert_unchanged();
}

#[test]
fn a_survey_sees_the_same_in_any_order() {
    let world = World::of(SCENARIO);
    let forwards = survey(&world, Order::First, Survey::clone);
    let backwards = survey(&world, Order::Last, Survey::clone);
    assert_same(&backwards, &forwards);
}

#[test]
fn a_snapshot_shows_no_secret_and_a_foreign_one_is_refused() {
    let world = World::of(SCENARIO);
    let whole = survey(&world, Order::First, Survey::clone);
    let kept = String::from_utf8(whole.snapshot().expect("it is at rest")).expect("it is JSON");
    world.assert_no_secret("a snapshot", &kept);
    for foreign in [kept.replace("survey/1", "survey/0"), kept.chars().take(kept.len() / 2).collect(), String::new()] {
        let refused = Survey::restore(foreign.as_bytes()).expect_err("it is not one of ours");
        assert!(matches!(refused, Misuse::BadSnapshot { .. }), "{refused:?}");
        assert!(refused.to_string().contains("start again from the job"), "{refused}");
    }
}

/// A run of what is planned now ends cured.
fn cured(order: Order, between: Between<Run>) {
    let world = World::of(SCENARIO);
    let plan = world.plan(&quick()).plan.expect("there is something to do");
    let job = world.connection.job().expect("the connection is right");
    let host = world.connection.host(Some(Arc::new(agree))).expect("the connection is right");
    let (run, events) = drive(Run::new(plan, quick(), job, now()), &host, order, between);
    let steps: Vec<_> = run.plan().steps().map(|step| (step.act.title(), run.status(step.id))).collect();
    assert_eq!(run.ending(), Some(&Ending::Cured), "{steps:?}");
    let report = world.check(&quick());
    assert_eq!(report.verdict, Verdict::Healthy, "{}", told(&report));
    world.assert_no_secret("what a run tells", &serde_json::to_string(&events).expect("events are JSON"));
}

#[test]
fn a_run_may_be_taken_out_after_every_rest() {
    cured(Order::First, run_again);
}

#[test]
fn a_run_comes_to_the_same_end_in_any_order() {
    cured(Order::Last, Run::clone);
}
